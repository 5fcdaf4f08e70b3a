// The keys: one table, which `?` shows.

import { made } from "./heads.js";
import { stepped } from "./time.js";

/** [keys as shown, what they do, which event, act]; the event is written as Ctrl+Alt+Shift+key. */
function table(app) {
  const bars = () => app.piece?.bars ?? [];
  const go = (step, unit) => app.transport.seek(stepped(bars(), app.s, step, unit));
  const mark = (step) => {
    const places = [0, ...(app.piece?.marks ?? []).map((one) => one.s)];
    const to = step > 0 ? places.find((s) => s > app.s + 0.01) : places.findLast((s) => s < app.s - 0.3);
    if (to !== undefined) app.transport.seek(to);
  };
  const frame = (step) => app.transport.seek((Math.round(app.s * app.film.fps) + step) / app.film.fps + 1e-4);
  return [
    ["Space", "play, pause", [" "], () => app.transport.toggle()],
    ["← →", "previous bar, next bar", ["ArrowLeft", "ArrowRight"], (k) => go(k ? 1 : -1, "bar")],
    ["Shift ← →", "beat", ["Shift+ArrowLeft", "Shift+ArrowRight"], (k) => go(k ? 1 : -1, "beat")],
    ["Alt ← →", "frame", ["Alt+ArrowLeft", "Alt+ArrowRight"], (k) => frame(k ? 1 : -1)],
    ["[ ]", "previous rehearsal mark, next", ["[", "]"], (k) => mark(k ? 1 : -1)],
    ["Home End", "first bar, last bar", ["Home", "End"], (k) => app.transport.seek(k ? (bars().at(-1)?.s ?? 0) : 0)],
    ["G", "go to a place: 7|3, @B, 12.5s", ["g"], () => app.transport.type()],
    ["L", "loop on and off", ["l"], () => app.transport.toggleLoop()],
    ["I O", "loop from here, to here", ["i", "o"], (k) => app.transport.loopEnd(k)],
    ["↑ ↓", "select a bus", ["ArrowUp", "ArrowDown"], (k) => app.selectNext(k ? 1 : -1)],
    ["M S", "mute, solo the selected bus", ["m", "s"], (k) => (k ? app.mixer.solo(app.selected) : app.mixer.mute(app.selected))],
    ["+ −", "zoom", ["+", "-", "=", "Shift++"], (k) => app.strip.zoom(k === 1 ? 1 / 1.4 : 1.4)],
    ["0", "the whole piece", ["0"], () => app.strip.seeAll()],
    ["F", "follow the playhead", ["f"], () => app.transport.toggleFollow()],
    ["Tab", "walk through buses, lanes, points", [], () => {}],
    ["Enter", "on a lane: its points; on a point: the editor", [], () => {}],
    ["C", "on a point: choose its shape", [], () => {}],
    ["↑ ↓ ← →", "on a point: its value, its place; Del removes it", [], () => {}],
    ["Ctrl Z", "undo; with Shift redo", ["Ctrl+z", "Ctrl+Shift+Z", "Ctrl+y"], (k) => app.edits.undo(k ? "/redo" : "/undo")],
    ["Q", "this frame in full quality", ["q"], () => app.toggleFull()],
    ["Esc", "loop off", ["Escape"], () => app.transport.setLoop(null)],
    ["?", "this list", ["?", "Shift+?"], () => app.help()],
  ];
}

/** How a key event is written in the table. */
export function written(event) {
  const held = [
    (event.ctrlKey || event.metaKey) && "Ctrl",
    event.altKey && "Alt",
    event.shiftKey && (event.key.length > 1 || event.ctrlKey || event.metaKey) && "Shift",
  ].filter(Boolean);
  const key = event.key.length === 1 && !held.includes("Shift") ? event.key.toLowerCase() : event.key;
  return [...held, key].join("+");
}

export function listenToKeys(app) {
  const rows = table(app);
  const acts = new Map();
  for (const [, , events, act] of rows) events.forEach((name, k) => acts.set(name, () => act(k)));
  document.querySelector("#keys-list").append(
    ...rows.flatMap(([keys, words]) => [made("dt", "", keys), made("dd", "", words)]),
  );
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (target.matches("input") || document.querySelector("dialog[open]")) return;
    // A button that the keyboard has reached is pressed by the space bar, as everywhere.
    if (event.key === " " && target.matches("button")) return;
    const act = acts.get(written(event));
    if (!act) return;
    event.preventDefault();
    act();
  });
  // After a click the space bar plays again.
  document.addEventListener("click", (event) => {
    const button = event.detail > 0 && event.target.closest("button");
    if (button && !document.querySelector("dialog[open]")) button.blur();
  });
}
