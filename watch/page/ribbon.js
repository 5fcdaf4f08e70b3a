// The classes that the picture shows, drawn at the foot of the strip.

import { INK, classInk, font } from "./ink.js";

/** Names of one class stand this far apart. */
const APART_PX = 130;

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
  g.fillStyle = INK.onClass;
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
