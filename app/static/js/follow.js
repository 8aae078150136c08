/* Following on this device: [data-device] shows itself where the browser can. Whether this browser follows is asked
   of the browser; the server is asked only whether it still knows it. */
(() => {
  "use strict";
  const place = document.querySelector("[data-device]");
  if (!place) return;
  const { able, fill, isOf, say, subscribe } = webPush;
  const { device: helperAt, scope, key } = place.dataset;
  const [begin, end] = place.querySelectorAll("form");
  const wrong = place.querySelector("[data-wrong]");
  const usual = wrong.textContent;

  const show = (which, words = usual) => {
    wrong.textContent = words;
    say(place, which);
    place.hidden = false;
  };
  const told = (which, words) => {
    show(which, words);
    place.querySelector("h2").focus();
  };
  const post = (form, address = form.action) =>
    fetch(address, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const helper = () => navigator.serviceWorker.getRegistration(scope);
  const held = async () => (await helper())?.pushManager.getSubscription();
  const leave = async () => (await helper())?.unregister();

  const started = async () => {
    const made = await navigator.serviceWorker.register(helperAt, { scope });
    const next = made.installing || made.waiting;
    if (!made.active && next) {
      await new Promise((done) => {
        next.addEventListener("statechange", () => {
          if (next.state === "activated" || next.state === "redundant") done();
        });
      });
    }
    return made;
  };

  const look = async () => {
    const made = await held();
    if (!made || !isOf(made, key)) return false;
    end.elements.endpoint.value = made.endpoint;
    const answer = await post(end, end.dataset.known).catch(() => null);
    if (answer?.status !== 404) return true;
    await leave();
    return false;
  };

  const ask = async () => {
    const allowed = await Notification.requestPermission();
    if (allowed === "denied") return told("denied");
    if (allowed !== "granted") return undefined; /* closed without a word: the button stays */
    fill(begin, await subscribe(await started(), key));
    const answer = await post(begin);
    if (answer.ok) {
      end.elements.endpoint.value = begin.elements.endpoint.value;
      return told("told");
    }
    await leave();
    const inWords = answer.headers.get("content-type")?.startsWith("text/plain");
    return told("able wrong", inWords ? await answer.text() : usual);
  };

  const stop = async () => {
    const answer = await post(end);
    if (!answer.ok) throw new Error(String(answer.status));
    await leave();
    told("able");
  };

  let busy = false;
  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    const ends = event.target === end;
    try {
      await (ends ? stop() : ask());
    } catch {
      told(ends ? "told wrong" : "able wrong");
    }
    busy = false;
  });

  if (!able()) {
    if (navigator.standalone === false) show("iphone");
    return;
  }
  look().then(
    (follows) => show(follows ? "told" : Notification.permission === "denied" ? "denied" : "able"),
    () => show("able"),
  );
})();
