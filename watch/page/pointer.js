// The mouse and the finger on the strip: seek, loop, zoom, and handles that are dragged.

import { changesOf, heightOf, laneSpan, nodeText, rounded, scaleOf, valueStep } from "./nodes.js";
import { yOf } from "./lanes.js";
import { xOf } from "./paint.js";
import { actingAt } from "./shapes.js";
import { barEnd, divisions, indexAt, placeAt, barName, snapped } from "./time.js";

const NEAR_PX = 11;
const AXIS_PX = 5;
const ROOM_PX = 130;

export class Pointer {
  constructor(app, strip) {
    this.app = app;
    this.strip = strip;
    this.tip = document.querySelector("#tip");
    this.fingers = new Map();
    const { ruler, ribbon } = strip.canvas;
    this.#drags(ruler, (event) => this.#onRuler(event));
    this.#drags(strip.pane, (event) => this.#onPane(event));
    this.#drags(ribbon, (event) => this.#onEmpty(event));
    strip.pane.addEventListener("pointermove", (event) => this.#hover(event));
    ruler.addEventListener("pointermove", (event) => this.#hoverRuler(event));
    strip.pane.addEventListener("pointerleave", () => this.#leave());
    strip.pane.addEventListener("dblclick", (event) => this.#add(event));
    strip.pane.addEventListener("contextmenu", (event) => this.#shape(event));
    for (const place of [ruler, strip.pane, ribbon]) {
      place.addEventListener("wheel", (event) => this.#wheel(event, place), { passive: false });
    }
  }

  /** A pointer that is pressed: `start` gives `{move, up}`, or null. */
  #drags(place, start) {
    place.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.app.piece) return;
      const act = start(event);
      if (!act) return;
      // What the keyboard has reached keeps the focus.
      event.preventDefault();
      place.setPointerCapture(event.pointerId);
      const isOther = (next) => next.pointerId !== undefined && next.pointerId !== event.pointerId;
      const move = (next) => isOther(next) || act.move?.(next);
      const end = (next) => {
        if (isOther(next)) return;
        place.removeEventListener("pointermove", move);
        place.removeEventListener("pointerup", end);
        place.removeEventListener("pointercancel", end);
        document.removeEventListener("keydown", stop, true);
        if (next.type === "pointerup") act.up?.(next);
        else act.cancel?.();
      };
      const stop = (key) => {
        if (key.key !== "Escape") return;
        key.stopPropagation();
        end({ type: "escape" });
      };
      place.addEventListener("pointermove", move);
      place.addEventListener("pointerup", end);
      place.addEventListener("pointercancel", end);
      document.addEventListener("keydown", stop, true);
    });
  }

  #x(event) {
    return event.clientX - this.strip.box.getBoundingClientRect().left - this.strip.left;
  }

  #y(event) {
    return event.clientY - this.strip.pane.getBoundingClientRect().top;
  }

  /** A beat on the screen says how fine the grid is. */
  #parts(s) {
    const { bars } = this.app.piece;
    const bar = bars[indexAt(bars, s)];
    const beat_s = (barEnd(bars, indexAt(bars, s)) - bar.s) / bar.beats.length;
    return divisions(beat_s * this.strip.view.px_per_s);
  }

  /** On the ruler: a click seeks, dragging loops bars (Alt: beats), an end of the loop can be moved. */
  #onRuler(event) {
    const { app, strip } = this;
    const x = this.#x(event);
    const held = this.#loopEnd(x);
    const from = held === null ? strip.secondsAt(x) : app.transport.loop[1 - held];
    let isLoop = held !== null;
    return {
      move: (next) => {
        const at = this.#x(next);
        if (Math.abs(at - x) > AXIS_PX) isLoop = true;
        if (!isLoop) return;
        app.transport.draftLoop = this.#bars(from, strip.secondsAt(at), next.altKey);
        strip.dirty();
      },
      up: (next) => {
        if (isLoop && app.transport.draftLoop) app.transport.setLoop(app.transport.draftLoop);
        else app.transport.seek(strip.secondsAt(this.#x(next)));
        app.transport.draftLoop = null;
        strip.dirty();
      },
      cancel: () => {
        app.transport.draftLoop = null;
        strip.dirty();
      },
    };
  }

  #loopEnd(x) {
    const { loop } = this.app;
    if (!loop) return null;
    const found = loop.findIndex((s) => Math.abs(xOf(this.strip.view, s) - x) < 6);
    return found < 0 ? null : found;
  }

  /** The bars, or the beats, between two moments. */
  #bars(s, t, areBeats) {
    const { bars } = this.app.piece;
    const [a, b] = [Math.max(Math.min(s, t), 0), Math.max(s, t)];
    if (areBeats) {
      const [low, high] = [snapped(bars, a, [1]).s, snapped(bars, b, [1]).s];
      return high > low ? [low, high] : null;
    }
    const low = bars[indexAt(bars, a + 1e-4)].s;
    const last = indexAt(bars, Math.max(b - 1e-4, a));
    return [low, barEnd(bars, last)];
  }

  #onPane(event) {
    const x = this.#x(event);
    const y = this.#y(event);
    const isSmall = matchMedia("(max-width: 720px)").matches;
    const rule = isSmall ? null : this.#ruleEnd(x, y);
    if (rule) return this.#dragRule(rule);
    const hit = isSmall ? null : this.#hit(x, y);
    if (hit) return this.#dragNode(hit, x, y);
    return this.#onEmpty(event);
  }

  /** Where nothing is: a click seeks, dragging moves what is seen, two fingers zoom. */
  #onEmpty(event) {
    const { app, strip } = this;
    const x = this.#x(event);
    const from = strip.view.a;
    let isMoved = false;
    if (event.pointerType === "touch") this.fingers.set(event.pointerId, x);
    return {
      move: (next) => {
        const by = this.#x(next) - x;
        if (this.fingers.size > 1) {
          isMoved = true;
          this.#pinch(next);
          return;
        }
        if (Math.abs(by) > AXIS_PX) isMoved = true;
        if (isMoved) strip.go({ ...strip.view, a: from - by / strip.view.px_per_s });
      },
      up: (next) => {
        this.fingers.delete(event.pointerId);
        if (isMoved) return;
        app.leave();
        app.transport.seek(strip.secondsAt(this.#x(next)));
      },
      cancel: () => this.fingers.delete(event.pointerId),
    };
  }

  /** One of two fingers has moved: what lies under both stays under both. */
  #pinch(event) {
    const { strip, fingers } = this;
    const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
    const [was, now] = [fingers.get(event.pointerId), this.#x(event)];
    fingers.set(event.pointerId, now);
    if (Math.abs(was - other) > 12 && Math.abs(now - other) > 12) {
      strip.zoom(Math.abs(now - other) / Math.abs(was - other), strip.secondsAt(other));
    }
  }

  /** The handle under a point: `{item, y, node}`, or null. */
  #hit(x, y) {
    const found = this.strip.itemAt(y);
    if (found?.item.kind !== "lane" || !this.#mayChange(found.item.lane)) return null;
    const { lane } = found.item;
    const span = laneSpan(lane);
    let best = null;
    for (const node of lane.nodes) {
      const [s, v] = this.app.place(lane, node);
      const dx = xOf(this.strip.view, s) - x;
      const shown = heightOf(lane, node, v, this.app.baseOf(lane), this.app.rate_hz);
      const dy = yOf(found.item, found.y, shown, span) - y;
      const far = Math.hypot(dx, dy);
      if (far < NEAR_PX && (!best || far < best.far)) best = { ...found, lane, node, far };
    }
    return best;
  }

  /** Not a lane without points of its own, nor one whose text has just been changed in more than its values. */
  #mayChange(lane) {
    return lane.pointer && !this.app.edits.moving.has(lane.file);
  }

  #dragNode({ item, lane, node }, x, y) {
    const { app, strip } = this;
    const { step, low, high, across } = scaleOf(lane, node);
    const [s_before, v_before] = app.place(lane, node);
    // A low row would jump by tenths: the hand has at least this much room for all of the values.
    const per_px = across / Math.max(item.h - 8, ROOM_PX);
    const others = lane.nodes.filter((one) => one.at_pointer && one.point !== node.point);
    const least = Math.max(-Infinity, ...others.filter((one) => one.i < node.i).map((one) => one.s)) + 1e-3;
    const most = Math.min(Infinity, ...others.filter((one) => one.i > node.i).map((one) => one.s)) - 1e-3;
    let axis = "";
    let value = null;
    let place = null;
    let isAlone = false;
    const base = app.edits.base(lane.file);
    app.drag = { lane, node, file: lane.file };
    strip.dirty();
    return {
      move: (next) => {
        const dx = this.#x(next) - x;
        const dy = this.#y(next) - y;
        if (!axis && Math.max(Math.abs(dx), Math.abs(dy)) < AXIS_PX) return;
        if (!axis) axis = (Math.abs(dx) > Math.abs(dy) || !node.writes.length) && node.at_pointer ? "place" : "value";
        if (axis === "value" && node.writes.length) {
          isAlone = next.altKey && node.alone.length > 0;
          value = rounded(v_before - dy * per_px, next.shiftKey ? step / 10 : step, low, high);
        } else if (axis === "place") {
          const s = strip.secondsAt(xOf(strip.view, s_before) + dx);
          const found = snapped(app.piece.bars, s, next.altKey ? null : this.#parts(s));
          if (found.s > least && found.s < most) place = found;
        }
        const [s, v] = [place?.s ?? s_before, value ?? v_before];
        app.edits.bend(lane, node, s, v);
        app.edits.tryOut(lane, changesOf(node, value, place, isAlone), base);
        this.#say(next, place?.text ?? node.at, nodeText(lane, node, v));
      },
      up: () => {
        app.drag = null;
        this.#hush();
        const changes = changesOf(node, value, place, isAlone);
        if (changes.length) app.edits.write(lane.file, { changes }, base);
        else {
          app.edits.forget(lane.file);
          if (!axis) app.focusNode(lane, node);
        }
      },
      cancel: () => {
        app.drag = null;
        this.#hush();
        app.edits.forget(lane.file);
      },
    };
  }

  /** A double click on a lane adds a point where the curve is. */
  #add(event) {
    const { app, strip } = this;
    const x = this.#x(event);
    const y = this.#y(event);
    const found = strip.itemAt(y);
    if (found?.item.kind !== "lane" || this.#hit(x, y) || matchMedia("(max-width: 720px)").matches) return;
    const { lane } = found.item;
    if (!this.#mayChange(lane)) {
      this.#sayFixed(lane);
      return;
    }
    const s = strip.secondsAt(x);
    const place = snapped(app.piece.bars, s, this.#parts(s));
    const [bottom, top] = laneSpan(lane);
    const raw = bottom + (top - bottom) * (1 - (y - found.y - 4) / (found.item.h - 8));
    const step = valueStep(Math.min(bottom, top), Math.max(bottom, top));
    app.edits.write(lane.file, { add: { pointer: lane.pointer, at: place.text, value: rounded(raw, step, lane.low, lane.high) } });
  }

  /** A right click on a lane chooses how it goes on from the point before. */
  #shape(event) {
    const { app, strip } = this;
    const y = this.#y(event);
    const found = strip.itemAt(y);
    if (found?.item.kind !== "lane" || matchMedia("(max-width: 720px)").matches) return;
    event.preventDefault();
    const { lane } = found.item;
    if (!this.#mayChange(lane)) return this.#sayFixed(lane);
    const hit = this.#hit(this.#x(event), y);
    const point = actingAt(lane, hit ? hit.node.s : strip.secondsAt(this.#x(event)));
    if (!point) app.say("There is no point before this place, so nothing moves here. Double-click to add one.");
    else app.shapes.open(lane, point, event.clientX + 6, event.clientY + 6);
  }

  /** Why a lane cannot be changed here. */
  #sayFixed(lane) {
    if (lane.pointer) return;
    const words = lane.mirror_of
      ? `${lane.name} mirrors ${lane.mirror_of}: change that one.`
      : `${lane.label || lane.name} has no list of points.`;
    this.app.say(words);
  }

  #ruleEnd(x, y) {
    const found = this.strip.itemAt(y);
    if (found?.item.kind !== "rule" || !found.item.rule.range_pointer) return null;
    if (this.app.edits.moving.has(found.item.rule.file)) return null;
    const range = this.app.rangeOf(found.item.rule);
    const end = range?.findIndex((s) => Math.abs(xOf(this.strip.view, s) - x) < 7) ?? -1;
    return end < 0 ? null : { rule: found.item.rule, end };
  }

  /** The range of a rule is written in bars: "5..8" is bars 5, 6 and 7. */
  #dragRule({ rule, end }) {
    const { app, strip } = this;
    const { bars } = app.piece;
    const base = app.edits.base(rule.file);
    const before = [...rule.range_s];
    const range = [...before];
    const nameAt = (s) => {
      const index = bars.findIndex((bar) => Math.abs(bar.s - s) < 1e-3);
      if (index >= 0) return barName(bars[index]);
      const { name, beat } = placeAt(bars, s);
      return s >= barEnd(bars, bars.length - 1) - 1e-3 ? "" : `${name}|${Math.round(beat * 100) / 100}`;
    };
    return {
      move: (next) => {
        const s = snappedBar(bars, strip.secondsAt(this.#x(next)));
        if (end === 0 ? s < range[1] - 1e-3 : s > range[0] + 1e-3) range[end] = s;
        app.edits.ranges.set(rule.n, { file: rule.file, range: [...range], isHeld: true });
        this.#say(next, `${nameAt(range[0])}..${nameAt(range[1])}`, `rule ${rule.n}`);
        strip.dirty();
      },
      up: () => {
        this.#hush();
        const value = `${nameAt(range[0])}..${nameAt(range[1])}`;
        if (range[end] === before[end]) app.edits.forget(rule.file);
        else app.edits.write(rule.file, { changes: [{ pointer: rule.range_pointer, value }] }, base);
      },
      cancel: () => {
        this.#hush();
        app.edits.forget(rule.file);
      },
    };
  }

  #hover(event) {
    if (event.buttons || !this.app.piece) return;
    const x = this.#x(event);
    const y = this.#y(event);
    const hit = event.pointerType === "mouse" ? this.#hit(x, y) : null;
    const isEnd = !hit && this.#ruleEnd(x, y);
    this.strip.pane.style.cursor = hit ? "grab" : isEnd ? "ew-resize" : "default";
    const key = hit ? `${hit.lane.id}/${hit.node.i}${hit.node.kind}` : "";
    if (hit) this.#say(event, hit.node.at, nodeText(hit.lane, hit.node, hit.node.v));
    else this.#hush();
    if (key === this.app.hovered) return;
    this.app.hovered = key;
    this.strip.dirty();
  }

  #hoverRuler(event) {
    this.strip.canvas.ruler.style.cursor = this.#loopEnd(this.#x(event)) === null ? "pointer" : "ew-resize";
  }

  #leave() {
    if (this.app.drag) return;
    this.#hush();
    if (!this.app.hovered) return;
    this.app.hovered = "";
    this.strip.dirty();
  }

  #say(event, at, text) {
    const box = this.strip.box.getBoundingClientRect();
    this.tip.hidden = false;
    this.tip.replaceChildren();
    const place = document.createElement("span");
    place.className = "at";
    place.textContent = at;
    this.tip.append(place, text);
    const x = Math.min(event.clientX - box.left + 14, box.width - this.tip.offsetWidth - 8);
    const y = Math.max(event.clientY - box.top - 34, 2);
    this.tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  #hush() {
    this.tip.hidden = true;
  }

  /** The wheel zooms; over rows that do not fit it scrolls them, and zooms with Ctrl or two fingers. */
  #wheel(event, place) {
    if (!this.app.piece) return;
    const { strip } = this;
    const isScroll = place === strip.pane && strip.rows.height > strip.height && !event.ctrlKey && !event.metaKey;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
      event.preventDefault();
      const by = event.deltaX || event.deltaY;
      strip.go({ ...strip.view, a: strip.view.a + by / strip.view.px_per_s });
    } else if (!isScroll) {
      event.preventDefault();
      const s = strip.secondsAt(this.#x(event));
      strip.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), s);
    }
  }
}

/** The nearest bar line. */
function snappedBar(bars, s) {
  const lines = [...bars.map((bar) => bar.s), barEnd(bars, bars.length - 1)];
  return lines.reduce((best, line) => (Math.abs(line - s) < Math.abs(best - s) ? line : best));
}
