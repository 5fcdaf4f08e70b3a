// Drawing the strip: each function draws one thing on a canvas that shows the seconds from view.a on.

import { INK, busInk, classInk, font, noteInk } from "./ink.js";
import { apart } from "./layout.js";
import { folded, heightOf, laneSpan } from "./nodes.js";
import { barEnd, barName } from "./time.js";

/** Where a moment stands. */
export function xOf(view, s) {
  return (s - view.a) * view.px_per_s;
}

/** The bars that are at least partly seen, with where they begin and end on the screen. */
function seenBars(bars, view, width) {
  const seen = [];
  bars.forEach((bar, index) => {
    const x = xOf(view, bar.s);
    const end = xOf(view, barEnd(bars, index));
    if (end >= 0 && x <= width) seen.push({ bar, index, x, end });
  });
  return seen;
}

/** Numbers of bars, rehearsal marks, metre, tempo, and below them how far each segment is. */
export function drawRuler(g, width, height, view, piece, loop) {
  const { bars } = piece;
  if (loop) {
    const x = xOf(view, loop[0]);
    g.fillStyle = INK.loopRuler;
    g.fillRect(x, 0, xOf(view, loop[1]) - x, height - 4);
    g.fillStyle = INK.now;
    for (const s of loop) g.fillRect(Math.round(xOf(view, s)) - 1, 0, 2, height - 4);
  }
  const seen = seenBars(bars, view, width);
  g.textBaseline = "alphabetic";
  g.font = font(13);
  const numbers = seen.map(({ bar, x }) => ({ x: x + 6, text: barName(bar), width: g.measureText(barName(bar)).width }));
  // The number of the bar that one is in stays in sight.
  const [inside, next] = numbers;
  if (inside && inside.x < 6) {
    if (!next || next.x > 16 + inside.width) inside.x = 6;
    else numbers.shift();
  }
  for (const { x, text } of apart(numbers, 10)) {
    g.fillStyle = INK.ink;
    g.fillText(text, x, 17);
  }
  g.fillStyle = INK.middle;
  for (const { bar, x, end } of seen) {
    g.fillRect(Math.round(x), 6, 1, height - 10);
    if ((end - x) / bar.beats.length < 24) continue;
    for (const s of bar.beats.slice(1)) g.fillRect(Math.round(xOf(view, s)), height - 10, 1, 6);
  }
  drawSigns(g, view, piece, seen);
  drawSegments(g, width, height, view, piece.segments);
}

/** One line of what changes: the marks first, then metre and tempo, none upon another. */
function drawSigns(g, view, piece, seen) {
  g.font = font(11);
  const signs = piece.marks.map((mark) => ({ s: mark.s, text: mark.name, kind: "mark", rank: 0 }));
  piece.bars.forEach((bar, index) => {
    if (index === 0 || piece.bars[index - 1].meter !== bar.meter) {
      signs.push({ s: bar.s, text: bar.meter, kind: "meter", rank: 1 });
    }
  });
  for (const tempo of piece.tempi) {
    signs.push({ s: tempo.s, text: `♩ ${Math.round(tempo.quarters_per_minute)}`, kind: "tempo", rank: 2 });
  }
  signs.sort((a, b) => a.s - b.s || a.rank - b.rank);
  let free = -40;
  let mark = null;
  for (const sign of signs) {
    const at = xOf(view, sign.s) + 6;
    const width = g.measureText(sign.text).width + (sign.kind === "mark" ? 8 : 0);
    const x = Math.max(at, Math.min(free, at + 46));
    const isHidden = x < free || x + width < 0 || (sign.kind !== "mark" && mark !== null && x < mark);
    if (isHidden && sign.kind !== "mark") continue;
    if (sign.kind === "mark") {
      g.strokeStyle = INK.now;
      g.lineWidth = 1;
      g.strokeRect(Math.round(x) + 0.5, 24.5, Math.round(width), 13);
      g.fillStyle = INK.now;
      g.fillText(sign.text, x + 4, 35);
      mark = x + width;
    } else {
      g.fillStyle = INK.pale;
      g.fillText(sign.text, x, 35);
    }
    free = x + width + 8;
  }
}

const APART_PX = 130;
/** Where a second is narrower, handles would lie upon each other. */
const NODES_PX = 14;
const LEVELS = { none: 0, still: 0.35, coarse: 0.55, draft: 0.75, full: 1 };

/** How far each segment is: the brighter the better; amber while it is rendered, dotted while it waits. */
function drawSegments(g, width, height, view, segments) {
  for (const segment of segments) {
    const x = xOf(view, segment.s);
    const end = xOf(view, segment.end_s);
    if (end < 0 || x > width) continue;
    const y = height - 4;
    if (segment.state === "kept") {
      g.fillStyle = `oklch(0.66 0.06 150 / ${LEVELS[segment.isWhole ? "full" : segment.level]})`;
      g.fillRect(x, segment.isWhole ? y - 1 : y, end - x - 1, segment.isWhole ? 3 : 2);
    } else if (segment.state === "rendering") {
      g.fillStyle = INK.now;
      g.fillRect(x, y - 1, end - x - 1, 3);
    } else {
      g.fillStyle = segment.state === "stale" ? INK.now : INK.pale;
      for (let dot = x; dot < end - 3; dot += 6) g.fillRect(dot, y, 2, 2);
    }
  }
}

/** Bar lines and beats behind the rows, and the loop. */
export function drawGrid(g, width, height, view, piece, loop) {
  if (loop) {
    g.fillStyle = INK.loop;
    g.fillRect(xOf(view, loop[0]), 0, (loop[1] - loop[0]) * view.px_per_s, height);
  }
  for (const { bar, index, x, end } of seenBars(piece.bars, view, width)) {
    g.fillStyle = INK.bar;
    g.fillRect(Math.round(x), 0, 1, height);
    if (index === piece.bars.length - 1) g.fillRect(Math.round(end), 0, 1, height);
    if ((end - x) / bar.beats.length < 11) continue;
    g.fillStyle = INK.beat;
    for (const s of bar.beats.slice(1)) g.fillRect(Math.round(xOf(view, s)), 0, 1, height);
  }
}

/** The notes of a bus: height by pitch, lightness by velocity. */
export function drawNotes(g, width, view, item, y) {
  const { notes } = item.row;
  const range = noteRange(item.row);
  const h = item.h - 10;
  const bar = Math.min(Math.max(h / (range.high - range.low + 1), 2.5), 5);
  const last = view.a + width / view.px_per_s;
  /** Where the last note of each pitch ends on the screen: what lies wholly behind it is not drawn once more. */
  const ends = new Float64Array(128).fill(-Infinity);
  for (let k = firstNote(notes, view.a); k < notes.length && notes[k][0] <= last; k += 1) {
    const [on, length, pitch, velocity] = notes[k];
    const x = xOf(view, on);
    const end = Math.max(xOf(view, on + length) - 1, x + 2);
    if (end < -2 || end < ends[pitch] + 0.5) continue;
    ends[pitch] = end;
    const top = y + 5 + (h - bar) * (1 - (pitch - range.low) / Math.max(range.high - range.low, 1));
    g.fillStyle = noteInk(item.hue, velocity);
    if (end - x < 4) {
      g.fillRect(x, top, end - x, bar);
      continue;
    }
    g.beginPath();
    g.roundRect(x, top, end - x, bar, Math.min(bar / 2, 1.5));
    g.fill();
  }
}

/** Where a sounding note stands, for the light over it. */
export function noteBox(view, item, y, [on, length, pitch]) {
  const range = noteRange(item.row);
  const h = item.h - 10;
  const bar = Math.min(Math.max(h / (range.high - range.low + 1), 2.5), 5);
  const x = xOf(view, on);
  const top = y + 5 + (h - bar) * (1 - (pitch - range.low) / Math.max(range.high - range.low, 1));
  return [x, top, Math.max(xOf(view, on + length) - x - 1, 2), bar];
}

const longest = new WeakMap();

/** The index of the first note that may still sound at a moment; those before it have ended. */
export function firstNote(notes, s) {
  if (!longest.has(notes)) longest.set(notes, notes.reduce((most, [, length]) => Math.max(most, length), 0));
  const from = s - longest.get(notes);
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (notes[middle][0] < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

const ranges = new WeakMap();

function noteRange(row) {
  if (!ranges.has(row.notes)) {
    let low = 127;
    let high = 0;
    for (const [, , pitch] of row.notes) {
      if (pitch < low) low = pitch;
      if (pitch > high) high = pitch;
    }
    // A bus of few notes is not blown up.
    const spare = Math.max(0, 14 - (high - low)) / 2;
    ranges.set(row.notes, { low: low - spare, high: high + spare });
  }
  return ranges.get(row.notes);
}

/** Where a value of a lane stands in its row. */
export function yOf(item, y, value, span = laneSpan(item.lane)) {
  const [bottom, top] = span;
  const inner = item.h - 8;
  return y + 4 + inner * (1 - (value - bottom) / (top - bottom || 1));
}

/** A lane as a curve over its middle, with its handles. */
export function drawLane(g, width, view, item, y, curve, rate_hz, state) {
  const span = laneSpan(item.lane);
  const isAzimuth = item.lane.name.endsWith(".azimuth");
  const zero = yOf(item, y, Math.min(Math.max(0, Math.min(...span)), Math.max(...span)), span);
  g.fillStyle = INK.band;
  g.fillRect(0, y + 1, width, item.h - 2);
  g.fillStyle = INK.middle;
  g.fillRect(0, Math.round(zero), width, 1);
  if (curve.length) {
    const path = new Path2D();
    const first = Math.max(0, Math.floor(view.a * rate_hz) - 1);
    const last = Math.min(curve.length - 1, Math.ceil((view.a + width / view.px_per_s) * rate_hz) + 1);
    const every = Math.max(1, Math.floor(rate_hz / view.px_per_s / 1.5));
    let before = null;
    let start = null;
    const fill = new Path2D();
    for (let k = first; k <= last; k += every) {
      const value = folded(item.lane, curve[k]);
      const x = xOf(view, k / rate_hz);
      const at = yOf(item, y, value, span);
      const isBreak = before === null || (isAzimuth && Math.abs(value - before) > 180);
      if (isBreak) {
        if (start !== null) fill.lineTo(xOf(view, (k - every) / rate_hz), zero);
        path.moveTo(x, at);
        fill.moveTo(x, zero);
        start = x;
      } else path.lineTo(x, at);
      fill.lineTo(x, at);
      before = value;
    }
    if (start !== null) fill.lineTo(xOf(view, last / rate_hz), zero);
    g.fillStyle = busInk(item.hue, 0.09);
    g.fill(fill);
    g.strokeStyle = busInk(item.hue, 0.95);
    g.lineWidth = 1.4;
    g.lineJoin = "round";
    g.stroke(path);
  }
  const isFar = view.px_per_s < NODES_PX;
  if (isFar && !state.isTouched(item.lane)) return;
  const [first, last] = [view.a - 1, view.a + width / view.px_per_s + 1];
  for (const node of item.lane.nodes) {
    if ((node.s < first || node.s > last) && !state.isTouched(item.lane)) continue;
    const [s, v] = state.place(item.lane, node);
    const x = xOf(view, s);
    if (x < -8 || x > width + 8) continue;
    drawNode(g, x, yOf(item, y, heightOf(item.lane, node, v, curve, rate_hz), span), item, node, state.look(item.lane, node), isFar);
  }
}

function drawNode(g, x, y, item, node, look, isFar) {
  const isNear = look !== "";
  if (!isNear && isFar) return;
  g.beginPath();
  if (node.kind === "peak") {
    const r = isNear ? 5 : 3.2;
    g.moveTo(x, y - r);
    g.lineTo(x + r, y);
    g.lineTo(x, y + r);
    g.lineTo(x - r, y);
    g.closePath();
  } else g.arc(x, y, isNear ? 5 : node.kind === "rest" ? 2 : 3, 0, 7);
  g.fillStyle = look === "held" ? INK.now : INK.paper;
  g.strokeStyle = isNear ? INK.now : busInk(item.hue);
  g.lineWidth = isNear ? 2 : 1.4;
  g.fill();
  g.stroke();
  if (look === "focus") {
    g.beginPath();
    g.arc(x, y, 9, 0, 7);
    g.strokeStyle = INK.ink;
    g.lineWidth = 1.5;
    g.stroke();
  }
}

/** A rule: the stretch that it is written for, and each note that it means. */
export function drawRule(g, width, view, item, y, range) {
  const middle = Math.round(y + item.h / 2);
  if (range) {
    const x = xOf(view, range[0]);
    const end = xOf(view, range[1]);
    g.fillStyle = "rgba(255, 240, 215, 0.07)";
    g.beginPath();
    g.roundRect(x, middle - 6, Math.max(end - x, 2), 12, 3);
    g.fill();
    g.fillStyle = INK.pale;
    g.fillRect(Math.round(x), middle - 6, 2, 12);
    g.fillRect(Math.round(end) - 2, middle - 6, 2, 12);
  }
  g.fillStyle = "oklch(0.74 0.085 55)";
  let before = -2;
  for (const s of item.rule.hits) {
    const x = Math.round(xOf(view, s));
    if (x > before && x < width) {
      g.fillRect(x, middle - 3, 2, 6);
      before = x;
    }
  }
}

/** What the picture shows: each class as thick as its weight, its name where there is room. */
export function drawRibbon(g, width, height, view, classes, weights, duration_s) {
  const step = 2;
  const columns = Math.ceil(width / step) + 1;
  const tops = new Float32Array(columns);
  const names = [];
  g.font = font(11);
  classes.shown.forEach((one, index) => {
    const row = weights[index];
    const path = new Path2D();
    const below = tops.slice();
    let isSeen = false;
    for (let k = 0; k < columns; k += 1) {
      const s = view.a + (k * step) / view.px_per_s;
      const at = Math.min(Math.max(s * classes.rate_hz, 0), row.length - 1.001);
      const low = Math.floor(at);
      const weight = s < 0 || s > duration_s ? 0 : row[low] + (row[low + 1] - row[low]) * (at - low);
      if (weight > 0) isSeen = true;
      tops[k] = below[k] + (weight / 255) * (height - 6);
    }
    if (!isSeen) return;
    path.moveTo(0, height - below[0]);
    for (let k = 1; k < columns; k += 1) path.lineTo(k * step, height - below[k]);
    for (let k = columns - 1; k >= 0; k -= 1) path.lineTo(k * step, height - tops[k]);
    path.closePath();
    g.fillStyle = classInk(index);
    g.fill(path);
    g.strokeStyle = INK.paper;
    g.lineWidth = 0.6;
    g.stroke(path);
    names.push(...places(g, one.name, below, tops, step, height));
  });
  g.textBaseline = "middle";
  g.textAlign = "center";
  g.fillStyle = "rgba(255, 250, 240, 0.92)";
  for (const { text, x, y } of names) g.fillText(text, x, y);
  g.textAlign = "start";
}

/** Where a class's name fits: in the middle of each stretch that is thick enough for long enough. */
function places(g, text, below, tops, step, height) {
  const found = [];
  const need = (g.measureText(text).width + 10) / step;
  let from = -1;
  for (let k = 0; k <= below.length; k += 1) {
    const isThick = k < below.length && tops[k] - below[k] > 13;
    if (isThick && from < 0) from = k;
    if (!isThick && from >= 0) {
      if (k - from >= need) {
        const fit = bestPlace(below, tops, from, k, Math.ceil(need));
        if (fit && fit.k * step - (found.at(-1)?.x ?? -Infinity) > APART_PX) found.push({ text, x: fit.k * step, y: height - fit.y });
      }
      from = -1;
    }
  }
  return found;
}

/** The stretch of `need` columns between two where a line of text has the most room, as its middle. */
function bestPlace(below, tops, from, to, need) {
  let best = null;
  const every = Math.max(1, need >> 2);
  for (let k = from; k + need <= to; k += every) {
    let low = -Infinity;
    let high = Infinity;
    for (let i = k; i < k + need; i += 3) {
      low = Math.max(low, below[i]);
      high = Math.min(high, tops[i]);
    }
    if (high - low > 12 && (!best || high - low > best.room)) {
      best = { room: high - low, k: k + need / 2, y: (low + high) / 2 };
    }
  }
  return best;
}
