/* Fills in the proof of work of a public form while the person types; sending waits for it a moment, never for long.
   Without it, or where it fails, the form is sent as it is. */
(() => {
  "use strict";
  const PATIENCE = 4000; /* milliseconds */
  const under = new WeakMap(); /* the work under way, by its hidden field */
  const work = async (field) => {
    const answer = await fetch(field.dataset.proof, { credentials: "omit" });
    if (!answer.ok) return;
    const challenge = await answer.json();
    const worker = new Worker(field.dataset.worker);
    try {
      field.value = await new Promise((done, failed) => {
        worker.onmessage = ({ data }) => done(data);
        worker.onerror = failed;
        worker.postMessage(challenge);
      });
    } finally {
      worker.terminate();
    }
  };
  const begin = (form) => {
    const field = form && form.querySelector("input[data-proof]");
    if (!field || field.value || under.has(field) || !window.Worker || !window.isSecureContext) return null;
    const going = work(field).catch(() => {}).finally(() => under.set(field, null));
    under.set(field, going);
    return going;
  };
  /* The summary of what is wrong takes the focus inside its form, and begins the work of a form sent back. */
  for (const kind of ["focusin", "input"]) document.addEventListener(kind, ({ target }) => begin(target.form || (target.closest && target.closest("form"))));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const field = form.querySelector("input[data-proof]");
    const going = field && under.get(field);
    if (!going || field.value || form.dataset.waited) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.waited = "";
    const late = new Promise((done) => setTimeout(done, PATIENCE));
    Promise.race([going, late]).then(() => form.requestSubmit(event.submitter));
  }, true);
  /* A page brought back by the browser shows a proof that was given already. */
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const field of document.querySelectorAll("input[data-proof]")) {
      field.value = "";
      under.delete(field);
      if (field.form) delete field.form.dataset.waited;
    }
  });
})();
