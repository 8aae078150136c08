/* The inbox by keyboard, and the claim kept while an item is open. Each key only presses what stands on the page;
   the keys can be turned off, and this browser remembers it. */
(() => {
  "use strict";
  const OFF = "septaine-inbox-keys-off";
  const EVERY = 4 * 60 * 1000; /* milliseconds: well within the ten minutes of a claim */
  const kept = () => { try { return localStorage.getItem(OFF) !== "1"; } catch { return true; } };
  let on = kept();
  const fold = document.querySelector("[data-keys]");
  if (!fold) return;
  fold.hidden = false;
  const choice = fold.querySelector("[data-keys-on]");
  choice.checked = on;
  choice.addEventListener("change", () => {
    on = choice.checked;
    try { localStorage.setItem(OFF, on ? "0" : "1"); } catch { /* only this page remembers */ }
  });
  const lines = () => [...document.querySelectorAll("[data-line]")];
  const here = () => document.querySelector("[data-line].is-here");
  const go = (step) => {
    const all = lines();
    const next = all[Math.min(Math.max(all.indexOf(here()) + step, 0), all.length - 1)];
    if (!next) return;
    here()?.classList.remove("is-here");
    next.classList.add("is-here");
    next.querySelector("[data-open]").focus();
  };
  const open = (name) => {
    const form = document.querySelector(`[data-key-form="${name}"]`);
    const around = form?.closest("details");
    if (!around) return;
    around.open = true;
    form.querySelector("select, textarea, input:not([type=hidden])").focus();
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (!on || typing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const list = lines().length > 0;
    const key = event.key.toLowerCase();
    if (list && (key === "j" || key === "k")) go(key === "j" ? 1 : -1);
    else if (list && key === "o") here()?.querySelector("[data-open]").click();
    else if (list && key === "s") here()?.querySelector("input[type=checkbox]")?.click();
    else if (list && key === "a") document.querySelector("[data-inbox] [name=what][value=accept]")?.focus();
    else if (list && (key === "r" || key === "x")) document.querySelector("[data-inbox] [name=reason]")?.focus();
    else if (!list && "rxe".includes(key)) open(key);
    else if (!list) document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    const line = event.target.closest("[data-line]");
    if (!line) return;
    here()?.classList.remove("is-here");
    line.classList.add("is-here");
  });
  const reading = document.querySelector("[data-hold]");
  if (!reading) return;
  setInterval(() => {
    if (document.visibilityState !== "visible") return;
    fetch(reading.dataset.hold, { method: "POST", headers: { "X-CSRF-Token": reading.dataset.csrf } }).catch(() => {});
  }, EVERY);
})();
