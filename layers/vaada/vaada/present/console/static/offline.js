"use strict";
// Without a network: says so, keeps contacts in this browser, and sends them once, when it is back.
(() => {
  const doc = document, root = doc.documentElement, who = root.dataset.who, box = `vaada-outbox:${who}`, draft = `vaada:${who}:contact`;
  const note = doc.getElementById("waiting"), form = doc.querySelector("form[data-draft=contact]"), query = new URLSearchParams(location.search);
  const read = () => JSON.parse(localStorage.getItem(box) || "[]");
  const show = () => { const count = read().length; note.hidden = !count; note.querySelector("strong").textContent = count; };
  const write = all => { localStorage.setItem(box, JSON.stringify(all)); show(); };
  const isAway = () => "offline" in root.dataset || !navigator.onLine;

  // the form as it was cached knows no customer; the address does
  if (form && isAway()) ["customer_id", "case_id"].forEach(name => {
    if (query.get(name) && !form.querySelector(`[name=${name}]:checked`)) form.append(Object.assign(doc.createElement("input"), { type: "hidden", name, value: query.get(name) }));
  });
  doc.addEventListener("submit", event => {
    if (event.target !== form || !isAway()) return;
    event.preventDefault();
    const said = Object.fromEntries(new FormData(form));
    if (!said.summary) return form.elements.summary.focus();
    delete said.token;
    if (said.occurred === "now") said.occurred = new Date().toISOString();
    write([...read(), { ...said, do: "save", key: crypto.randomUUID() }]);
    localStorage.removeItem(draft);
    form.reset();
    note.focus();
  });
  let sending = false;
  const send = async () => {
    const token = doc.querySelector("[name=token]");
    if (sending || !token || !navigator.onLine) return;
    sending = true;
    try {
      for (const said of read()) {
        const answer = await fetch("/desk/contacts/new", { method: "POST", body: new URLSearchParams({ ...said, token: token.value }) });
        const isDone = answer.redirected && new URL(answer.url).pathname.startsWith("/desk/customers/");
        const isWrong = answer.status === 422 || answer.status === 404 || (answer.status === 403 && !("offline" in root.dataset));
        if (isWrong && localStorage.getItem(draft)) continue; // another one is being written
        if (!isDone && !isWrong) break;
        if (isWrong) localStorage.setItem(draft, JSON.stringify(Object.fromEntries(Object.entries(said).map(([name, value]) => [name, [value]]))));
        write(read().filter(one => one.key !== said.key));
        if (isWrong) return location.assign("/desk/contacts/new?draft");
      }
    } catch { /* no network after all, or signed out: they wait */ }
    sending = false;
  };
  addEventListener("online", () => { delete root.dataset.offline; send(); });
  addEventListener("offline", () => { root.dataset.offline = ""; });
  if (!navigator.onLine) root.dataset.offline = "";
  try { show(); send(); } catch { /* a private window may refuse to keep anything */ }
  if (navigator.serviceWorker) navigator.serviceWorker.register("/desk/sw.js", { scope: "/desk/" });
})();
