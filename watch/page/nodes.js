// The handles of lanes: what a value is called, how far a drag moves it, and what is written then. Pure.

/** A sensible step for values between low and high: 1, 2 or 5 times a power of ten. */
export function valueStep(low, high) {
  const rough = Math.max(high - low, 1e-6) / 40;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough - 1e-12);
}

/** A value on the grid of a step, inside low and high. */
export function rounded(value, step, low, high) {
  const digits = Math.max(0, Math.ceil(-Math.log10(step) + 1e-9));
  const near = Math.round(value / step) * step;
  return Number(Math.min(Math.max(near, low), high).toFixed(digits + 1));
}

/** Whether a lane says where something is between the ears. */
export function isEar(lane) {
  return lane.unit === "" && lane.low === -1 && lane.high === 1;
}

/** What a lane that is laid over another one is called: "+ shake", "× swell". */
export function layerLabel(lane) {
  return `${lane.mode === "add" ? "+" : "×"} ${lane.label}`;
}

/** A lane in words, for screen readers and titles. */
export function laneWords(lane) {
  if (lane.mode === "set") return lane.name;
  return `${lane.label}, ${lane.mode === "add" ? "added to" : "times"} ${lane.name}`;
}

/** Degrees folded to -180..180; a value of another unit as it is. */
export function folded(lane, value) {
  if (!lane.name.endsWith(".azimuth") || lane.mode !== "set") return value;
  return ((((value + 180) % 360) + 360) % 360) - 180;
}

/** A value in words: "left 0.40", "21°", "4 Hz". */
export function valueText(lane, value) {
  if (lane.mode === "add") {
    const added = valueText({ ...lane, mode: "set", isOfEar: false, low: Math.min(lane.low, -2) }, value);
    return value > 0 ? `+${added}` : added;
  }
  if (isEar(lane)) {
    if (Math.abs(value) < 0.005) return "middle";
    return `${value < 0 ? "left" : "right"} ${Math.abs(value).toFixed(2)}`;
  }
  const shown = folded(lane, value);
  const size = Math.max(Math.abs(lane.low), Math.abs(lane.high));
  const number = size >= 30 ? Math.round(shown) : Number(shown.toFixed(2));
  if (lane.unit === "°") return `${number}°`.replace("-", "−");
  if (lane.unit === "x") return `${number}×`;
  return `${number}${lane.unit ? ` ${lane.unit}` : ""}`.replace("-", "−");
}

const MOST_TURNS = 99;

/**
 * How a handle's value is moved: `{step, low, high, across}`, across being what the whole height of a row stands for,
 * from the bottom up. Turns are counted, whatever the lane's own unit is.
 */
export function scaleOf(lane, node) {
  if (node.kind === "turns") return { step: 0.5, low: -MOST_TURNS, high: MOST_TURNS, across: 12 };
  const [bottom, top] = laneSpan(lane);
  const step = valueStep(Math.min(bottom, top), Math.max(bottom, top));
  return { step, low: lane.low, high: lane.high, across: top - bottom };
}

/** A handle's value in words. */
export function nodeText(lane, node, v) {
  if (node.kind !== "turns") return valueText(lane, v);
  return `${Math.abs(v)} ${Math.abs(v) === 1 ? "turn" : "turns"}${v < 0 ? " to the left" : ""}`;
}

/** The value at whose height a handle is drawn: a number of turns stands on the curve itself. */
export function heightOf(lane, node, v, curve, rate_hz) {
  if (node.kind !== "turns") return folded(lane, v);
  return folded(lane, curve[Math.min(Math.max(Math.round(node.s * rate_hz), 0), curve.length - 1)] ?? 0);
}

const spans = new WeakMap();

/** The span that a lane's curve and handles fill, for drawing: [bottom, top]. */
export function laneSpan(lane) {
  if (!spans.has(lane)) spans.set(lane, foundSpan(lane));
  return spans.get(lane);
}

function foundSpan(lane) {
  if (isEar(lane)) return [1, -1]; // left is up
  if (lane.name.endsWith(".azimuth") && lane.mode === "set") return [190, -190];
  let low = Infinity;
  let high = -Infinity;
  for (const values of [lane.values, lane.own]) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  for (const node of lane.nodes) {
    if (node.kind === "turns") continue;
    low = Math.min(low, node.v);
    high = Math.max(high, node.v);
  }
  if (low > high) return [0, 1];
  // A lane that hardly moves still has room to be dragged, within what it may be.
  const room = Math.max((high - low) * 0.12, (lane.high - lane.low) * 0.015, 1e-3);
  const span = [Math.max(low - room, Math.min(lane.low, low)), Math.min(high + room, Math.max(lane.high, high))];
  return lane.isOfEar ? span.reverse() : span;
}

/**
 * What a handle becomes: `{v, s, at}`, and the changes that write it.
 *
 * value   the new value, or null where only the place changes
 * place   `{s, text}`, or null where only the value changes
 * alone   whether the value belongs to this point alone, not to what holds from here, too
 */
export function changesOf(node, value, place, alone) {
  const changes = [];
  if (value !== null && value !== node.v) {
    for (const pointer of alone ? node.alone : node.writes) changes.push({ pointer, value });
  }
  if (place !== null && place.text !== node.at && node.at_pointer) {
    changes.push({ pointer: node.at_pointer, value: place.text });
  }
  return changes;
}

/**
 * The curves `{values, own}` of a lane while one of its handles is dragged, until the server says what they exactly
 * will be. What is laid over the lane is taken to be added.
 */
export function bent(lane, rate_hz, node, v, s) {
  if (!lane.own.length) return { values: stretched(lane.values, lane, rate_hz, node, v, s), own: [] };
  const own = stretched(lane.own, lane, rate_hz, node, v, s);
  return { own, values: lane.values.map((value, k) => value + own[k] - lane.own[k]) };
}

/** A curve with what lies between a handle and its neighbours stretched to the handle's new value and place. */
function stretched(values, lane, rate_hz, node, v, s) {
  if (node.kind === "turns" || node.kind === "low" || node.kind === "high") return values;
  const others = lane.nodes.filter((one) => one !== node && one.kind !== "peak" && Math.abs(one.s - node.s) > 1e-6);
  const before = others.filter((one) => one.s < node.s).at(-1) ?? { s: 0, v: values[0] ?? 0 };
  const end = { s: values.length / rate_hz, v: null };
  const after = others.find((one) => one.s > node.s) ?? end;
  const at = (moment) => values[Math.min(Math.max(Math.round(moment * rate_hz), 0), values.length - 1)];
  const v_after = after.v === null ? null : after.v;
  const isHeld = v_after === null || Math.abs(at((node.s + after.s) / 2) - node.v) < 1e-6;
  return values.map((value, k) => {
    const moment = k / rate_hz;
    if (moment <= before.s || moment >= after.s) return value;
    if (moment <= s) {
      const along = (moment - before.s) / Math.max(s - before.s, 1e-6);
      const old = at(before.s + along * (node.s - before.s));
      const span = node.v - before.v;
      const share = Math.abs(span) > 1e-6 ? (old - before.v) / span : along;
      return before.v + share * (v - before.v);
    }
    if (isHeld) return v;
    const along = (moment - s) / Math.max(after.s - s, 1e-6);
    const old = at(node.s + along * (after.s - node.s));
    const span = v_after - node.v;
    const share = Math.abs(span) > 1e-6 ? (old - node.v) / span : along;
    return v + share * (v_after - v);
  });
}
