// The colours of the canvas: those of page.css, read from there, for the dark scheme and the light one.

/** By the names of page.css without their dashes: `--on-class` is `onClass`. */
export const INK = {};

const NUMBERS = [
  "noteSoft", "noteLoud", "noteColour", "busLight", "classFirst", "classSecond", "classThird", "classMark",
];
const TEXTS = [
  "paper", "band", "line", "ink", "soft", "pale", "now", "error", "bar", "beat", "middle", "loop", "loopRuler", "rule",
  "hit", "onClass", "kept",
];

export const FACE = "Aileron, system-ui, sans-serif";

export function font(size_px) {
  return `${size_px}px ${FACE}`;
}

const inks = new Map();

/** Read the colours anew: the scheme has changed. */
export function readInks() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`).trim();
  for (const name of TEXTS) INK[name] = read(name);
  for (const name of NUMBERS) INK[name] = Number(read(name));
  inks.clear();
}

/** A note's colour: that of its bus; the louder, the farther from the paper. */
export function noteInk(hue, velocity) {
  const key = hue * 128 + velocity;
  if (!inks.has(key)) {
    const light = INK.noteSoft + (INK.noteLoud - INK.noteSoft) * (velocity / 127) ** 0.9;
    inks.set(key, `oklch(${light.toFixed(3)} ${INK.noteColour} ${hue})`);
  }
  return inks.get(key);
}

export function busInk(hue, alpha = 1) {
  const colour = hue === null ? "0.03 75" : `0.105 ${hue}`;
  return `oklch(${INK.busLight} ${colour} / ${alpha})`;
}

/** Colours of classes: quiet, of about equal lightness, neighbours in the list far apart. */
export function classInk(index) {
  return classOf(index, [INK.classFirst, INK.classSecond, INK.classThird][index % 3]);
}

/** The same for a small mark on paper. */
export function classMark(index) {
  return classOf(index, INK.classMark);
}

function classOf(index, light) {
  const hue = (28 + index * 137.5) % 360;
  return `oklch(${light} 0.082 ${hue.toFixed(0)})`;
}

const pixels = new Map();
let dot = null;

/** A colour as 32 bits of a picture. */
export function pixelOf(colour) {
  if (!pixels.has(colour)) {
    dot ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    dot.fillStyle = colour;
    dot.fillRect(0, 0, 1, 1);
    pixels.set(colour, new Uint32Array(dot.getImageData(0, 0, 1, 1).data.buffer)[0]);
  }
  return pixels.get(colour);
}

/** A note's colours by velocity as pixels. */
export function notePixels(hue) {
  return Array.from({ length: 128 }, (_, velocity) => pixelOf(noteInk(hue, velocity)));
}
