/* The button repeats the amount: a form with data-amount="Give %s" and data-amount-plain="Give" rewrites the words of
   its [data-amount-button]. Picks carry their formatted words; the open field is shown with data-currency and,
   once something is written in it, takes over from the picks. The server reads and judges the amount again. */
(() => {
  "use strict";
  const written = (form) => form.querySelector("[data-amount-open]");
  const spoken = (form, text) => {
    const clean = text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
    if (!/^\d{1,9}(\.\d{1,3})?$/.test(clean)) return null;
    const value = Number(clean);
    return new Intl.NumberFormat(document.documentElement.lang, {
      style: "currency",
      currency: form.dataset.currency,
      ...(Number.isInteger(value) ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
    }).format(value);
  };
  const refresh = (form) => {
    const open = written(form);
    const pick = form.querySelector(".pick :checked");
    const words = open && open.value.trim() ? spoken(form, open.value) : pick && pick.parentElement.textContent.trim();
    const button = form.querySelector("[data-amount-button]");
    const label = button && (button.querySelector("span") || button);
    if (label) label.textContent = words ? form.dataset.amount.replace("%s", words) : form.dataset.amountPlain;
  };
  const start = () => {
    for (const form of document.querySelectorAll("form[data-amount]")) refresh(form);
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest && event.target.closest("form[data-amount]");
    if (!form) return;
    const open = written(form);
    if (event.target === open && open.value.trim()) {
      for (const pick of form.querySelectorAll(".pick input")) pick.checked = false;
    } else if (open && event.target.closest(".pick")) {
      open.value = "";
    }
    refresh(form);
  });
  document.addEventListener("htmx:after:swap", start);
  start();
})();
