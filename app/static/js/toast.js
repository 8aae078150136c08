/* Toasts leave when asked, by button or Esc; never by themselves while somebody may still be reading. The mark
   that brought one is taken out of the address, so that a reload does not say it again. Errors take the focus. */
(() => {
  "use strict";
  const greet = () => {
    for (const button of document.querySelectorAll("[data-dismiss][hidden]")) button.hidden = false;
    const wrong = document.querySelector("[data-focus]:not([data-seen])");
    if (wrong) {
      wrong.dataset.seen = "";
      wrong.focus({ preventScroll: false });
    }
  };
  const dismiss = (toast) => {
    const inside = toast.contains(document.activeElement);
    toast.remove();
    if (inside) document.getElementById("main")?.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (button) dismiss(button.closest("[data-toast]"));
  });
  document.addEventListener("keydown", (event) => {
    const last = [...document.querySelectorAll("[data-toast]")].pop();
    if (event.key === "Escape" && last && !document.querySelector(":popover-open")) dismiss(last);
  });
  document.addEventListener("htmx:after:swap", greet);
  const address = new URL(location.href);
  if (address.searchParams.has("ok")) {
    address.searchParams.delete("ok");
    history.replaceState(history.state, "", address);
  }
  greet();
})();
