/* What pages that ask for notices share: whether the browser can, its subscription, and which words stand there. */
(() => {
  "use strict";
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (char) => char.charCodeAt(0));
  };
  const shown = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const isOf = (made, key) => {
    const under = made.options && made.options.applicationServerKey;
    return Boolean(under) && shown(under) === key;
  };
  globalThis.webPush = {
    isOf,
    able: () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window,
    say(place, which) {
      for (const line of place.querySelectorAll("[data-when]")) {
        line.hidden = !line.dataset.when.split(" ").some((one) => which.split(" ").includes(one));
      }
    },
    async subscribe(helper, key) {
      const before = await helper.pushManager.getSubscription();
      if (before && !isOf(before, key)) await before.unsubscribe();
      return helper.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    },
    fill(form, made) {
      form.elements.endpoint.value = made.endpoint;
      form.elements.p256dh.value = shown(made.getKey("p256dh"));
      form.elements.auth.value = shown(made.getKey("auth"));
    },
  };
})();
