/* The button repeats what will be paid: a form with data-amount="Give %s", data-amount-month="Give %s each month" and
   data-amount-plain="Give" rewrites the words of its [data-amount-button]. Amounts to pick are minor units; the open
   field takes over from them once something is written in it. [data-cover] says what covers the fees of that amount,
   by data-percent (hundredths of a percent), data-fixed and data-step; data-cover-plain says it of none. The server
   reads and judges everything again. */
(() => {
  "use strict";
  // Only what can be read in one way: of anything else nothing is said, the server reads it or asks.
  const typed = (text, digits) => {
    const clean = text.trim().replace(/(\d)[\s'\u2019](?=\d{3}(?!\d))/g, "$1").replace(",", ".");
    const shape = digits ? /^\d{1,9}(\.\d{1,2})?$/ : /^\d{1,9}$/;
    return shape.test(clean) ? Math.round(Number(clean) * 10 ** digits) : null;
  };
  const amountOf = (form, open) => {
    if (open && open.value.trim()) return typed(open.value, Number(form.dataset.digits || 2));
    const pick = form.querySelector("[name=pick]:checked");
    return pick ? Number(pick.value) : null;
  };
  const coverOf = (form, amount) => {
    const { percent, fixed, step } = form.dataset;
    if (!amount || !percent) return 0;
    const charged = ((amount + Number(fixed)) * 10000) / (10000 - Number(percent));
    return Math.ceil((charged - amount) / Number(step) - 1e-9) * Number(step);
  };
  const spoken = (form, minor) => {
    const value = minor / 10 ** Number(form.dataset.digits || 2);
    return new Intl.NumberFormat(document.documentElement.lang, {
      style: "currency",
      currency: form.dataset.currency,
      ...(Number.isInteger(value) ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
    }).format(value);
  };
  const refresh = (form) => {
    const amount = amountOf(form, form.querySelector("[data-amount-open]"));
    const cover = coverOf(form, amount);
    const words = form.querySelector("[data-cover]");
    if (words) {
      const said = amount ? words.dataset.cover.replace("{cover}", spoken(form, cover)) : words.dataset.coverPlain;
      words.textContent = said.replace("{amount}", spoken(form, amount));
    }
    const button = form.querySelector("[data-amount-button]");
    const label = button && (button.querySelector("span") || button);
    if (!label) return;
    const ticked = form.querySelector("[name=cover]:checked");
    const monthly = form.querySelector("[name=every][value=month]:checked");
    const pattern = (monthly && form.dataset.amountMonth) || form.dataset.amount;
    const whole = amount && amount + (ticked ? cover : 0);
    label.textContent = whole ? pattern.replace("%s", spoken(form, whole)) : form.dataset.amountPlain;
  };
  const start = () => {
    for (const form of document.querySelectorAll("form[data-amount]")) refresh(form);
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest && event.target.closest("form[data-amount]");
    if (!form) return;
    const open = form.querySelector("[data-amount-open]");
    if (event.target === open && open.value.trim()) {
      for (const pick of form.querySelectorAll("[name=pick]")) pick.checked = false;
    } else if (open && event.target.name === "pick") {
      open.value = "";
    }
    refresh(form);
  });
  document.addEventListener("htmx:after:swap", start);
  start();
})();
