// For keyboards and screen readers: the handles of a lane as a list of sliders, and gains that arrows move.

import { gainText, made } from "./heads.js";
import { changesOf, laneWords, nodeText, rounded, scaleOf } from "./nodes.js";
import { actingAt } from "./shapes.js";
import { snapped, stepped } from "./time.js";

const WAIT_MS = 350;

/** The sliders of the lane that was entered; they stand in its head, so that Tab reaches them from there. */
export class NodeSliders {
  constructor(app) {
    this.app = app;
    this.list = made("div", "hidden", "", { role: "group", id: "nodes" });
    this.list.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("focusin", (event) => this.#focused(event.target));
    this.list.addEventListener("focusout", () => this.#focused(null));
    this.timer = 0;
    this.wish = null;
  }

  /** Mirror a lane; null leaves it. `focus` is the node to go to. */
  show(lane, head, focus = null) {
    const had = this.list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.lane = lane;
    this.list.replaceChildren();
    if (!lane || !head) {
      this.list.remove();
      return;
    }
    this.list.setAttribute("aria-label", `points of ${laneWords(lane)}`);
    for (const node of lane.nodes) {
      const slider = made("button", "", "", { role: "slider" });
      slider.dataset.key = `${node.i}${node.kind}`;
      this.#tell(slider, node, node.v);
      this.list.append(slider);
    }
    // Inside its head, so that it goes where the head goes.
    if (this.list.parentNode !== head) head.insertBefore(this.list, head.querySelector(".line"));
    const wanted = focus ? `${focus.i}${focus.kind}` : had;
    if (wanted !== null) this.list.querySelector(`[data-key="${wanted}"]`)?.focus();
  }

  #tell(slider, node, v, at = node.at) {
    const { lane } = this;
    slider.setAttribute("aria-label", `${laneWords(lane)} ${at}, ${node.kind === "value" ? node.shape : node.kind}`);
    const { low, high } = scaleOf(lane, node);
    slider.setAttribute("aria-valuemin", low);
    slider.setAttribute("aria-valuemax", high);
    slider.setAttribute("aria-valuenow", v);
    slider.setAttribute("aria-valuetext", nodeText(lane, node, v));
  }

  #node(slider) {
    return this.lane?.nodes.find((node) => `${node.i}${node.kind}` === slider?.dataset.key) ?? null;
  }

  #focused(slider) {
    this.app.focused = slider ? this.#node(slider) : null;
    if (this.app.focused) this.app.strip.follow(this.app.focused.s);
    this.app.strip.dirty();
  }

  /** Arrows move the point by a step of the grid, Enter opens the editor, Delete takes it out. */
  #key(event) {
    const { app, lane } = this;
    const node = this.#node(event.target);
    if (!node || event.ctrlKey || event.metaKey) return;
    const [s, v] = app.place(lane, node);
    const { step, low, high, across } = scaleOf(lane, node);
    const up = across < 0 ? -step : step;
    const fine = event.shiftKey ? 0.1 : 1;
    const { bars } = app.piece;
    const acts = {
      ArrowUp: () => this.#move(node, rounded(v + up * fine, step * fine, low, high), null),
      ArrowDown: () => this.#move(node, rounded(v - up * fine, step * fine, low, high), null),
      ArrowLeft: () => this.#move(node, null, snapped(bars, stepped(bars, s, -1, "part", [2]), [1, 2])),
      ArrowRight: () => this.#move(node, null, snapped(bars, stepped(bars, s, 1, "part", [2]), [1, 2])),
      Enter: () => app.open(lane.file, node.line),
      c: () => this.#shape(node, event.target),
      ContextMenu: () => this.#shape(node, event.target),
      Delete: () => {
        if (node.point && !app.edits.moving.has(lane.file)) app.edits.write(lane.file, { remove: node.point });
      },
      Escape: () => app.leave(),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  #shape(node, slider) {
    const { app, lane } = this;
    const point = actingAt(lane, node.s);
    if (!point || app.edits.moving.has(lane.file)) return;
    const box = app.strip.pane.getBoundingClientRect();
    const x = box.left + (node.s - app.strip.view.a) * app.strip.view.px_per_s;
    // The list may have been made anew meanwhile.
    const back = () => this.list.querySelector(`[data-key="${slider.dataset.key}"]`)?.focus();
    app.shapes.open(lane, point, x, box.top + box.height / 2, back);
  }

  /** Several presses in a row are one edit. */
  #move(node, value, place) {
    const { app, lane } = this;
    if (value !== null && !node.writes.length) return;
    if (place !== null && !node.at_pointer) return;
    if (place !== null && this.#isTaken(node, place.s)) return;
    if (app.edits.moving.has(lane.file)) return;
    if (this.wish?.node !== node) this.wish = { node, value: null, place: null, base: app.edits.base(lane.file) };
    if (value !== null) this.wish.value = value;
    if (place !== null) this.wish.place = place;
    const [s, v] = app.place(lane, node);
    app.edits.bend(lane, node, place?.s ?? s, value ?? v);
    const slider = this.list.querySelector(`[data-key="${node.i}${node.kind}"]`);
    if (slider) this.#tell(slider, node, value ?? v, place?.text ?? node.at);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { wish } = this;
      this.wish = null;
      const changes = changesOf(wish.node, wish.value, wish.place, false);
      if (changes.length) app.edits.write(lane.file, { changes }, wish.base);
    }, WAIT_MS);
  }

  #isTaken(node, s) {
    return this.lane.nodes.some(
      (one) => one.at_pointer && one.i !== node.i && (one.i < node.i ? one.s >= s - 1e-3 : one.s <= s + 1e-3),
    );
  }
}

/** Decibels as a level; the server writes it in the unit, and with the digits, that stand in the text. */
function linear(db) {
  return db <= -60 ? 0 : Number((10 ** (db / 20)).toPrecision(4));
}

/** A gain as a slider: dragged sideways, or moved by arrow keys, half a decibel a step. */
export function gainSlider(app, slider, what) {
  let timer = 0;
  const change = (gain, db) => {
    const held = Math.min(Math.max(Math.round(db * 2) / 2, -60), 12);
    const base = app.edits.gains.get(gain.pointer)?.base ?? app.edits.base(gain.file);
    app.edits.gains.set(gain.pointer, { file: gain.file, db: held, base, isHeld: true });
    slider.textContent = gainText(held);
    slider.setAttribute("aria-valuenow", held.toFixed(1));
    slider.setAttribute("aria-valuetext", gainText(held));
    return held;
  };
  const write = (gain) => {
    const wish = app.edits.gains.get(gain.pointer);
    if (!wish) return;
    app.edits.write(gain.file, { changes: [{ pointer: gain.pointer, value: linear(wish.db) }] }, wish.base);
  };
  slider.addEventListener("pointerdown", (event) => {
    const { gain } = what();
    if (event.button !== 0) return;
    const from = app.gainNow(gain);
    let isMoved = false;
    slider.setPointerCapture(event.pointerId);
    const move = (next) => {
      if (Math.abs(next.clientX - event.clientX) < 3 && !isMoved) return;
      isMoved = true;
      change(gain, from + (next.clientX - event.clientX) / 6);
    };
    const end = () => {
      slider.removeEventListener("pointermove", move);
      if (isMoved) write(gain);
    };
    slider.addEventListener("pointermove", move);
    slider.addEventListener("pointerup", end, { once: true });
    slider.addEventListener("pointercancel", end, { once: true });
  });
  slider.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 0.5, ArrowRight: 0.5, ArrowDown: -0.5, ArrowLeft: -0.5, PageUp: 3, PageDown: -3 }[event.key];
    const { gain } = what();
    if (!by || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    change(gain, app.gainNow(gain) + by);
    clearTimeout(timer);
    timer = setTimeout(() => write(gain), WAIT_MS);
  });
}

