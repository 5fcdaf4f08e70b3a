// The bar between film and score, which shares the screen between them.

import { $ } from "./dom.js";

/** How much of the screen the film has: dragged, or by arrow keys. */
export function splitter() {
  const split = $("#split");
  const set = (share) => {
    const held = Math.round(Math.min(Math.max(share, 20), 75));
    document.documentElement.style.setProperty("--film", `${held}%`);
    split.setAttribute("aria-valuenow", String(held));
  };
  split.addEventListener("pointerdown", (event) => {
    split.setPointerCapture(event.pointerId);
    const box = $("main").getBoundingClientRect();
    const move = (next) => set(((next.clientY - box.top) / box.height) * 100);
    split.addEventListener("pointermove", move);
    split.addEventListener("pointerup", () => split.removeEventListener("pointermove", move), { once: true });
  });
  split.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -3, ArrowDown: 3 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    set(Number(split.getAttribute("aria-valuenow")) + by);
  });
}
