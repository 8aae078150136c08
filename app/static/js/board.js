/* Drag on the board and the calendar. A tile [data-drag="form id"] is dropped into a list [data-drop="day"]; the drop
   fills `day` of that form, and `position` where it has one, and submits it: the very form the keyboard uses. A mouse
   takes hold anywhere on the tile, a finger on its [data-grip], so that a swipe still scrolls. Esc lets go. */
(() => {
  "use strict";
  const START = 6; /* pixels before a press becomes a drag */
  const EDGE = 48; /* pixels from the board's side where it scrolls along */
  let held = null;

  const tilesIn = (list) => [...list.querySelectorAll(":scope > [data-drag]")].filter((tile) => tile !== held.tile);

  const lift = () => {
    const { tile } = held;
    const box = tile.getBoundingClientRect();
    held.ghost = tile.cloneNode(true);
    held.ghost.removeAttribute("id");
    for (const inner of held.ghost.querySelectorAll("[id]")) inner.removeAttribute("id");
    held.ghost.classList.add("ghost");
    held.ghost.setAttribute("aria-hidden", "true");
    held.ghost.inert = true;
    held.ghost.style.width = `${box.width}px`;
    held.offset = [held.x - box.left, held.y - box.top];
    held.mark = document.createElement("div");
    held.mark.className = "drop-line";
    document.body.append(held.ghost);
    tile.classList.add("dragging");
    held.moving = true;
  };

  const place = () => {
    /* Anywhere in a column means its list: a short column is as easy to hit as a long one. */
    const under = document.elementFromPoint(held.x, held.y);
    const list = under?.closest("[data-drop]") || under?.closest(".column, .cal-day")?.querySelector("[data-drop]");
    held.list?.classList.toggle("drop-here", held.list === list);
    if (!list) {
      held.mark.remove();
      held.list = null;
      return;
    }
    const tiles = tilesIn(list);
    let index = tiles.findIndex((tile) => {
      const box = tile.getBoundingClientRect();
      return held.y < box.top + box.height / 2;
    });
    if (index < 0) index = tiles.length;
    held.list = list;
    held.index = index;
    list.classList.add("drop-here");
    if (!held.form.elements.position) return; /* the clock orders the calendar */
    if (tiles[index]) tiles[index].before(held.mark);
    else if (tiles.length) tiles[tiles.length - 1].after(held.mark);
    else list.prepend(held.mark);
  };

  const follow = () => {
    held.ghost.style.transform = `translate(${held.x - held.offset[0]}px, ${held.y - held.offset[1]}px)`;
    const board = held.tile.closest(".board");
    if (board) {
      const box = board.getBoundingClientRect();
      if (held.x > box.right - EDGE) board.scrollLeft += 12;
      else if (held.x < box.left + EDGE) board.scrollLeft -= 12;
    }
    place();
  };

  const release = () => {
    const was = held;
    held = null;
    was.ghost?.remove();
    was.mark?.remove();
    was.list?.classList.remove("drop-here");
    was.tile.classList.remove("dragging");
    return was;
  };

  document.addEventListener("pointerdown", (event) => {
    const tile = event.target.closest && event.target.closest("[data-drag]");
    if (!tile || event.button !== 0 || held) return;
    const grip = event.target.closest("[data-grip]");
    if (!grip && (event.pointerType !== "mouse" || event.target.closest("button, input, select, textarea, label, summary, details"))) return;
    const form = document.getElementById(tile.dataset.drag);
    if (!form) return;
    held = { tile, form, x: event.clientX, y: event.clientY, from: [event.clientX, event.clientY], id: event.pointerId };
    if (grip) event.preventDefault();
  });
  document.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.id) return;
    held.x = event.clientX;
    held.y = event.clientY;
    if (!held.moving) {
      if (Math.hypot(held.x - held.from[0], held.y - held.from[1]) < START) return;
      lift();
    }
    event.preventDefault();
    follow();
  }, { passive: false });
  document.addEventListener("pointerup", (event) => {
    if (!held || event.pointerId !== held.id) return;
    const { tile, form, list, index, moving } = release();
    if (!moving) return;
    /* The release of a drag is not a click on what lies under it. */
    const mute = (click) => { click.preventDefault(); click.stopImmediatePropagation(); };
    document.addEventListener("click", mute, { capture: true });
    setTimeout(() => document.removeEventListener("click", mute, { capture: true }), 0);
    if (!list) return;
    const before = [...list.querySelectorAll(":scope > [data-drag]")].indexOf(tile);
    const { day, position } = form.elements;
    if (before === index || (!position && before >= 0)) return;
    day.value = list.dataset.drop;
    if (position) position.value = String(index + 1);
    form.requestSubmit();
  });
  document.addEventListener("pointercancel", (event) => { if (held && event.pointerId === held.id) release(); });
  document.addEventListener("keydown", (event) => { if (held && event.key === "Escape") release(); });
  document.addEventListener("dragstart", (event) => { if (event.target.closest("[data-drag]")) event.preventDefault(); });
})();
