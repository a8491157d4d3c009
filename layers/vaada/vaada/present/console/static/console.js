"use strict";
// Keys, palette, drafts, refresh. All works without it.
(() => {
  const doc = document, root = doc.documentElement, on = (event, act) => doc.addEventListener(event, act), $ = (s, of = doc) => of.querySelector(s), $$ = (s, of = doc) => [...of.querySelectorAll(s)];
  const typing = el => el && el.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
  const query = new URLSearchParams(location.search);

  // rows
  const rows = () => $$("[data-row]").filter(row => row.offsetParent);
  const current = () => $("[data-row][data-on]") || doc.activeElement.closest("[data-row]");
  const mark = (all, one) => { all.forEach(el => delete el.dataset.on); one.dataset.on = ""; one.scrollIntoView({ block: "nearest" }); };
  const choose = row => {
    if (!row) return;
    mark($$("[data-on]"), row);
    ($("h3 a, h2 a, a", row) || row).focus({ preventScroll: true });
  };
  const step = by => { const all = rows(), at = all.indexOf(current()); choose(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)]); };

  // dialogs
  const open = async (id, address) => {
    const dialog = $(`#${id}`);
    if (dialog.open) return;
    const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Current-URL": location.href } });
    if (!answer.ok) { location.href = address; return; }
    dialog.innerHTML = await answer.text();
    htmx.process(dialog);
    dialog.showModal();
  };
  const find = async () => { await open("palette", "/desk/find"); $("#palette input").focus(); };
  on("click", event => {
    const el = event.target, near = el.closest("dialog");
    if (el.closest("[data-find]") && !event.ctrlKey && !event.metaKey) { event.preventDefault(); find(); }
    if (el === near || el.closest("[data-close]")) near.close();
    $$(".more[open]").forEach(menu => { if (!menu.contains(el)) menu.open = false; });
  });
  const pick = (palette, by) => { const links = $$(".results a", palette), at = links.findIndex(link => "on" in link.dataset); if (links[0]) mark(links, links[(at + by + links.length) % links.length]); };

  // keys, not while typing
  let go = 0;
  const wanted = event => {
    const { key, target: el } = event, ctrl = event.ctrlKey || event.metaKey, palette = el.closest("#palette"), menu = $(".more[open]"), row = current();
    if (ctrl && key.toLowerCase() === "k") return find;
    if (ctrl && key === "Enter" && el.form) return () => el.form.requestSubmit();
    if (palette && /Arrow(Up|Down)/.test(key)) return () => pick(palette, key === "ArrowDown" ? 1 : -1);
    if (palette && key === "Enter" && typing(el)) { const to = $(".results [data-on]", palette) || $(".results a", palette); return to && (() => to.click()); }
    if (key === "Escape") return menu && (() => { menu.open = false; $("summary", menu).focus(); });
    if (root.dataset.keys === "off" || typing(el) || ctrl || event.altKey || $("dialog[open]")) return;
    if (go > Date.now() - 1500) { go = 0; const to = $(`[data-go="${CSS.escape(key)}"]`); return to && (() => to.click()); }
    return {
      "/": find, "?": () => open("keys", "/desk/keys"), j: () => step(1), k: () => step(-1), g: () => { go = Date.now(); },
      c: () => ($("main [data-key=c]") || $("[data-key=c]")).click(), d: () => (row || (choose(rows()[0]), current())) && $("form button", current())?.focus(),
      ".": () => { const more = row && $(".more", row); if (more) { more.open = true; $(".menu a, .menu button", more).focus(); } },
    }[key];
  };
  on("keydown", event => { const act = wanted(event); if (act) { event.preventDefault(); act(); } });

  // drafts, each of one reader
  const own = `vaada:${root.dataset.who}:`;
  const store = (name, value) => { try { value ? localStorage.setItem(own + name, value) : localStorage.removeItem(own + name); } catch { /* a private window may refuse */ } };
  const draft = form => {
    const name = form.dataset.draft;
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(own + name)); } catch { /* as above */ }
    const who = kept && kept.customer_id;
    if (who && !query.has("draft") && !query.has("customer_id") && !$(`[name=customer_id][value="${who}"]`, form)) return location.replace(`?draft&customer_id=${who}`);
    if (kept && !$("[aria-invalid=true]", form)) [...form.elements].forEach(field => {
      const was = kept[field.name];
      if (!was || /hidden|submit|file/.test(field.type) || (query.has(field.name) && !query.has("draft"))) return;
      if (/radio|checkbox/.test(field.type)) field.checked = was.includes(field.value);
      else field.value = was[0];
    });
    form.addEventListener("input", () => { const all = {}; new FormData(form).forEach((value, key) => { if ((form.elements[key] || {}).type !== "hidden" && typeof value === "string") (all[key] ||= []).push(value); }); store(name, JSON.stringify(all)); });
    if (kept) form.dispatchEvent(new CustomEvent("restored"));
  };
  if (query.has("saved")) store(query.get("saved"));
  $$("form[data-draft]").forEach(draft);
  on("click", event => { const drop = event.target.closest("[data-drop]"); if (drop) store(drop.dataset.drop); });
  on("submit", event => { if ("forget" in event.target.dataset) Object.keys(localStorage).forEach(key => key.startsWith(own) && store(key.slice(own.length))); });

  // refresh
  const busy = () => $(".more[open], dialog[open]") || typing(doc.activeElement);
  const refresh = () => { const list = $("[data-refresh]"); if (list && !doc.hidden && navigator.onLine && !busy()) htmx.trigger(list, "refresh"); };
  setInterval(refresh, 60000);
  on("visibilitychange", refresh);
  let at = -1, was = null;
  on("htmx:before:swap", () => { at = rows().indexOf(current()); was = current() && current().id; });
  on("htmx:after:swap", () => { if (at >= 0) choose((was && doc.getElementById(was)) || rows()[Math.min(at, rows().length - 1)]); at = -1; });
})();
