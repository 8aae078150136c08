/* Dialogs open without script. With it: the first field takes the focus, a swap that answers the form closes it
   (unless the answer is a refusal), and the page behind does not scroll. */
(() => {
  "use strict";
  document.addEventListener("toggle", (event) => {
    const box = event.target;
    if (!box.matches || !box.matches("[data-dialog], .rail[popover]")) return;
    const open = event.newState === "open";
    document.documentElement.classList.toggle("held", open);
    if (open) box.querySelector("input:not([type=hidden]), select, textarea, a[aria-current], .btn")?.focus();
  }, true);
  document.addEventListener("htmx:after:request", (event) => {
    const box = event.target.closest && event.target.closest("[data-dialog]");
    const status = event.detail?.ctx?.response?.status;
    if (box && status && status < 400 && box.matches(":popover-open")) box.hidePopover();
  });
})();
