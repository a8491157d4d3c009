// Without a network the day and the form of a contact open as they were last, and all else says that there is none.
// Before this stand ASSETS, AWAY and VERSION.
const SHELL = `shell-${VERSION}`, PAGES = "pages", DAY = "/desk/", FORM = "/desk/contacts/new", HOUR = 3600e3;
const keep = async (path, answer) => { if (answer.ok && !answer.redirected) await (await caches.open(PAGES)).put(path, answer); };
const kept = async path => {
  const found = await caches.match(path, { cacheName: PAGES });
  if (!found) return caches.match(AWAY);
  const headers = Object.fromEntries(["content-type", "content-security-policy"].map(name => [name, found.headers.get(name)]));
  return new Response((await found.text()).replace("<html ", "<html data-offline "), { headers });
};
const renewForm = async () => {
  const found = await caches.match(FORM, { cacheName: PAGES }), made = found && Date.parse(found.headers.get("date"));
  if (!(Date.now() - made < HOUR)) await keep(FORM, await fetch(FORM));
};
self.addEventListener("install", event => event.waitUntil(caches.open(SHELL).then(cache => cache.addAll([...ASSETS, AWAY])).then(() => self.skipWaiting())));
self.addEventListener("activate", event => event.waitUntil(caches.keys().then(names => Promise.all(names.filter(name => name !== SHELL && name !== PAGES).map(name => caches.delete(name)))).then(() => self.clients.claim())));
self.addEventListener("fetch", event => {
  const { request } = event, { pathname, search } = new URL(request.url);
  if (request.method === "POST" && pathname === "/desk/sign-out") return event.waitUntil(caches.delete(PAGES));
  if (ASSETS.includes(pathname)) return event.respondWith(caches.match(request, { cacheName: SHELL }).then(found => found || fetch(request)));
  if (request.mode !== "navigate") return;
  event.respondWith(fetch(request).then(answer => {
    if (pathname === DAY && !search) event.waitUntil(keep(DAY, answer.clone()).then(renewForm).catch(() => {}));
    return answer;
  }, () => kept(pathname)));
});
