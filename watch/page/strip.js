// The score strip: what is seen of the piece, and when it is drawn again. Nothing is drawn while nothing changes.

import { Heads } from "./heads.js";
import { INK, readInks } from "./ink.js";
import { heldView, layout, zoomed } from "./layout.js";
import { drawLane } from "./lanes.js";
import { drawNotes, firstNote, noteBox } from "./notes.js";
import { drawGrid, drawRule, drawRuler, xOf } from "./paint.js";
import { drawRibbon } from "./ribbon.js";

const TURN_MS = 320;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Strip {
  constructor(app) {
    this.app = app;
    this.view = { a: 0, px_per_s: 0 };
    this.width = 0;
    this.rows = { items: [], height: 0 };
    this.isStale = { layout: true, draw: true };
    this.turning = null;
    /** Whether the user looks at another place while it plays: then the page is not turned. */
    this.isElsewhere = false;
    this.lit = "";
    this.box = document.querySelector("#strip");
    this.scroller = document.querySelector("#rows");
    this.pane = document.querySelector("#pane");
    this.needle = document.querySelector("#needle");
    this.canvas = Object.fromEntries(
      ["ruler", "lanes", "light", "ribbon"].map((name) => [name, document.querySelector(`#${name}`)]),
    );
    this.heads = new Heads(app, document.querySelector("#heads"));
    new ResizeObserver(() => this.measure()).observe(this.box);
    this.scroller.addEventListener("scroll", () => this.dirty());
    readInks();
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => {
      readInks();
      this.dirty("layout");
      if (app.piece) app.panel.tell();
    });
    this.measure();
  }

  /** Draw again with the next frame; `what` is "layout" where rows have come, gone or grown. */
  dirty(what = "draw") {
    this.isStale.draw = true;
    if (what === "layout") this.isStale.layout = true;
    this.app.frame();
  }

  measure() {
    const width = this.canvas.ruler.clientWidth;
    const isFirst = !this.view.px_per_s;
    this.width = width;
    this.height = this.scroller.clientHeight;
    this.left = this.canvas.ruler.offsetLeft;
    this.pane.style.height = `${this.height}px`;
    const sizes = { ruler: [width, 46], lanes: [width, this.height], light: [width, this.height], ribbon: [width, 71] };
    const ratio = devicePixelRatio;
    for (const [name, [w, h]] of Object.entries(sizes)) {
      this.canvas[name].width = Math.round(w * ratio);
      this.canvas[name].height = Math.round(h * ratio);
    }
    if (!isFirst) {
      this.see(this.view);
      if (this.app.piece) this.follow(this.app.s);
    }
    this.lit = "";
    this.dirty("layout");
  }

  /** Show another stretch of the piece. */
  see(view) {
    const { piece } = this.app;
    this.view = heldView(view, this.width, piece ? piece.duration_s : 60);
    this.app.looked();
    this.dirty();
  }

  /** The same, by the user's hand: the playhead may be left behind. */
  go(view) {
    this.turning = null;
    this.see(view);
    const x = xOf(this.view, this.app.s);
    this.isElsewhere = x < 0 || x > this.width;
  }

  seeAll() {
    this.see({ a: 0, px_per_s: 0 });
  }

  zoom(factor, s = this.app.s) {
    const isSeen = s >= this.view.a && s <= this.end;
    const middle = isSeen ? s : this.view.a + this.width / this.view.px_per_s / 2;
    this.go(zoomed(this.view, factor, middle, this.width, this.app.piece?.duration_s ?? 60));
  }

  get end() {
    return this.view.a + this.width / this.view.px_per_s;
  }

  /** A moment on the screen to seconds. */
  secondsAt(x) {
    return this.view.a + x / this.view.px_per_s;
  }

  /** Turn the page so that a moment is seen: gliding, or at once where less motion is wanted. */
  follow(s) {
    const x = xOf(this.view, s);
    if (this.turning) return;
    const isIn = x >= 0 && x <= this.width;
    if (isIn) this.isElsewhere = false;
    if (this.isElsewhere) return;
    if (x >= 0 && x <= this.width * (this.app.isPlaying ? 0.88 : 1)) return;
    const to = heldView({ ...this.view, a: s - (this.width / this.view.px_per_s) * 0.12 }, this.width, this.app.piece.duration_s);
    if (Math.abs(to.a - this.view.a) * this.view.px_per_s < 2) return;
    if (calm.matches) {
      this.see(to);
      return;
    }
    this.turning = { from: this.view.a, to: to.a, since: performance.now() };
    this.app.frame();
  }

  #turn() {
    const { from, to, since } = this.turning;
    const u = Math.min((performance.now() - since) / TURN_MS, 1);
    const eased = 1 - (1 - u) ** 3;
    this.view = { ...this.view, a: from + (to - from) * eased };
    this.isStale.draw = true;
    if (u >= 1) {
      this.turning = null;
      this.app.looked();
    }
  }

  /** One frame of the screen; whether another one is needed at once. */
  draw() {
    const { app } = this;
    if (!app.piece || !this.width) return false;
    if (!this.view.px_per_s) this.seeAll();
    if (this.turning) this.#turn();
    if (this.isStale.layout) {
      this.rows = layout(app.piece, app.lanes, app.folded, app.entered, this.height);
      document.querySelector("#scroll").style.height = `${this.rows.height}px`;
      this.heads.show(this.rows.items);
    }
    if (this.isStale.draw) this.#drawAll();
    this.isStale = { layout: false, draw: false };
    const x = xOf(this.view, app.s);
    const isIn = x >= -1 && x <= this.width + 1;
    this.needle.hidden = !isIn;
    if (isIn) this.needle.style.transform = `translateX(${(this.left + x).toFixed(1)}px)`;
    this.#light();
    return this.turning !== null;
  }

  #drawAll() {
    const { app, view, width } = this;
    app.draws += 1;
    const top = this.scroller.scrollTop;
    this.lit = "";
    const loop = app.transport.shownLoop;
    this.#on("ruler", (g) => drawRuler(g, width, 46, view, app.piece, loop));
    this.#on("lanes", (g) => {
      drawGrid(g, width, this.height, view, app.piece, loop);
      for (const item of this.rows.items) {
        const y = item.y - top;
        if (y + item.h < 0 || y > this.height) continue;
        if (item.kind === "notes") {
          g.globalAlpha = app.mixer.isHeard(item.row.bus) ? 1 : 0.28;
          drawNotes(g, width, view, item, y);
          g.globalAlpha = 1;
        }
        else if (item.kind === "lane") {
          const curves = { values: app.curveOf(item.lane), own: app.ownOf(item.lane) };
          drawLane(g, width, view, item, y, curves, app.rate_hz, app);
        } else if (item.kind === "rule") drawRule(g, width, view, item, y, app.rangeOf(item.rule));
      }
    });
    this.#on("ribbon", (g) => {
      const { classes, duration_s } = app.piece;
      drawRibbon(g, width, 71, view, classes, app.weights, duration_s);
    });
  }

  #on(name, draw) {
    const g = this.canvas[name].getContext("2d");
    g.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    g.clearRect(0, 0, this.width, 2000);
    g.textBaseline = "alphabetic";
    draw(g);
  }

  /** The notes that sound under the playhead shine; drawn only when others begin or end. */
  #light() {
    const { app } = this;
    const top = this.scroller.scrollTop;
    const found = [];
    for (const item of this.rows.items) {
      if (item.kind !== "notes") continue;
      const { notes } = item.row;
      for (let k = firstNote(notes, app.s); k < notes.length && notes[k][0] <= app.s + 1e-3; k += 1) {
        if (notes[k][0] + notes[k][1] > app.s + 1e-3) found.push([item, notes[k]]);
      }
    }
    const lit = found.map(([item, note]) => `${item.key}${note[0]}${note[2]}`).join();
    if (lit === this.lit) return;
    this.lit = lit;
    this.#on("light", (g) => {
      g.fillStyle = INK.ink;
      for (const [item, note] of found) {
        g.fillRect(...noteBox(this.view, item, item.y - top, note));
      }
    });
  }

  /** What lies under a point of the pane: `{item, y}` with y from the item's top, or null. */
  itemAt(y) {
    const at = y + this.scroller.scrollTop;
    const item = this.rows.items.find((one) => at >= one.y && at < one.y + one.h);
    return item ? { item, y: item.y - this.scroller.scrollTop } : null;
  }
}
