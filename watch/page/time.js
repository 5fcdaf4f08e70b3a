// Bars and beats to seconds and back: pure functions of the bars that a piece message brings.

/** The index of the last item that begins at or before `s`; 0 before the first. Items have `s`. */
export function indexAt(items, s) {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (items[middle].s <= s + 1e-6) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where bar `index` ends: where the next one begins; the last bar lasts as long as its beats say. */
export function barEnd(bars, index) {
  if (index + 1 < bars.length) return bars[index + 1].s;
  const { s, beats } = bars[index];
  if (beats.length < 2) return s + 2;
  return beats.at(-1) + (beats.at(-1) - beats.at(-2));
}

/** The place of a moment: its bar's index, the beat from 1 with its fraction, and the name of the bar. */
export function placeAt(bars, s) {
  if (!bars.length) return { index: 0, bar: 0, beat: 1, name: "–" };
  const index = indexAt(bars, s);
  const bar = bars[index];
  const { beats } = bar;
  let k = 0;
  while (k + 1 < beats.length && beats[k + 1] <= s + 1e-6) k += 1;
  const end = k + 1 < beats.length ? beats[k + 1] : barEnd(bars, index);
  const along = Math.min(Math.max((s - beats[k]) / Math.max(end - beats[k], 1e-9), 0), 0.999999);
  return { index, bar: bar.bar, beat: k + 1 + (s < beats[k] ? 0 : along), name: barName(bar) };
}

/** A bar's number as the composer writes it: 7, and 7@2 the second time through a repeat. */
export function barName(bar) {
  return bar.pass_number > 1 ? `${bar.bar}@${bar.pass_number}` : `${bar.bar}`;
}

/** The seconds of beat `beat` (from 1, with a fraction) of the bar at `index`. */
export function secondsOf(bars, index, beat) {
  const { beats } = bars[index];
  const k = Math.min(Math.max(Math.floor(beat) - 1, 0), beats.length - 1);
  const end = k + 1 < beats.length ? beats[k + 1] : barEnd(bars, index);
  return beats[k] + (beat - 1 - k) * (end - beats[k]);
}

/**
 * The seconds of a place that somebody types: 7, 7|3, 7:3, 7.3, 7@2|3, @B, or 0:31.5 as 31.5s.
 * null where the piece has no such place.
 */
export function secondsOfText(text, bars, marks) {
  const written = text.trim();
  const seconds = /^(\d+(?:\.\d+)?)\s*s$/.exec(written);
  if (seconds) return Number(seconds[1]);
  const mark = /^@(.+)$/.exec(written);
  if (mark) return marks.find((one) => one.name.toLowerCase() === mark[1].toLowerCase())?.s ?? null;
  const place = /^(\d+)(?:@(\d+))?(?:[|:.\s]\s*(\d+(?:\.\d+)?))?$/.exec(written);
  if (!place) return null;
  const pass = Number(place[2] ?? 1);
  const index = bars.findIndex((bar) => bar.bar === Number(place[1]) && bar.pass_number === pass);
  if (index < 0) return null;
  const beat = Number(place[3] ?? 1);
  return beat >= 1 && beat < bars[index].beats.length + 1 ? secondsOf(bars, index, beat) : null;
}

/** How finely a place may be chosen where a beat is `beat_px` wide: parts of a beat. */
export function divisions(beat_px) {
  if (beat_px < 26) return [1];
  if (beat_px < 70) return [1, 2];
  if (beat_px < 130) return [1, 2, 3];
  return [1, 2, 3, 4];
}

/**
 * The nearest place of the grid: `{s, text}`, text as the language writes it ("7|2+1/3").
 * Parts are those of `divisions`; without parts, the place is free, to a hundredth of a beat.
 */
export function snapped(bars, s, parts) {
  const { index, beat } = placeAt(bars, s);
  const bar = bars[index];
  if (!parts) {
    const free = Math.round(beat * 100) / 100;
    if (free >= bar.beats.length + 1) return snapped(bars, barEnd(bars, index), [1]);
    return { s: secondsOf(bars, index, free), text: `${barName(bar)}|${free}` };
  }
  const whole = Math.floor(beat + 1e-6);
  const along = beat - whole;
  let best = { off: Infinity, top: 0, bottom: 1 };
  for (const bottom of parts) {
    const top = Math.round(along * bottom);
    const off = Math.abs(along - top / bottom);
    if (off < best.off - 1e-9) best = { off, top, bottom };
  }
  let at = whole;
  let { top } = best;
  if (top === best.bottom) [at, top] = [whole + 1, 0];
  if (at > bar.beats.length) {
    if (index + 1 < bars.length) return { s: bars[index + 1].s, text: `${barName(bars[index + 1])}|1` };
    return { s: barEnd(bars, index), text: "end" };
  }
  const fraction = top / best.bottom;
  const text = top === 0 ? `${at}` : best.bottom === 3 ? `${at}+${top}/3` : `${at + fraction}`;
  return { s: secondsOf(bars, index, at + fraction), text: `${barName(bar)}|${text}` };
}

/** The next place of the grid after (`step` 1) or before (-1) a moment, `unit` being "bar", "beat" or "part". */
export function stepped(bars, s, step, unit, parts = [2]) {
  if (!bars.length) return s;
  const moments = [];
  const { index } = placeAt(bars, s);
  for (let k = Math.max(index - 1, 0); k <= Math.min(index + 2, bars.length - 1); k += 1) {
    if (unit === "bar") moments.push(bars[k].s);
    else {
      for (let beat = 1; beat <= bars[k].beats.length; beat += 1) {
        const cuts = unit === "beat" ? [0] : [...new Set(parts.flatMap((n) => [...Array(n).keys()].map((i) => i / n)))];
        for (const cut of cuts) moments.push(secondsOf(bars, k, beat + cut));
      }
    }
  }
  moments.push(barEnd(bars, bars.length - 1));
  moments.sort((a, b) => a - b);
  if (step > 0) return moments.find((moment) => moment > s + 1e-4) ?? s;
  return moments.findLast((moment) => moment < s - 1e-4) ?? 0;
}

/** Seconds as people read them: 0:31.5. */
export function clockText(s) {
  const tenths = Math.max(0, Math.floor(s * 10 + 1e-6));
  const minutes = Math.floor(tenths / 600);
  const rest = (tenths % 600) / 10;
  return `${minutes}:${rest.toFixed(1).padStart(4, "0")}`;
}
