/* Shows what a campaign published, and opens its page. Keeps nothing, sees no page, tells nobody. */
"use strict";

const ICON = "{icon}";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    /* A message nobody can read still has to be shown: browsers ask for it. */
  }
  const url = said.url || "/";
  event.waitUntil(
    self.registration.showNotification(said.title || "Septaine", { body: said.body || "", icon: ICON, tag: url, data: url }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const wanted = new URL(event.notification.data || "/", self.location.origin);
  event.waitUntil(self.clients.openWindow(wanted.origin === self.location.origin ? wanted.href : "/"));
});
