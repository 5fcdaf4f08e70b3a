// The page's clock, against places that were counted by hand. `node --test` runs it.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  clockText, divisions, indexAt, placeAt, secondsOf, secondsOfText, snapped, stepped,
} from "../../../watch/page/time.js";

// A pickup of one beat, a bar of four at 60, a bar of three at 120, and the first of these once more.
const BARS = [
  { bar: 1, pass_number: 1, s: 0, meter: "1/4", beats: [0] },
  { bar: 2, pass_number: 1, s: 1, meter: "4/4", beats: [1, 2, 3, 4] },
  { bar: 3, pass_number: 1, s: 5, meter: "3/4", beats: [5, 5.5, 6] },
  { bar: 2, pass_number: 2, s: 6.5, meter: "4/4", beats: [6.5, 7.5, 8.5, 9.5] },
];
const MARKS = [{ s: 5, name: "B" }];

test("a moment has the bar and the beat that sound then", () => {
  assert.equal(indexAt(BARS, 0.99), 0);
  assert.equal(indexAt(BARS, 5), 2);
  const place = placeAt(BARS, 5.75);
  assert.deepEqual([place.name, place.beat], ["3", 2.5]);
  assert.equal(placeAt(BARS, 8).name, "2@2");
  assert.equal(placeAt(BARS, -1).beat, 1);
});

test("a beat with a fraction has its moment, in the last bar, too", () => {
  assert.equal(secondsOf(BARS, 1, 2.5), 2.5);
  assert.equal(secondsOf(BARS, 2, 3.5), 6.25);
  assert.equal(secondsOf(BARS, 3, 4.5), 10);
});

test("what people type is a place, and a place that does not exist is none", () => {
  const at = (text) => secondsOfText(text, BARS, MARKS);
  assert.equal(at("3|2"), 5.5);
  assert.equal(at("3:2"), 5.5);
  assert.equal(at("3.2"), 5.5);
  assert.equal(at(" 2@2|1 "), 6.5);
  assert.equal(at("@b"), 5);
  assert.equal(at("4.5s"), 4.5);
  assert.equal(at("9"), null);
  assert.equal(at("3|4"), null);
  assert.equal(at("@C"), null);
  assert.equal(at("bar"), null);
});

test("a point snaps to the nearest place of the grid, and is written as the language writes it", () => {
  const near = (s, parts) => snapped(BARS, s, parts);
  assert.deepEqual(near(2.4, [1]), { s: 2, text: "2|2" });
  assert.deepEqual(near(2.4, [1, 2]), { s: 2.5, text: "2|2.5" });
  assert.equal(near(2.34, [1, 2, 3]).text, "2|2+1/3");
  assert.equal(near(2.74, [1, 2, 3, 4]).text, "2|2.75");
  assert.deepEqual(near(4.9, [1]), { s: 5, text: "3|1" });
  assert.equal(near(7.5, [1]).text, "2@2|2");
  assert.equal(near(10.4, [1]).text, "end");
  assert.equal(near(2.3456, null).text, "2|2.35");
});

test("the grid is finer where a beat is wider", () => {
  assert.deepEqual([20, 50, 100, 200].map((px) => divisions(px).length), [1, 2, 3, 4]);
});

test("arrows go to the bar or the beat before and after", () => {
  assert.equal(stepped(BARS, 2.2, 1, "bar"), 5);
  assert.equal(stepped(BARS, 5, -1, "bar"), 1);
  assert.equal(stepped(BARS, 5.2, -1, "beat"), 5);
  assert.equal(stepped(BARS, 5.2, 1, "part", [2]), 5.25);
  assert.equal(stepped(BARS, 0, -1, "bar"), 0);
});

test("a time is written in minutes and tenths", () => {
  assert.equal(clockText(0), "0:00.0");
  assert.equal(clockText(75.26), "1:15.2");
});
