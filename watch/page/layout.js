// Which rows the score strip has, how tall they are, and where they stand. Pure.

import { isEar, layerLabel } from "./nodes.js";

const SIZES = {
  notes: { least: 30, most: 104, weight: 1.4 },
  lane: { least: 24, most: 88, weight: 1 },
  open: { least: 104, most: 140, weight: 0.6 },
  group: { least: 22, most: 22, weight: 0 },
  rule: { least: 18, most: 18, weight: 0 },
};
const BETWEEN = 5;

/** Hues of the buses: of equal lightness and colour, neighbours far apart. */
export const HUES = [78, 232, 155, 20, 300, 110, 345, 195];

/**
 * The rows from top to bottom: `{kind, key, name, label, hue, y, h}` and what they show.
 *
 * lanes    lanes by name
 * folded   keys of buses and groups whose lower rows are hidden; where it stands between the ears is always shown
 * entered  the lane that is worked on, which is taller
 * height   what there is; rows fill it, within what is least and most for their kind
 */
export function layout(piece, lanes, folded, entered, height) {
  const items = [];
  piece.rows.forEach((row, index) => {
    const hue = HUES[index % HUES.length];
    const own = row.lanes.filter((name) => lanes.has(name));
    // A bus that goes round the head has its azimuth in place of an ear.
    const place = [row.ear, `${row.bus}.azimuth`].find((name) => own.includes(name)) ?? "";
    const more = own.filter((name) => name !== place);
    const key = `bus ${row.bus}`;
    const isFolded = folded.has(key);
    items.push({ kind: "notes", key, name: row.bus, row, hue, more: more.length, isFolded, isFirst: true });
    if (place) items.push(...laneItems(lanes, place, row.bus, hue));
    if (!isFolded) for (const name of more) items.push(...laneItems(lanes, name, row.bus, hue));
  });
  const picture = piece.picture_lanes.filter((name) => lanes.has(name));
  group(items, "picture", picture.length, folded, () => {
    for (const name of picture) items.push(...laneItems(lanes, name, "", null));
  });
  group(items, "rules", piece.rules.length, folded, () => {
    for (const rule of piece.rules) items.push({ kind: "rule", key: `rule ${rule.n}`, name: `rule ${rule.n}`, rule });
  });
  for (const item of items) item.size = SIZES[item.kind === "lane" && item.lane.id === entered ? "open" : item.kind];
  return placed(items, height);
}

function group(items, name, count, folded, fill) {
  if (!count) return;
  const isFolded = folded.has(name);
  items.push({ kind: "group", key: name, name, more: count, isFolded, isFirst: true });
  if (!isFolded) fill();
}

/** A parameter, and below it each lane that is laid over it. */
function laneItems(lanes, name, bus, hue) {
  const layers = [...lanes.values()].filter((lane) => lane.name === name && lane.mode !== "set");
  return [lanes.get(name), ...layers].map((lane) => laneItem(lane, bus, hue));
}

function laneItem(lane, bus, hue) {
  const short = bus && lane.name.startsWith(`${bus}.`) ? lane.name.slice(bus.length + 1) : lane.name;
  const label = lane.mode === "set" ? (lane.name === bus ? "ear" : short.replace(/^visuals\./, "")) : layerLabel(lane);
  return { kind: "lane", key: `lane ${lane.id}`, name: lane.name, label, lane, hue, isEar: isEar(lane) };
}

function placed(items, height) {
  const gaps = items.filter((item) => item.isFirst).length * BETWEEN;
  const least = items.reduce((sum, item) => sum + item.size.least, 0) + gaps;
  const weight = items.reduce((sum, item) => sum + item.size.weight, 0);
  const share = weight ? Math.max(height - least - 4, 0) / weight : 0;
  let y = 0;
  for (const item of items) {
    const { size } = item;
    if (item.isFirst) y += BETWEEN;
    item.y = y;
    item.h = Math.floor(Math.min(size.least + share * size.weight, size.most));
    y += item.h;
  }
  return { items, height: y + 6 };
}

/** The visible stretch within the film: it never shows more than `room` of nothing before and after. */
export function heldView({ a, px_per_s }, width, duration_s) {
  const least = (width / Math.max(duration_s, 0.5)) * 0.98;
  const px = Math.min(Math.max(px_per_s, Math.min(least, 400)), 1200);
  const seen = width / px;
  const last = Math.max(duration_s * 1.01 - seen, 0);
  return { a: Math.min(Math.max(a, 0), last), px_per_s: px };
}

/** The view zoomed by a factor around a moment, which stays where it is on the screen. */
export function zoomed(view, factor, s, width, duration_s) {
  const x = (s - view.a) * view.px_per_s;
  const px_per_s = heldView({ a: 0, px_per_s: view.px_per_s * factor }, width, duration_s).px_per_s;
  return heldView({ a: s - x / px_per_s, px_per_s }, width, duration_s);
}

/** Which marks of a row of texts are drawn so that none touches the next: items `{x, width}` from left to right. */
export function apart(items, room) {
  const kept = [];
  let free = -Infinity;
  for (const item of items) {
    if (item.x < free) continue;
    kept.push(item);
    free = item.x + item.width + room;
  }
  return kept;
}
