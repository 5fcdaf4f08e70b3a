// The page: what is known of the piece, what is chosen in it, and who is told of it.

import { $ } from "./dom.js";
import { Edits } from "./edits.js";
import { Film } from "./film.js";
import { decibels } from "./heads.js";
import { listenToKeys } from "./keys.js";
import { Mixer } from "./mixer.js";
import { isEar } from "./nodes.js";
import { Panel } from "./panel.js";
import { Pointer } from "./pointer.js";
import { ShapeMenu } from "./shapes.js";
import { NodeSliders, gainSlider } from "./sliders.js";
import { splitter } from "./splitter.js";
import { Status } from "./status.js";
import { ownOf, stretchesOf } from "./stretches.js";
import { Strip } from "./strip.js";
import { Transport } from "./transport.js";
import { PAGE, bytesOf, listen, post, throttled } from "./wire.js";

class App {
  piece = null;
  lanes = new Map();
  files = new Map();
  rate_hz = 30;
  weights = [];
  isFull = false;
  /** Segments in the film's own quality that are there. */
  wholes = [];
  folded = new Set();
  selected = "";
  entered = "";
  hovered = "";
  focused = null;
  drag = null;
  /** How often the strip was drawn: nothing is drawn while nothing changes. */
  draws = 0;

  constructor() {
    this.status = new Status(this);
    this.mixer = new Mixer(this);
    this.transport = new Transport(this);
    this.film = new Film($("#video"), (what) => this.#filmChanged(what));
    this.edits = new Edits(this);
    this.looked = throttled(() => this.#look(), 150);
    this.isAsked = false;
    this.lastFrame = 0;
    this.strip = new Strip(this);
    this.pointer = new Pointer(this, this.strip);
    this.panel = new Panel(this);
    this.shapes = new ShapeMenu(this);
    this.sliders = new NodeSliders(this);
    this.#buttons();
    splitter();
    listenToKeys(this);
    listen(
      {
        lanes: (message) => this.#lanes(message),
        piece: (message) => this.#piece(message),
        segment: (message) => this.#segment(message),
        sound: (message) => this.mixer.heard(message),
        progress: (message) => this.status.progress(message),
        edited: (message) => this.#undoable(message),
        trouble: (message) => this.status.setTrouble(message),
        bye: () => this.status.linked("closed"),
      },
      (state) => this.status.linked(state),
    );
    if (this.film.why) this.say(this.film.why);
  }

  get s() {
    return this.film.s;
  }

  get isPlaying() {
    return this.film.isPlaying;
  }

  // What the server says

  #lanes({ version, rate_hz, files, lanes }) {
    this.rate_hz = rate_hz;
    this.files = new Map(files.map((file) => [file.name, file.digest]));
    this.lanes = new Map();
    for (const lane of lanes) {
      this.lanes.set(lane.id, lane);
      lane.isOfEar = lane.mode !== "set" && isEar(this.lanes.get(lane.name));
    }
    this.edits.arrived(this.files, version);
    if (this.piece) {
      this.strip.dirty("layout");
      this.#mirror();
    }
  }

  #piece(piece) {
    const isFirst = !this.piece?.good;
    this.piece = piece;
    this.edits.settled();
    this.weights = piece.classes.shown.map((one) => bytesOf(one.weights));
    document.documentElement.style.setProperty("--shape", `${piece.width_px || 16} / ${piece.height_px || 9}`);
    $("#title").textContent = piece.title;
    $("#ruler").setAttribute("aria-valuemax", piece.duration_s.toFixed(2));
    if (isFirst) {
      // What is seldom dragged stays folded until it is asked for.
      this.folded = new Set([...piece.rows.map((row) => `bus ${row.bus}`), "rules"]);
      this.selected = piece.rows[0]?.bus ?? "";
    }
    const old = new Set(piece.segments.map((one) => `${one.first} ${one.key}`));
    this.wholes = this.isFull ? this.wholes.filter((one) => old.has(one.draft)) : [];
    if (piece.good) this.#show();
    const { loop } = this.transport;
    if (loop && loop[0] >= piece.duration_s) this.transport.setLoop(null);
    this.#undoable(piece);
    this.strip.see(this.strip.view.px_per_s ? this.strip.view : { a: 0, px_per_s: 0 });
    this.strip.dirty("layout");
    this.panel.tell();
    this.#mirror();
    this.status.show();
    this.mixer.title();
  }

  #segment({ first, key, state, level, media, s, end_s }) {
    const found = this.piece?.segments.find((one) => one.first === first);
    if (!found) return;
    if (level === "full") {
      // Cut at other places than the draft, and told beside it.
      this.wholes = [...this.wholes.filter((one) => one.s !== s), { s, end_s, media, draft: `${first} ${found.key}` }];
    } else if (found.key === key) Object.assign(found, { state, level, media });
    else return;
    this.#show();
    this.strip.dirty();
    this.status.show();
  }

  #show() {
    const { duration_s, fps, segments } = this.piece;
    for (const one of segments) one.isWhole = this.wholes.length > 0 && ownOf(one, this.wholes) !== null;
    this.film.show(duration_s, fps, stretchesOf(segments, this.wholes));
  }

  #undoable({ can_undo, can_redo }) {
    this.canUndo = can_undo;
    this.canRedo = can_redo;
    $("#undo").disabled = !can_undo;
    $("#redo").disabled = !can_redo;
  }

  // The film and its time

  #filmChanged(what) {
    document.body.toggleAttribute("data-playing", this.isPlaying);
    $("#play").setAttribute("aria-label", this.isPlaying ? "Pause" : "Play");
    if (what === "play" || what === "pause" || what === "seek" || what === "seeked") {
      this.looked();
      if (!this.isPlaying) this.panel?.ask();
    }
    this.status.show();
    if (what === "refused") this.say("The browser plays sound only after a click: press play once more.");
    this.frame();
  }

  toggleFull() {
    this.isFull = !this.isFull;
    $("#full").setAttribute("aria-pressed", String(this.isFull));
    this.looked();
  }

  #look() {
    if (!this.piece || this.status.link !== "open") return;
    const { view } = this.strip;
    post("/look", {
      page: PAGE,
      s: this.s,
      a: view.a,
      b: Math.min(this.strip.end, this.piece.duration_s),
      loop: this.transport.loop,
      full: this.isFull,
      playing: this.isPlaying,
    });
  }

  gainNow(gain) {
    return this.edits.gains.get(gain.pointer)?.db ?? decibels(gain.value);
  }

  gains(slider, what) {
    gainSlider(this, slider, what);
  }

  // The strip

  /** Draw with the next frame of the screen. */
  frame() {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame((now) => this.#frame(now));
  }

  #frame(now) {
    this.isAsked = false;
    if (!this.piece) return;
    const passed_s = Math.min((now - this.lastFrame) / 1000, 0.1);
    this.lastFrame = now;
    this.film.turn();
    if (this.isPlaying && this.transport.isFollowing && !this.drag) this.strip.follow(this.s);
    const isTurning = this.strip.draw();
    const isFalling = this.strip.heads.level(passed_s);
    this.transport.tellPlace();
    this.strip.heads.read();
    this.panel.here();
    if (this.isPlaying || isTurning || isFalling) this.frame();
  }

  curveOf(lane) {
    return this.edits.lanes.get(lane.id)?.values ?? lane.values;
  }

  /** The curve of a lane without what is laid over it; empty where that is nothing. */
  ownOf(lane) {
    return this.edits.lanes.get(lane.id)?.own ?? lane.own;
  }

  /** The curve on which the handles of a lane stand. */
  baseOf(lane) {
    const own = this.ownOf(lane);
    return own.length ? own : this.curveOf(lane);
  }

  /** Where a handle is drawn: where it was dragged to, until the server says the same. */
  place(lane, node) {
    return this.edits.lanes.get(lane.id)?.nodes.get(`${node.i}${node.kind}`) ?? [node.s, node.v];
  }

  /** Whether any handle of a lane looks other than at rest. */
  isTouched(lane) {
    return this.edits.lanes.has(lane.id) || this.entered === lane.id || this.hovered.startsWith(`${lane.id}/`);
  }

  /** How a handle looks: "held", "focus", "near", or "". */
  look(lane, node) {
    if (this.drag?.lane.id === lane.id && this.drag.node.i === node.i && this.drag.node.kind === node.kind) return "held";
    if (this.entered === lane.id && this.focused?.i === node.i && this.focused.kind === node.kind) return "focus";
    return this.hovered === `${lane.id}/${node.i}${node.kind}` ? "near" : "";
  }

  rangeOf(rule) {
    return this.edits.ranges.get(rule.n)?.range ?? rule.range_s;
  }

  fold(key) {
    if (!this.folded.delete(key)) this.folded.add(key);
    this.strip.dirty("layout");
  }

  select(bus) {
    this.selected = bus;
  }

  selectNext(step) {
    const names = (this.piece?.rows ?? []).map((row) => row.bus);
    const next = names[Math.min(Math.max(names.indexOf(this.selected) + step, 0), names.length - 1)];
    this.strip.heads.byKey.get(`bus ${next}`)?.querySelector(".fold").focus();
  }

  /** Go into a lane, so that Tab reaches its points; once more leaves it. */
  enter(name) {
    this.entered = this.entered === name ? "" : name;
    this.#mirror();
    this.strip.dirty("layout");
  }

  leave() {
    if (!this.entered) return;
    const head = this.strip.heads.byKey.get(`lane ${this.entered}`);
    const isInside = this.sliders.list.contains(document.activeElement);
    this.enter(this.entered);
    if (isInside) head?.querySelector(".label").focus();
  }

  focusNode(lane, node) {
    this.entered = lane.id;
    this.strip.dirty("layout");
    this.#mirror(node);
  }

  #mirror(focus = null) {
    const lane = this.lanes.get(this.entered) ?? null;
    this.sliders.show(lane, this.strip.heads.byKey.get(`lane ${this.entered}`), focus);
  }

  // Words and doors

  say(words, for_ms = 5000) {
    const note = $("#note");
    note.textContent = words;
    note.classList.add("told");
    clearTimeout(this.saying);
    this.saying = setTimeout(() => note.classList.remove("told"), for_ms);
  }

  /** Go to a line of the text: in the user's editor, or by a copy of its place. */
  async open(file, line) {
    if (!this.piece?.can_open) {
      this.#copy(`${file}:${line}`);
      return;
    }
    const { isDone, body } = await post("/open-in-editor", { file, line });
    if (!isDone) this.say(body.error || `${file}:${line} could not be opened`);
  }

  /** Where no editor is named, a place is there to be pasted into one. */
  async #copy(place) {
    try {
      await navigator.clipboard.writeText(place);
      this.say(`${place} is copied. musicvis watch --editor 'code -g {file}:{line}' opens it.`);
    } catch {
      this.say(place);
    }
  }

  help() {
    $("#keys").showModal();
  }

  #buttons() {
    const acts = {
      back: () => this.transport.toBar(-1),
      forward: () => this.transport.toBar(1),
      play: () => this.transport.toggle(),
      loop: () => this.transport.toggleLoop(),
      "place-shown": () => this.transport.type(),
      undo: () => this.edits.undo("/undo"),
      redo: () => this.edits.undo("/redo"),
      full: () => this.toggleFull(),
      render: () => this.#render(),
      help: () => this.help(),
      video: () => this.transport.toggle(),
    };
    for (const [id, act] of Object.entries(acts)) $(`#${id}`).addEventListener("click", act);
    // On a phone the findings lie behind this button.
    $("#status").addEventListener("click", () => {
      $("#side").classList.toggle("open");
      $("#findings").focus();
    });
  }

  async #render() {
    $("#render").disabled = true;
    const { isDone, body } = await post("/render");
    if (isDone) return;
    $("#render").disabled = false;
    this.say(body.error || "The film cannot be rendered now.");
  }

}

// For whoever looks under the bonnet, and for the tests in a browser.
window.musicvis = new App();
