// Drawing the strip: each function draws one thing on a canvas that shows the seconds from view.a on.

import { INK, font } from "./ink.js";
import { apart } from "./layout.js";
import { barEnd, barName, indexAt } from "./time.js";

/** Where a moment stands. */
export function xOf(view, s) {
  return (s - view.a) * view.px_per_s;
}

/** Where bars are narrower, only each second, fourth, eighth of them is drawn. */
const BAR_PX = 7;

/** The bars that are at least partly seen, with where they begin and end on the screen. */
function seenBars(bars, view, width) {
  const seen = [];
  const first = indexAt(bars, view.a);
  const last = indexAt(bars, view.a + width / view.px_per_s);
  let every = 1;
  while (((last - first) / every) * BAR_PX > width) every *= 2;
  for (let index = first - (first % every); index <= last; index += every) {
    const end = barEnd(bars, Math.min(index + every, bars.length) - 1);
    seen.push({ bar: bars[index], index, x: xOf(view, bars[index].s), end: xOf(view, end), every });
  }
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
  const numbers = seen.map(({ bar, x }) => ({ x: x + 6, text: barName(bar), width: textWidth(g, barName(bar)) }));
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
  for (const { bar, x, end, every } of seen) {
    g.fillRect(Math.round(x), 6, 1, height - 10);
    if (every > 1 || (end - x) / bar.beats.length < 24) continue;
    for (const s of bar.beats.slice(1)) g.fillRect(Math.round(xOf(view, s)), height - 10, 1, 6);
  }
  drawSigns(g, view, piece, width);
  drawSegments(g, width, height, view, piece.segments);
}

const widths = new Map();

/** How wide a text is in the font that is set; asked of the browser once. */
function textWidth(g, text) {
  const key = `${g.font} ${text}`;
  if (widths.size > 5000) widths.clear();
  if (!widths.has(key)) widths.set(key, g.measureText(text).width);
  return widths.get(key);
}

const signs = new WeakMap();

/** Marks, metres and tempi of a piece in the order of time. */
function signsOf(piece) {
  if (!signs.has(piece)) {
    const found = piece.marks.map((mark) => ({ s: mark.s, text: mark.name, kind: "mark", rank: 0 }));
    piece.bars.forEach((bar, index) => {
      if (index === 0 || piece.bars[index - 1].meter !== bar.meter) {
        found.push({ s: bar.s, text: bar.meter, kind: "meter", rank: 1 });
      }
    });
    for (const tempo of piece.tempi) {
      found.push({ s: tempo.s, text: `♩ ${Math.round(tempo.quarters_per_minute)}`, kind: "tempo", rank: 2 });
    }
    signs.set(piece, found.sort((a, b) => a.s - b.s || a.rank - b.rank));
  }
  return signs.get(piece);
}

/** A sign that begins farther to the left is not seen. */
const SIGN_PX = 240;

/** One line of what changes: the marks first, then metre and tempo, none upon another. */
function drawSigns(g, view, piece, width) {
  g.font = font(11);
  const all = signsOf(piece);
  let k = all.length ? indexAt(all, view.a - SIGN_PX / view.px_per_s) : 0;
  let free = -40;
  let mark = null;
  for (; k < all.length; k += 1) {
    const sign = all[k];
    const at = xOf(view, sign.s) + 6;
    if (at > width) return;
    const wide = textWidth(g, sign.text) + (sign.kind === "mark" ? 8 : 0);
    const x = Math.max(at, Math.min(free, at + 46));
    const isHidden = x < free || x + wide < 0 || (sign.kind !== "mark" && mark !== null && x < mark);
    if (isHidden && sign.kind !== "mark") continue;
    if (sign.kind === "mark") {
      g.strokeStyle = INK.now;
      g.lineWidth = 1;
      g.strokeRect(Math.round(x) + 0.5, 24.5, Math.round(wide), 13);
      g.fillStyle = INK.now;
      g.fillText(sign.text, x + 4, 35);
      mark = x + wide;
    } else {
      g.fillStyle = INK.pale;
      g.fillText(sign.text, x, 35);
    }
    free = x + wide + 8;
  }
}

const LEVELS = { none: 0, still: 0.35, coarse: 0.55, draft: 0.75, full: 1 };

/** How far each segment is: the brighter the better; amber while it is rendered, dotted while it waits. */
function drawSegments(g, width, height, view, segments) {
  const y = height - 4;
  const look = ({ state, level, isWhole }) => `${state}${isWhole ? "full" : level}`;
  for (let k = indexAt(segments, view.a); k < segments.length; k += 1) {
    const segment = segments[k];
    const x = xOf(view, segment.s);
    if (x > width) return;
    // Those that are narrow, and alike, are one line.
    while (k + 1 < segments.length && xOf(view, segments[k].end_s) - x < 4 && look(segments[k + 1]) === look(segment)) k += 1;
    const end = xOf(view, segments[k].end_s);
    if (segment.state === "kept") {
      g.globalAlpha = LEVELS[segment.isWhole ? "full" : segment.level];
      g.fillStyle = INK.kept;
      g.fillRect(x, segment.isWhole ? y - 1 : y, Math.max(end - x - 1, 1), segment.isWhole ? 3 : 2);
      g.globalAlpha = 1;
    } else if (segment.state === "rendering") {
      g.fillStyle = INK.now;
      g.fillRect(x, y - 1, Math.max(end - x - 1, 1), 3);
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
  for (const { bar, index, x, end, every } of seenBars(piece.bars, view, width)) {
    g.fillStyle = INK.bar;
    g.fillRect(Math.round(x), 0, 1, height);
    if (index + every >= piece.bars.length) g.fillRect(Math.round(end), 0, 1, height);
    if (every > 1 || (end - x) / bar.beats.length < 11) continue;
    g.fillStyle = INK.beat;
    for (const s of bar.beats.slice(1)) g.fillRect(Math.round(xOf(view, s)), 0, 1, height);
  }
}

/** A rule: the stretch that it is written for, and each note that it means. */
export function drawRule(g, width, view, item, y, range) {
  const middle = Math.round(y + item.h / 2);
  if (range) {
    const x = xOf(view, range[0]);
    const end = xOf(view, range[1]);
    g.fillStyle = INK.rule;
    g.fillRect(x, middle - 6, Math.max(end - x, 2), 12);
    g.fillStyle = INK.pale;
    g.fillRect(Math.round(x), middle - 6, 2, 12);
    g.fillRect(Math.round(end) - 2, middle - 6, 2, 12);
  }
  g.fillStyle = INK.hit;
  let before = -2;
  for (const s of item.rule.hits) {
    const x = Math.round(xOf(view, s));
    if (x > before && x < width) {
      g.fillRect(x, middle - 3, 2, 6);
      before = x;
    }
  }
}
