/* The brief on a phone: a helper in the background keeps today's page for when there is no network, and
   form[data-push] asks the browser to show reminders. Where a browser can do neither, the words say so. */
(() => {
  "use strict";
  if (!("serviceWorker" in navigator)) return;
  const { able, fill, say, subscribe } = webPush;
  const ready = navigator.serviceWorker.register("/brief/sw.js", { scope: "/brief" }).catch(() => null);
  for (const form of document.querySelectorAll("form[data-push]")) {
    say(form, able() ? (Notification.permission === "denied" ? "denied" : "able") : "unable");
  }
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-push]");
    if (!form || form.elements.endpoint.value) return;
    event.preventDefault();
    try {
      if ((await Notification.requestPermission()) !== "granted") {
        say(form, "denied");
        return;
      }
      const helper = (await ready) && (await navigator.serviceWorker.ready);
      fill(form, await subscribe(helper, form.dataset.push));
      form.submit();
    } catch {
      say(form, "failed");
    }
  });
})();
