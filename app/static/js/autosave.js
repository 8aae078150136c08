/* form[data-autosave="id"] saves through htmx; the line of that id says Saving, Saved or Not saved, in the words it
   carries. Leaving with something unsaved asks first. */
(() => {
  "use strict";
  const unsaved = new Set();
  const lineOf = (form) => document.getElementById(form.dataset.autosave);
  const formOf = (event) => event.target.closest && event.target.closest("form[data-autosave]");
  const say = (form, key) => {
    const line = lineOf(form);
    if (line && line.textContent !== line.dataset[key]) line.textContent = line.dataset[key];
  };
  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (form) unsaved.add(form);
  });
  document.addEventListener("htmx:before:request", (event) => {
    const form = formOf(event);
    if (!form) return;
    unsaved.delete(form);
    /* A save that waited for another was made out before that one raised the version. */
    const version = form.elements.version;
    if (version) event.detail.ctx.request.body.set("version", version.value);
    say(form, "saving");
  });
  document.addEventListener("htmx:after:request", (event) => {
    const form = formOf(event);
    if (!form) return;
    const status = event.detail?.ctx?.response?.status || 0;
    if (status >= 200 && status < 400) say(form, unsaved.has(form) ? "saving" : "saved");
    else {
      unsaved.add(form);
      say(form, "failed");
    }
  });
  document.addEventListener("htmx:error", (event) => {
    const form = formOf(event);
    if (!form) return;
    unsaved.add(form);
    say(form, "failed");
  });
  document.addEventListener("submit", (event) => {
    const form = formOf(event);
    if (form) unsaved.delete(form);
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of unsaved) if (form.isConnected) event.preventDefault();
  });
})();
