// The menu of shapes: what a lane does between one of its points and the next, each as a small picture.

import { made } from "./heads.js";
import { get } from "./wire.js";

const FAMILIES = [
  ["level", "stays"],
  ["ease", "arrives"],
  ["way", "arrives"],
  ["swing", "there and back"],
  ["periodic", "repeats"],
  ["round", "round the head"],
];
const [WIDE, HIGH] = [44, 20];
const SVG = "http://www.w3.org/2000/svg";

export class ShapeMenu {
  constructor(app) {
    this.app = app;
    this.box = document.querySelector("#shape");
    this.list = document.querySelector("#shape-list");
    this.shapes = null;
    this.box.addEventListener("keydown", (event) => this.#key(event));
    // A click beside it closes it, as with every menu.
    this.box.addEventListener("click", (event) => event.target === this.box && this.box.close());
    this.box.addEventListener("close", () => {
      this.focused?.();
      this.app.strip.dirty();
    });
  }

  /**
   * Show it for what a lane does from one of its points on.
   *
   * x, y     where, in the window
   * focused  called when it closes, to give the focus back
   */
  async open(lane, point, x, y, focused = null) {
    const { app } = this;
    const base = app.edits.base(lane.file);
    this.shapes ??= (await get("/shapes"))?.shapes ?? null;
    if (!this.shapes) return;
    this.focused = focused;
    document.querySelector("#shape-head").textContent = `${lane.label || lane.name} from ${point.at}`;
    const offered = FAMILIES.flatMap(([family, words]) => {
      const known = this.shapes.filter((one) => one.family === family);
      return family === "round" && !lane.name.endsWith(".azimuth") ? [] : known.map((one) => [one, words]);
    });
    let before = "";
    this.list.replaceChildren();
    for (const [shape, words] of offered) {
      if (words !== before) this.list.append(made("li", "kind", words, { role: "presentation" }));
      before = words;
      const item = made("li", "", "", { role: "none" });
      const button = made("button", "", "", { role: "menuitemradio", "aria-checked": String(shape.name === point.shape) });
      button.append(curveOf(shape), made("span", "", shape.name.replaceAll("_", " ")));
      button.addEventListener("click", () => {
        this.box.close();
        if (shape.name === point.shape) return;
        app.edits.write(lane.file, { shape: { pointer: point.point, shape: shape.name } }, base);
      });
      item.append(button);
      this.list.append(item);
    }
    this.box.showModal();
    const room = this.box.getBoundingClientRect();
    this.box.style.left = `${Math.max(8, Math.min(x, innerWidth - room.width - 8))}px`;
    this.box.style.top = `${Math.max(8, Math.min(y, innerHeight - room.height - 8))}px`;
    (this.list.querySelector('[aria-checked="true"]') ?? this.list.querySelector("button")).focus();
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...this.list.querySelectorAll("button")];
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  }
}

/** The point that acts at a moment: what the lane does there is written with it. */
export function actingAt(lane, s) {
  return lane.nodes.filter((node) => node.at_pointer && node.s <= s + 1e-6).at(-1) ?? null;
}

function curveOf({ curve, family }) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  const points = curve.map((value, k) => {
    const x = 2 + ((WIDE - 4) * k) / (curve.length - 1);
    return `${x.toFixed(1)},${(family === "level" ? HIGH / 2 : HIGH - 3 - (HIGH - 6) * value).toFixed(1)}`;
  });
  line.setAttribute("points", points.join(" "));
  picture.append(line);
  return picture;
}
