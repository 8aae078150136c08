/* data-copy="text" copies it; the button then says data-done. Hidden until script can serve it. */
(() => {
  "use strict";
  const say = (button, words) => {
    const label = button.querySelector("span") || button;
    const before = button.dataset.label || label.textContent;
    button.dataset.label = before;
    label.textContent = words;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => { label.textContent = before; }, 2400);
    const region = document.getElementById("toast");
    if (!region) return;
    const line = document.createElement("p");
    line.className = "vh";
    line.textContent = words;
    region.append(line);
    setTimeout(() => line.remove(), 2400);
  };
  const copy = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "vh";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("copy refused");
  };
  const show = () => {
    for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    event.preventDefault();
    try {
      await copy(button.dataset.copy);
      say(button, button.dataset.done);
    } catch {
      /* The browser refused: the text stands on the page, or in this prompt, to be copied by hand. */
      window.prompt(button.textContent.trim(), button.dataset.copy);
    }
  });
  document.addEventListener("htmx:after:swap", show);
  show();
  window.septaine = Object.assign(window.septaine || {}, { copy, say });
})();
