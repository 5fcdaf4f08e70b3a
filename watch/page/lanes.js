// Drawing lanes: curves over their middle, and their handles.

import { INK, busInk, pixelOf } from "./ink.js";
import { folded, heightOf, laneSpan } from "./nodes.js";
import { xOf } from "./paint.js";
import { sheetOf } from "./sheet.js";

/** Where a second is narrower, handles would lie upon each other. */
const NODES_PX = 14;

/** Where a value of a lane stands in its row. */
export function yOf(item, y, value, span = laneSpan(item.lane)) {
  const [bottom, top] = span;
  const inner = item.h - 8;
  return y + 4 + inner * (1 - (value - bottom) / (top - bottom || 1));
}

/** A lane as a curve over its middle, with its handles; `own` is what it is without what is laid over it. */
export function drawLane(g, width, view, item, y, { values, own }, rate_hz, state) {
  const span = laneSpan(item.lane);
  const zero = yOf(item, y, Math.min(Math.max(0, Math.min(...span)), Math.max(...span)), span);
  g.fillStyle = INK.band;
  g.fillRect(0, y + 1, width, item.h - 2);
  g.fillStyle = INK.middle;
  g.fillRect(0, Math.round(zero), width, 1);
  const look = {
    place: (value) => yOf(item, y, folded(item.lane, value), span),
    zero,
    ink: (alpha) => busInk(item.hue, alpha),
  };
  if (own.length) {
    // The lane itself is dashed, thin, and carries the handles; what acts is whole.
    g.setLineDash([4, 3]);
    drawCurve(g, width, view, item, y, own, rate_hz, { ...look, alpha: 0.8, body: 0, thick: 1.1 });
    g.setLineDash([]);
  }
  const isLayer = item.lane.mode !== "set";
  const weight = isLayer ? { alpha: 0.7, body: 0.05, thick: 1.1 } : { alpha: 0.95, body: 0.09, thick: 1.4 };
  drawCurve(g, width, view, item, y, values, rate_hz, { ...look, ...weight });
  drawNodes(g, width, view, item, y, own.length ? own : values, rate_hz, state);
}

/** So many values in a pixel, and the curve is drawn by what each column reaches. */
const DENSE = 2;

function drawCurve(g, width, view, item, y, curve, rate_hz, look) {
  if (!curve.length) return;
  if (rate_hz / view.px_per_s > DENSE) drawDense(g, width, view, item, y, curve, rate_hz, look);
  else drawLine(g, width, view, item, curve, rate_hz, look);
}

function drawLine(g, width, view, item, curve, rate_hz, { place, zero, ink, alpha, body, thick }) {
  const first = Math.max(0, Math.floor(view.a * rate_hz) - 1);
  const last = Math.min(curve.length - 1, Math.ceil((view.a + width / view.px_per_s) * rate_hz) + 1);
  const isAzimuth = item.lane.name.endsWith(".azimuth");
  const every = Math.max(1, Math.floor(rate_hz / view.px_per_s / 1.5));
  const path = new Path2D();
  const area = new Path2D();
  let before = null;
  for (let k = first; k <= last; k += every) {
    const value = folded(item.lane, curve[k]);
    const x = xOf(view, k / rate_hz);
    const at = place(curve[k]);
    if (before === null || (isAzimuth && Math.abs(value - before) > 180)) {
      if (before !== null) area.lineTo(xOf(view, (k - every) / rate_hz), zero);
      path.moveTo(x, at);
      area.moveTo(x, zero);
    } else path.lineTo(x, at);
    area.lineTo(x, at);
    before = value;
  }
  if (body) {
    area.lineTo(xOf(view, last / rate_hz), zero);
    g.fillStyle = ink(body);
    g.fill(area);
  }
  g.strokeStyle = ink(alpha);
  g.lineWidth = thick;
  g.lineJoin = "round";
  g.stroke(path);
}

/**
 * Of a curve that is denser than the screen, what it reaches in each column, set pixel by pixel: a path of a
 * thousand corners takes ten times as long.
 */
function drawDense(g, width, view, item, y, curve, rate_hz, { place, zero, ink, alpha, body, thick }) {
  const ratio = g.getTransform().a;
  const { wide, high, dots, show } = sheetOf(width * ratio, item.h * ratio);
  const colour = pixelOf(ink(1)) & 0xffffff;
  const set = (x, row, share) => {
    if (row >= 0 && row < high && share > 0) dots[row * wide + x] = (Math.round(255 * share) << 24) | colour;
  };
  const at = (value) => (place(value) - y) * ratio;
  const ground = Math.round((zero - y) * ratio);
  const per_px = rate_hz / view.px_per_s / ratio;
  const half = (thick * ratio) / 2;
  for (let x = 0; x < wide; x += 1) {
    const begin = Math.max(0, Math.floor(view.a * rate_hz + x * per_px));
    // One value of the next column, too, so that neighbours meet.
    const end = Math.min(begin + per_px + 1, curve.length - 1);
    if (begin > curve.length - 1) break;
    let [low, high_value] = [Infinity, -Infinity];
    for (let k = begin; k <= end; k += 1) {
      if (curve[k] < low) low = curve[k];
      if (curve[k] > high_value) high_value = curve[k];
    }
    const [one, other] = [at(low), at(high_value)];
    const [top, bottom] = [Math.min(one, other) - half, Math.max(one, other) + half];
    const [first, last] = [Math.floor(top), Math.floor(bottom)];
    if (body) {
      for (let row = Math.min(ground, last); row < Math.max(ground, first); row += 1) set(x, row, body);
    }
    set(x, first, alpha * (first === last ? bottom - top : first + 1 - top));
    for (let row = first + 1; row < last; row += 1) set(x, row, alpha);
    if (last > first) set(x, last, alpha * (bottom - last));
  }
  show(g, y);
}

function drawNodes(g, width, view, item, y, curve, rate_hz, state) {
  const span = laneSpan(item.lane);
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
