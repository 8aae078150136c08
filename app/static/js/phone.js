/* The brief on a phone: a helper in the background keeps today's page for when there is no network, and
   form[data-push] asks the browser to show reminders. Where a browser can do neither, the words say so. */
(() => {
  "use strict";
  if (!("serviceWorker" in navigator)) return;
  const ready = navigator.serviceWorker.register("/brief/sw.js", { scope: "/brief" }).catch(() => null);
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (char) => char.charCodeAt(0));
  };
  const shown = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const say = (form, which) => {
    for (const line of form.querySelectorAll("[data-when]")) line.hidden = line.dataset.when !== which;
  };
  const subscribe = async (form) => {
    const helper = (await ready) && (await navigator.serviceWorker.ready);
    const wanted = bytes(form.dataset.push);
    const before = await helper.pushManager.getSubscription();
    const same = before && before.options.applicationServerKey
      && shown(before.options.applicationServerKey) === form.dataset.push;
    if (before && !same) await before.unsubscribe();
    return helper.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
  };
  const forms = document.querySelectorAll("form[data-push]");
  for (const form of forms) {
    const able = "PushManager" in window && "Notification" in window;
    say(form, able ? (Notification.permission === "denied" ? "denied" : "able") : "unable");
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
      const made = await subscribe(form);
      form.elements.endpoint.value = made.endpoint;
      form.elements.p256dh.value = shown(made.getKey("p256dh"));
      form.elements.auth.value = shown(made.getKey("auth"));
      form.submit();
    } catch {
      say(form, "failed");
    }
  });
})();
