/* Follows a session: by a stream of events; where none is to be had, by asking every ten seconds. Presses one's own
   votes again in what everybody shares, and gives the focus back to what had it. Without script a reload does it. */
(() => {
  "use strict";
  const root = document.querySelector("[data-live]");
  if (!root || root.querySelector("[data-ended]")) return;
  const said = document.getElementById("said");
  let timer = 0;
  let source = null;

  const press = (id) => {
    const button = document.getElementById(id);
    if (!button) return;
    button.setAttribute("aria-pressed", "true");
    button.form.elements.vote.value = "no";
  };

  const show = (html) => {
    const pressed = [...root.querySelectorAll("[aria-pressed=true]")].map((button) => button.id);
    const focused = root.contains(document.activeElement) ? document.activeElement.id : "";
    const before = root.querySelector("[data-said]")?.dataset.said;
    const parsed = new DOMParser().parseFromString(html, "text/html");
    root.replaceChildren(...parsed.body.childNodes);
    pressed.forEach(press);
    window.htmx?.process(root);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    const now = root.querySelector("[data-said]")?.dataset.said;
    if (now && now !== before) said.textContent = now;
    if (root.querySelector("[data-ended]")) stop();
  };

  const stop = () => {
    source?.close();
    clearInterval(timer);
    timer = 0;
  };

  const ask = async () => {
    const answer = await fetch(root.dataset.again, { cache: "no-cache" }).catch(() => null);
    if (answer?.ok) show(await answer.text());
  };

  const poll = () => {
    timer ||= setInterval(ask, 10000);
  };

  const moving = () => {
    for (const one of document.querySelectorAll("[data-still]")) one.hidden = true;
    for (const one of document.querySelectorAll("[data-moving]")) one.hidden = false;
  };

  moving();
  if (!("EventSource" in window)) {
    poll();
    return;
  }
  const join = root.dataset.live.includes("?") ? "&" : "?";
  source = new EventSource(`${root.dataset.live}${join}seen=${root.dataset.version}`);
  source.addEventListener("state", (event) => show(event.data));
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) poll();
  });
})();
