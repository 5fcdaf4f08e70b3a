// Drawing notes: as rounded bars, and where thousands are seen at once as single pixels.

import { noteInk, notePixels } from "./ink.js";
import { xOf } from "./paint.js";
import { sheetOf } from "./sheet.js";

/** So many in sight, and each is a few pixels: they are set one by one, which is faster by ten times. */
const MANY = 600;

/** The notes of a bus: height by pitch, lightness by velocity. */
export function drawNotes(g, width, view, item, y) {
  const { notes } = item.row;
  const first = firstNote(notes, view.a);
  const end = noteAfter(notes, view.a + width / view.px_per_s);
  if (end - first > MANY) drawMany(g, width, view, item, y, first, end);
  else drawFew(g, view, item, y, first, end);
}

function drawFew(g, view, item, y, first, end) {
  for (let k = first; k < end; k += 1) {
    const note = item.row.notes[k];
    const [x, top, w, h] = noteBox(view, item, y, note);
    if (x + w < 0) continue;
    g.fillStyle = noteInk(item.hue, note[3]);
    if (w < 4 || !g.roundRect) g.fillRect(x, top, w, h);
    else {
      g.beginPath();
      g.roundRect(x, top, w, h, Math.min(h / 2, 1.5));
      g.fill();
    }
  }
}

function drawMany(g, width, view, item, y, first, end) {
  const ratio = g.getTransform().a;
  const { wide, dots, show } = sheetOf(width * ratio, item.h * ratio);
  const inks = notePixels(item.hue);
  const { top, h, bar, low, across } = scaleOf(item);
  const tall = Math.max(1, Math.round(bar * ratio));
  for (let k = first; k < end; k += 1) {
    const [on, length, pitch, velocity] = item.row.notes[k];
    const x = (on - view.a) * view.px_per_s * ratio;
    const left = Math.max(0, Math.round(x));
    const right = Math.min(wide, Math.max(Math.round(x + length * view.px_per_s * ratio - ratio), left + Math.ceil(2 * ratio)));
    const from = Math.round((top + (h - bar) * (1 - (pitch - low) / across)) * ratio);
    const ink = inks[velocity];
    for (let start = from * wide, row = 0; row < tall; row += 1, start += wide) {
      for (let dot = start + left; dot < start + right; dot += 1) dots[dot] = ink;
    }
  }
  show(g, y);
}

/** How pitches stand in a row: `top` of the highest, `h` for all of them, each `bar` tall. */
function scaleOf(item) {
  const { low, high } = noteRange(item.row);
  const h = item.h - 10;
  return { top: 5, h, bar: Math.min(Math.max(h / (high - low + 1), 2.5), 5), low, across: Math.max(high - low, 1) };
}

/** Where a note stands: `[x, y, width, height]`. */
export function noteBox(view, item, y, [on, length, pitch]) {
  const { top, h, bar, low, across } = scaleOf(item);
  const x = xOf(view, on);
  return [x, y + top + (h - bar) * (1 - (pitch - low) / across), Math.max(xOf(view, on + length) - 1 - x, 2), bar];
}

const longest = new WeakMap();

/** The index of the first note that may still sound at a moment; those before it have ended. */
export function firstNote(notes, s) {
  if (!longest.has(notes)) longest.set(notes, notes.reduce((most, [, length]) => Math.max(most, length), 0));
  return beginning(notes, s - longest.get(notes), false);
}

/** The index of the first note that begins after a moment. */
function noteAfter(notes, s) {
  return beginning(notes, s, true);
}

function beginning(notes, s, isAfter) {
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter ? notes[middle][0] <= s : notes[middle][0] < s) low = middle + 1;
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
