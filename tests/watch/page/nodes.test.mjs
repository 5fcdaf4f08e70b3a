// Handles of lanes: values in words, steps, what a drag writes, and what a bent curve looks like.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bent, changesOf, folded, heightOf, laneSpan, laneWords, nodeText, rounded, scaleOf, valueStep, valueText,
} from "../../../watch/page/nodes.js";
import { apart, heldView, layout, zoomed } from "../../../watch/page/layout.js";
import { stretchesOf } from "../../../watch/page/stretches.js";
import { sourceOf } from "../../../watch/page/film.js";
import { distance } from "../../../watch/page/track.js";

const node = (i, s, v, more = {}) => ({
  i, s, v, at: `${i + 1}|1`, kind: "value", shape: "straight", line: i + 1,
  writes: [`/a/${i}/to`, `/a/${i + 1}/hold`], alone: [`/a/${i}/to`], at_pointer: `/a/${i}/at`, point: `/a/${i}`, ...more,
});
const EAR = { id: "a", name: "a", mode: "set", unit: "", low: -1, high: 1, values: [], own: [], nodes: [] };

test("an ear's value is said as a side", () => {
  assert.equal(valueText(EAR, -0.4), "left 0.40");
  assert.equal(valueText(EAR, 0.25), "right 0.25");
  assert.equal(valueText(EAR, 0), "middle");
});

test("degrees around the head are said within half a turn", () => {
  const lane = { ...EAR, name: "a.azimuth", unit: "°", low: -2000, high: 2000 };
  assert.equal(folded(lane, 270), -90);
  assert.equal(valueText(lane, -1693), "107°");
  assert.equal(valueText({ ...EAR, unit: "Hz", low: 0, high: 20 }, 4.126), "4.13 Hz");
});

test("steps are round, and a value stays within what it may be", () => {
  assert.equal(valueStep(-1, 1), 0.05);
  assert.equal(valueStep(0, 20), 0.5);
  assert.equal(rounded(0.4321, 0.05, -1, 1), 0.45);
  assert.equal(rounded(1.7, 0.05, -1, 1), 1);
  assert.equal(rounded(0.1 + 0.2, 0.05, -1, 1), 0.3);
});

test("turns are counted, and their handle stands on the curve", () => {
  const lane = { ...EAR, name: "a.azimuth", unit: "°", low: -2000, high: 2000, values: [0, 90, 270] };
  const orbit = node(0, 0.2, -2, { kind: "turns" });
  assert.equal(nodeText(lane, orbit, -2), "2 turns to the left");
  assert.equal(nodeText(lane, orbit, 1), "1 turn");
  assert.equal(scaleOf(lane, orbit).step, 0.5);
  assert.equal(heightOf(lane, orbit, -2, lane.values, 10), -90);
  assert.equal(scaleOf(EAR, node(0, 1, 0.5)).step, 0.05);
  assert.ok(scaleOf(EAR, node(0, 1, 0.5)).across < 0);
});

test("left is up, and a lane that hardly moves still has room", () => {
  assert.deepEqual(laneSpan(EAR), [1, -1]);
  const [low, high] = laneSpan({ ...EAR, unit: "Hz", low: 0, high: 20, values: [4, 4] });
  assert.ok(low < 4 && high > 4 && low >= 0);
});

test("a drag writes what arrives and what holds, Alt the point alone, sideways the place", () => {
  const one = node(0, 1, 0.5);
  assert.deepEqual(changesOf(one, 0.2, null, false), [
    { pointer: "/a/0/to", value: 0.2 },
    { pointer: "/a/1/hold", value: 0.2 },
  ]);
  assert.deepEqual(changesOf(one, 0.2, null, true), [{ pointer: "/a/0/to", value: 0.2 }]);
  assert.deepEqual(changesOf(one, null, { s: 2, text: "2|1" }, false), [{ pointer: "/a/0/at", value: "2|1" }]);
  assert.deepEqual(changesOf(one, 0.5, { s: 1, text: "1|1" }, false), []);
});

test("a bent curve goes through the handle and leaves all beyond its neighbours", () => {
  const values = Array.from({ length: 41 }, (_, k) => (k <= 20 ? k / 20 : 1 - (k - 20) / 20));
  const nodes = [node(0, 1, 0.5), node(1, 2, 1), node(2, 3, 0.5)];
  const lane = { ...EAR, values, own: [], nodes };
  const found = bent(lane, 10, nodes[1], 0, 2).values;
  assert.equal(found[20], 0);
  assert.equal(found[5], values[5]);
  assert.equal(found[35], values[35]);
  assert.ok(Math.abs(found[15] - 0.25) < 1e-9);
  const later = bent(lane, 10, nodes[1], 1, 2.5).values;
  assert.equal(later[25], 1);
});

test("bending a lane moves what acts by as much, and what is laid over it stays over it", () => {
  const own = Array.from({ length: 41 }, () => 0.5);
  const values = own.map((value, k) => value + (k % 2 ? 0.1 : -0.1));
  const lane = { ...EAR, values, own, nodes: [node(0, 1, 0.5), node(1, 2, 0.5), node(2, 3, 0.5)] };
  const found = bent(lane, 10, lane.nodes[1], 0.9, 2);
  assert.equal(found.own[20], 0.9);
  assert.ok(Math.abs(found.values[20] - 0.8) < 1e-9 && Math.abs(found.values[35] - 0.6) < 1e-9);
});

test("what is added to an ear is drawn left up, and said with its sign", () => {
  const layer = { ...EAR, id: "a add 1", mode: "add", low: -2, high: 2, values: [-0.1, 0.1], isOfEar: true };
  const [bottom, top] = laneSpan(layer);
  assert.ok(bottom > top);
  assert.equal(valueText(layer, 0.1), "+0.1");
  assert.equal(laneWords({ ...layer, label: "shake" }), "shake, added to a");
});

test("a phone that has the managed source alone shows the film, and what is lacking is said", () => {
  const knows = (...types) => ({ isTypeSupported: (type) => types.some((one) => type.includes(one)) });
  const whole = knows("avc1", "flac");
  assert.deepEqual(sourceOf({ MediaSource: whole, ManagedMediaSource: knows() }), [whole, ""]);
  assert.deepEqual(sourceOf({ ManagedMediaSource: whole }), [whole, ""]);
  const silent = knows("avc1");
  assert.equal(sourceOf({ MediaSource: silent })[0], silent);
  assert.match(sourceOf({ MediaSource: silent })[1], /FLAC/);
  assert.match(sourceOf({})[1], /Media Source Extensions/);
  assert.equal(sourceOf({ MediaSource: knows("flac") })[0], null);
});

test("the view holds the piece, and zooming keeps what is under the mouse", () => {
  const all = heldView({ a: -5, px_per_s: 0 }, 1000, 50);
  assert.equal(all.a, 0);
  assert.ok(Math.abs(all.px_per_s * 50 - 980) < 1e-6);
  const near = zoomed(all, 3, 20, 1000, 50);
  assert.ok(Math.abs((20 - near.a) * near.px_per_s - (20 - all.a) * all.px_per_s) < 1e-6);
});

test("texts of the ruler never touch", () => {
  assert.deepEqual(apart([{ x: 0, width: 10 }, { x: 12, width: 10 }, { x: 30, width: 5 }], 4).map((one) => one.x), [0, 30]);
});

test("rows fill the height, folded lanes are left out, and the lane in work is taller", () => {
  const lanes = new Map(["vibes", "vibes.gain"].map((name) => [name, { ...EAR, id: name, name }]));
  const piece = {
    rows: [{ bus: "vibes", ear: "vibes", lanes: ["vibes", "vibes.gain"], notes: [] }], picture_lanes: [], rules: [],
  };
  const names = (folded) => layout(piece, lanes, new Set(folded), "", 100).items.map((one) => `${one.kind} ${one.name}`);
  assert.deepEqual(names([]), ["notes vibes", "lane vibes", "lane vibes.gain"]);
  assert.deepEqual(names(["bus vibes"]), ["notes vibes", "lane vibes"]);
  const [, ear] = layout(piece, lanes, new Set(), "vibes", 100).items;
  assert.ok(ear.h > 100);
  lanes.set("shake", { ...EAR, id: "vibes add 1", name: "vibes", label: "shake", mode: "add" });
  assert.deepEqual(layout(piece, lanes, new Set(["bus vibes"]), "", 100).items.map((one) => one.label), [
    undefined, "ear", "+ shake",
  ]);
  lanes.delete("shake");
  const tall = layout(piece, lanes, new Set(), "", 180);
  const { items } = tall;
  assert.ok(items.every((one, k) => k === 0 || one.y >= items[k - 1].y + items[k - 1].h));
  assert.ok(tall.height <= 184 && tall.height > 150);
});

test("what comes next is fetched before what was, and the loop before both", () => {
  const stretch = (s) => ({ s, e: s + 2 });
  const now = { s: 10, loop: null };
  assert.ok(distance(stretch(10), now) < distance(stretch(14), now));
  assert.ok(distance(stretch(14), now) < distance(stretch(4), now));
  const looped = { s: 10, loop: [4, 12] };
  assert.ok(distance(stretch(4), looped) < distance(stretch(14), looped));
});

test("a draft gives way to the film's own quality only where that fills all of its time", () => {
  const draft = (s, end_s, media) => ({ s, end_s, media });
  const segments = [draft(0, 2, "a"), draft(2, 4, "b"), draft(4, 6, "")];
  const plain = stretchesOf(segments, []);
  assert.deepEqual(plain.map(({ s, e, url }) => [s, e, url]), [
    [0, 2, "/media/segment/a"], [2, 4, "/media/segment/b"], [4, 6, ""],
  ]);
  const half = { s: 2, end_s: 3, media: "B" };
  assert.deepEqual(stretchesOf(segments, [half]), plain);
  const whole = stretchesOf(segments, [{ s: 2.97, end_s: 4.03, media: "C" }, { s: 1.97, end_s: 2.97, media: "B" }]);
  // Where two meet, the first one is cut: the second needs its first picture.
  assert.deepEqual(whole.map(({ s, e, at, url }) => [s, e, at, url.slice(15)]), [
    [0, 1.97, 0, "a"], [1.97, 2.97, 1.97, "B"], [2.97, 4, 2.97, "C"], [4, 6, 4, ""],
  ]);
});
