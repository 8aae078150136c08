/* Counts the characters of [data-count="id of a line"] while they are typed, as people count them; the server's own
   count stands there without script. data-around: what label, hashtags and link add; the line's data-says: the words. */
(() => {
  "use strict";
  const marks = window.Intl?.Segmenter ? new Intl.Segmenter() : null;
  const long = (text) => (marks ? [...marks.segment(text)].length : [...text].length);
  document.addEventListener("input", (event) => {
    const { count, around, limit } = event.target.dataset || {};
    const line = count && document.getElementById(count);
    const text = event.target.value.trim();
    if (!line) return;
    const whole = text ? long(text) + Number(around) : 0;
    line.hidden = !text; /* left empty, the story's own text counts: the server knows it */
    line.textContent = line.dataset.says.replace("{count}", whole).replace("{limit}", limit || "");
    line.classList.toggle("too-long", Boolean(limit) && whole > Number(limit));
  });
})();
