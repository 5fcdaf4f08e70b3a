// The heads of the rows: names that fold, and the mixer: level, mute, solo, gain.

import { busInk } from "./ink.js";
import { laneWords, valueText } from "./nodes.js";

const FALL_DB_PER_S = 40;

/** An element with a class, a text and attributes. */
export function made(tag, kind = "", text = "", attributes = {}) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (text) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** A line of a file as a button that leads there; `what` says `{file, line}` when it is pressed. */
export function lineButton(app, what) {
  const { file, line } = what();
  const title = app.piece.can_open ? "Open in the editor" : "Copy the place";
  const button = made("button", "line", `${file}:${line}`, { title });
  button.addEventListener("click", () => app.open(what().file, what().line));
  return button;
}

export class Heads {
  constructor(app, box) {
    this.app = app;
    this.box = box;
    this.byKey = new Map();
    this.levels = new Map();
    this.values = [];
    this.meters = [];
    this.master = document.querySelector("#master");
  }

  /** The heads of these rows. An element stays where its row stays, so that the focus does, too. */
  show(items) {
    const old = this.byKey;
    this.byKey = new Map();
    this.values = [];
    this.meters = [];
    let before = null;
    // Those that go, go first: an element that is put behind another one loses the focus.
    const stay = new Set(items.map((item) => item.key));
    for (const [key, head] of old) if (!stay.has(key)) head.remove();
    for (const item of items) {
      const head = old.get(item.key) ?? this.#made(item);
      this.byKey.set(item.key, head);
      head.item = item;
      head.style.top = `${item.y}px`;
      head.style.height = `${item.h}px`;
      this.#fill(head, item);
      if (head.previousElementSibling !== before || head.parentNode !== this.box) {
        this.box.insertBefore(head, before ? before.nextSibling : this.box.firstChild);
      }
      before = head;
    }
    this.mixer();
    this.read(true);
  }

  #made(item) {
    const head = made("div", `head ${item.kind}`);
    if (item.kind === "notes") this.#makeNotes(head);
    else if (item.kind === "group") head.append(this.#fold(head));
    else if (item.kind === "lane") {
      const label = made("button", "label", "", { "aria-expanded": "false" });
      label.addEventListener("click", () => this.app.enter(head.item.lane.id));
      head.append(label, made("span", "value"), lineButton(this.app, () => head.item?.lane ?? item.lane));
    } else {
      const label = made("button", "label");
      label.addEventListener("click", () => this.app.open(head.item.rule.file, head.item.rule.line));
      head.append(label);
    }
    return head;
  }

  #fold(head) {
    const fold = made("button", "fold");
    fold.append(made("span", "turn", "▶", { "aria-hidden": "true" }), made("span", "name"));
    fold.addEventListener("click", () => this.app.fold(head.item.key));
    fold.addEventListener("focus", () => head.item.row && this.app.select(head.item.row.bus));
    return fold;
  }

  #makeNotes(head) {
    const { app } = this;
    const buttons = made("span", "buttons");
    const gain = made("button", "gain", "", { role: "slider", "aria-valuemin": "-60", "aria-valuemax": "12" });
    const mute = made("button", "mix mute", "M");
    const solo = made("button", "mix solo", "S");
    mute.addEventListener("click", () => app.mixer.mute(head.item.row.bus));
    solo.addEventListener("click", () => app.mixer.solo(head.item.row.bus));
    app.gains(gain, () => ({ row: head.item.row, gain: gainOf(head.item.row) }));
    buttons.append(gain, mute, solo);
    const meter = made("span", "meter");
    meter.append(made("i"));
    head.append(this.#fold(head), buttons, meter);
  }

  #fill(head, item) {
    if (item.kind === "lane") {
      const label = head.querySelector(".label");
      label.textContent = item.label;
      label.setAttribute("aria-label", `${laneWords(item.lane)}, ${item.lane.nodes.length} points`);
      label.setAttribute("aria-expanded", String(this.app.entered === item.lane.id));
      label.title = `${laneWords(item.lane)}: ${item.lane.file}:${item.lane.line}`;
      // Where it is written, of the lane that is worked on.
      const line = head.querySelector(".line");
      line.hidden = this.app.entered !== item.lane.id;
      line.textContent = `${item.lane.file}:${item.lane.line}`;
      this.values.push([item.lane, head.querySelector(".value")]);
      return;
    }
    if (item.kind === "rule") {
      const label = head.querySelector(".label");
      label.textContent = item.rule.words;
      label.title = `rule ${item.rule.n}: ${item.rule.words}`;
      return;
    }
    const fold = head.querySelector(".fold");
    fold.querySelector(".name").textContent = item.name;
    fold.querySelector(".turn").hidden = !item.more;
    fold.disabled = !item.more && item.kind === "group";
    if (item.more) fold.setAttribute("aria-expanded", String(!item.isFolded));
    else fold.removeAttribute("aria-expanded");
    if (item.kind !== "notes") return;
    fold.style.color = busInk(item.hue);
    fold.title = item.more ? `${item.row.bus}: ${item.more} more lanes` : item.row.bus;
    const bar = head.querySelector(".meter i");
    bar.style.background = busInk(item.hue);
    this.meters.push([item.row.bus, bar]);
  }

  /** Mute, solo and gain as they stand. */
  mixer() {
    const { app } = this;
    for (const head of this.byKey.values()) {
      if (head.item.kind !== "notes") continue;
      const { bus } = head.item.row;
      for (const [name, set] of [["mute", app.mixer.muted], ["solo", app.mixer.soloed]]) {
        const button = head.querySelector(`.${name}`);
        button.setAttribute("aria-pressed", String(set.has(bus)));
        button.setAttribute("aria-label", `${name} ${bus}`);
        button.title = `${name} ${bus} (${name[0].toUpperCase()}); changes no file`;
      }
      head.classList.toggle("silent", !app.mixer.isHeard(bus));
      const gain = gainOf(head.item.row);
      const slider = head.querySelector(".gain");
      const db = app.gainNow(gain);
      slider.textContent = gainText(db);
      slider.setAttribute("aria-label", `gain of ${bus}`);
      slider.setAttribute("aria-valuenow", db.toFixed(1));
      slider.setAttribute("aria-valuetext", gainText(db));
      const where = gain.line ? `${gain.file}:${gain.line}` : `it is then written into ${gain.file}`;
      slider.title = `${gain.name}: drag or arrow keys; ${where}`;
    }
  }

  /** Values of the lanes at the playhead. */
  read(isAll = false) {
    const { app } = this;
    for (const [lane, box] of this.values) {
      const values = app.curveOf(lane);
      const text = values.length
        ? valueText(lane, values[Math.min(Math.max(Math.round(app.s * app.rate_hz), 0), values.length - 1)])
        : lane.mode;
      if (isAll || box.textContent !== text) box.textContent = text;
    }
  }

  /** Levels at the playhead; whether any of them still falls. */
  level(passed_s) {
    const { app } = this;
    let isMoving = false;
    const shown = [...this.meters, ["", this.master.querySelector("i")]];
    for (const [bus, bar] of shown) {
      const meter = app.mixer.meters?.get(bus);
      const isOn = app.isPlaying && meter && (bus === "" || app.mixer.isHeard(bus));
      const now = isOn ? (meter.levels[Math.floor(app.s * meter.rate_hz)] ?? 0) / 255 : 0;
      const before = this.levels.get(bus) ?? 0;
      const level = Math.max(now, before - (FALL_DB_PER_S / 60) * passed_s, 0);
      if (level > 0) isMoving = true;
      if (level === before) continue;
      this.levels.set(bus, level);
      bar.style.transform = `scaleX(${level.toFixed(3)})`;
    }
    return isMoving;
  }
}

/** The level that a row shows: the bus's own, or that of its first stem if only that is written. */
export function gainOf(row) {
  return row.gains.find((gain) => gain.line) ?? row.gains[0];
}

export function decibels(linear) {
  return linear > 1e-3 ? 20 * Math.log10(linear) : -60;
}

export function gainText(db) {
  if (db <= -60) return "−∞ dB";
  return `${db < -0.05 ? "−" : db > 0.05 ? "+" : ""}${Math.abs(db).toFixed(1)} dB`;
}
