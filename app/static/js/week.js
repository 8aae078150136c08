/* A long semainier opens with today in view (browsers that know scroll-initial-target do it themselves). */
(() => {
  "use strict";
  const settle = () => {
    if (CSS.supports("scroll-initial-target", "nearest")) return;
    for (const week of document.querySelectorAll("[data-week]:not([data-seen])")) {
      week.dataset.seen = "";
      const open = week.querySelector(".is-open");
      if (open) week.scrollLeft = open.offsetLeft - (week.clientWidth - open.offsetWidth) / 2;
    }
  };
  document.addEventListener("htmx:after:swap", settle);
  settle();
})();
