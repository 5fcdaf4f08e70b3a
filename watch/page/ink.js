// The colours of the canvas; those of the page stand in page.css and are the same.

export const INK = {
  paper: "#171512",
  band: "#1b1815",
  line: "#2c2823",
  ink: "#ece6da",
  soft: "#aaa192",
  pale: "#8d8476",
  now: "#eab560",
  error: "#f0806c",
  bar: "rgba(255, 240, 215, 0.085)",
  beat: "rgba(255, 240, 215, 0.032)",
  middle: "rgba(255, 240, 215, 0.10)",
  loop: "rgba(234, 181, 96, 0.085)",
  loopRuler: "rgba(234, 181, 96, 0.20)",
};

export const FACE = "Aileron, system-ui, sans-serif";

export function font(size_px) {
  return `${size_px}px ${FACE}`;
}

const inks = new Map();

/** A note's colour: that of its bus, lighter where it is louder. */
export function noteInk(hue, velocity) {
  const key = hue * 128 + velocity;
  if (!inks.has(key)) {
    const light = 0.46 + 0.38 * (velocity / 127) ** 0.9;
    inks.set(key, `oklch(${light.toFixed(3)} 0.115 ${hue})`);
  }
  return inks.get(key);
}

export function busInk(hue, alpha = 1) {
  return hue === null ? `oklch(0.80 0.03 75 / ${alpha})` : `oklch(0.78 0.105 ${hue} / ${alpha})`;
}

/** Colours of classes: quiet, of about equal lightness, neighbours in the list far apart. */
export function classInk(index) {
  const hue = (28 + index * 137.5) % 360;
  const light = [0.52, 0.6, 0.45][index % 3];
  return `oklch(${light} 0.082 ${hue.toFixed(0)})`;
}
