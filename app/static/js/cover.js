/* data-cover: boxes drawn over a page of evidence fill the rows of numbers beside it, and the numbers move the boxes.
   The server covers what the numbers say; without script they are typed, and "Look at the boxes" shows them. */
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const parts = (root) => ({
    page: root.querySelector("[data-cover-page]"),
    layer: root.querySelector("[data-cover-boxes]"),
    rows: [...root.querySelectorAll("[data-cover-row]")],
  });
  const inputs = (row) => [...row.querySelectorAll("input")];
  const read = (row) => inputs(row).map((one) => Number(one.value.replace(",", ".")) || 0);
  const isEmpty = (row) => inputs(row).every((one) => one.value.trim() === "");
  const shown = (value) => String(Math.round(value * 10) / 10);
  const write = (row, box) => inputs(row).forEach((one, n) => { one.value = shown(box[n]); });
  const draw = (root) => {
    const { page, layer, rows } = parts(root);
    const { width, height } = page.viewBox.baseVal;
    layer.replaceChildren(...rows.flatMap((row, number) => {
      const [left, top, wide, high] = read(row);
      if (isEmpty(row) || wide <= 0 || high <= 0) return [];
      const box = document.createElementNS(SVG, "rect");
      box.setAttribute("class", "cover-box");
      box.setAttribute("x", left * width / 100);
      box.setAttribute("y", top * height / 100);
      box.setAttribute("width", Math.min(wide, 100 - left) * width / 100);
      box.setAttribute("height", Math.min(high, 100 - top) * height / 100);
      box.dataset.row = number;
      return [box];
    }));
  };
  const spare = (root) => {
    const { rows } = parts(root);
    const found = rows.find(isEmpty);
    if (found || rows.length >= 40) return found;
    const last = rows[rows.length - 1];
    const made = last.cloneNode(true);
    const number = String(rows.length + 1);
    made.querySelector("b").textContent = number;
    inputs(made).forEach((one) => {
      one.value = "";
      one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/\d+/, number));
    });
    last.after(made);
    return made;
  };
  const at = (page, event) => {
    const frame = page.getBoundingClientRect();
    const within = (value) => Math.max(0, Math.min(100, value));
    return [
      within((event.clientX - frame.left) / frame.width * 100),
      within((event.clientY - frame.top) / frame.height * 100),
    ];
  };
  let drawing = null;
  const ready = (root) => {
    if (root.dataset.coverReady) return;
    root.dataset.coverReady = "1";
    root.querySelectorAll("[data-cover-hint], [data-cover-clear]").forEach((one) => { one.hidden = false; });
    draw(root);
  };
  const readyAll = () => document.querySelectorAll("[data-cover]").forEach(ready);
  document.addEventListener("DOMContentLoaded", readyAll);
  document.addEventListener("htmx:after:swap", readyAll);
  if (document.readyState !== "loading") readyAll();
  document.addEventListener("pointerdown", (event) => {
    const page = event.target.closest && event.target.closest("[data-cover-page]");
    if (!page || event.button !== 0) return;
    const root = page.closest("[data-cover]");
    const chosen = event.target.closest("rect[data-row]");
    if (chosen) {
      event.preventDefault();
      inputs(parts(root).rows[Number(chosen.dataset.row)])[0].focus();
      return;
    }
    const row = spare(root);
    if (!row) return;
    event.preventDefault();
    page.setPointerCapture(event.pointerId);
    drawing = { root, page, row, from: at(page, event) };
  });
  document.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const [x, y] = at(drawing.page, event);
    const [x0, y0] = drawing.from;
    write(drawing.row, [Math.min(x, x0), Math.min(y, y0), Math.abs(x - x0), Math.abs(y - y0)]);
    draw(drawing.root);
  });
  const finish = () => {
    if (!drawing) return;
    const [, , wide, high] = read(drawing.row);
    if (wide < 0.5 || high < 0.3) inputs(drawing.row).forEach((one) => { one.value = ""; });
    draw(drawing.root);
    drawing = null;
  };
  document.addEventListener("pointerup", finish);
  document.addEventListener("pointercancel", finish);
  document.addEventListener("input", (event) => {
    const row = event.target.closest && event.target.closest("[data-cover-row]");
    if (row) draw(row.closest("[data-cover]"));
  });
  /* Arrows move by one per cent, with Shift by a tenth: boxes can be set without a pointer. */
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest && event.target.closest("[data-cover-row] input");
    if (!field || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const step = (event.shiftKey ? 0.1 : 1) * (event.key === "ArrowUp" ? 1 : -1);
    const value = Number(field.value.replace(",", ".")) || 0;
    field.value = shown(Math.max(0, Math.min(100, value + step)));
    draw(field.closest("[data-cover]"));
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-cover-clear]");
    if (!button) return;
    const row = button.closest("[data-cover-row]");
    inputs(row).forEach((one) => { one.value = ""; });
    draw(row.closest("[data-cover]"));
    inputs(row)[0].focus();
  });
})();
