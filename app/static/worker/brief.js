/* What the phone does for the brief in the background: shows reminders, and keeps the latest brief for when there
   is no network. It asks the network first, keeps a copy for a day at most, and drops everything once the
   personal link has ended (the server answers 410). */
"use strict";

const STORE = "brief";
const PAGE = "/brief";
const DAY = 24 * 60 * 60 * 1000;
const ICON = "{icon}";
const KEPT_AT = "x-kept-at";
const PICTURES = /\/brief\/media\/[^/"]+\/small\.webp/g;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const keep = async (answer) => {
  const store = await caches.open(STORE);
  const html = await answer.text();
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, String(Date.now()));
  headers.delete("content-encoding");
  headers.delete("content-length");
  await store.put(PAGE, new Response(html, { headers }));
  /* Also those further down that the page has not asked for yet. */
  for (const path of new Set(html.match(PICTURES) ?? [])) {
    if (!(await store.match(path, { ignoreVary: true }))) await store.add(path).catch(() => {});
  }
  for (const one of await store.keys()) {
    const path = new URL(one.url).pathname;
    const needed = path === PAGE || path.endsWith(".woff2") || html.includes(path);
    if (!needed) await store.delete(one);
  }
};

const kept = async () => {
  const found = await (await caches.open(STORE)).match(PAGE);
  if (!found) return Response.error();
  if (Date.now() - Number(found.headers.get(KEPT_AT)) > DAY) {
    await caches.delete(STORE);
    return Response.error();
  }
  const html = (await found.text()).replace("hidden data-away", "data-away");
  return new Response(html, { headers: found.headers });
};

const page = async (event, isToday) => {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch {
    return kept();
  }
  if (answer.status === 410) event.waitUntil(caches.delete(STORE));
  else if (answer.ok && isToday) event.waitUntil(keep(answer.clone()));
  return answer;
};

/* Assets carry their content's hash in the name and pictures never change: what is kept is right. */
const file = async (event) => {
  const store = await caches.open(STORE);
  const found = await store.match(event.request, { ignoreVary: true });
  if (found) return found;
  const answer = await fetch(event.request);
  if (answer.status === 200) event.waitUntil(store.put(event.request, answer.clone()));
  return answer;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === PAGE) {
    event.respondWith(page(event, !url.searchParams.has("day")));
  } else if (url.pathname.startsWith("/assets/") || /^\/brief\/media\/[^/]+\/small\.webp$/.test(url.pathname)) {
    event.respondWith(file(event));
  }
});

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    /* A message nobody can read still says that the brief has something. */
  }
  event.waitUntil(
    self.registration.showNotification(said.title || "Septaine", {
      body: said.body || "",
      icon: ICON,
      tag: said.url || PAGE,
      data: said.url || PAGE,
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const wanted = new URL(event.notification.data || PAGE, self.location.origin);
  const target = wanted.origin === self.location.origin && wanted.pathname === PAGE ? wanted.href : PAGE;
  event.waitUntil(
    (async () => {
      const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
      const here = windows.find((one) => new URL(one.url).pathname === PAGE);
      if (!here) return self.clients.openWindow(target);
      await here.focus();
      return here.navigate ? here.navigate(target).catch(() => null) : null;
    })(),
  );
});
