// The page: what is known of the piece, what the user chose, and who is told of it.

import { Edits } from "./edits.js";
import { Film } from "./film.js";
import { decibels } from "./heads.js";
import { listenToKeys } from "./keys.js";
import { isEar } from "./nodes.js";
import { Panel } from "./panel.js";
import { Pointer } from "./pointer.js";
import { ShapeMenu } from "./shapes.js";
import { NodeSliders, gainSlider } from "./sliders.js";
import { ownOf, stretchesOf } from "./stretches.js";
import { Strip } from "./strip.js";
import { barEnd, clockText, indexAt, placeAt, secondsOfText } from "./time.js";
import { PAGE, bytesOf, get, listen, post, throttled } from "./wire.js";

const MIX_MS = 5000;
const $ = (selector) => document.querySelector(selector);

class App {
  piece = null;
  lanes = new Map();
  files = new Map();
  rate_hz = 30;
  weights = [];
  sound = null;
  meters = null;
  loop = null;
  lastLoop = null;
  draftLoop = null;
  isFollowing = true;
  isFull = false;
  link = "wait";
  filming = "";
  isMixing = false;
  /** Segments in the film's own quality that are there. */
  wholes = [];
  trouble = "";
  toldState = "";
  folded = new Set();
  muted = new Set();
  soloed = new Set();
  selected = "";
  entered = "";
  hovered = "";
  focused = null;
  drag = null;
  /** How often the strip was drawn: nothing is drawn while nothing changes. */
  draws = 0;

  constructor() {
    this.film = new Film($("#video"), (what) => this.#filmChanged(what));
    this.edits = new Edits(this);
    this.looked = throttled(() => this.#look(), 150);
    this.isAsked = false;
    this.lastFrame = 0;
    this.shownText = {};
    this.strip = new Strip(this);
    this.pointer = new Pointer(this, this.strip);
    this.panel = new Panel(this);
    this.shapes = new ShapeMenu(this);
    this.sliders = new NodeSliders(this);
    this.#buttons();
    this.#splitter();
    listenToKeys(this);
    listen(
      {
        lanes: (message) => this.#lanes(message),
        piece: (message) => this.#piece(message),
        segment: (message) => this.#segment(message),
        sound: (message) => this.#sound(message),
        progress: (message) => this.#progress(message),
        edited: (message) => this.#undoable(message),
        trouble: (message) => this.#trouble(message),
        bye: () => this.#link("closed"),
      },
      (state) => this.#link(state),
    );
    if (this.film.why) this.say(this.film.why);
  }

  get s() {
    return this.film.s;
  }

  get isPlaying() {
    return this.film.isPlaying;
  }

  get shownLoop() {
    return this.draftLoop ?? this.loop;
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
    if (this.loop && this.loop[0] >= piece.duration_s) this.setLoop(null);
    this.#undoable(piece);
    this.strip.see(this.strip.view.px_per_s ? this.strip.view : { a: 0, px_per_s: 0 });
    this.strip.dirty("layout");
    this.panel.tell();
    this.#mirror();
    this.#status();
    this.#title();
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
    this.#status();
  }

  #show() {
    const { duration_s, fps, segments } = this.piece;
    for (const one of segments) one.isWhole = this.wholes.length > 0 && ownOf(one, this.wholes) !== null;
    this.film.show(duration_s, fps, stretchesOf(segments, this.wholes));
  }

  async #sound(sound) {
    this.sound = sound;
    this.#hear();
    this.#mixing(false);
    if (!sound.buses.length) return;
    const found = await get(`/meters/${sound.digest}`);
    if (found && this.sound === sound) this.meters = metersOf(found);
  }

  #progress({ what, done, total, text, file, error }) {
    if (what === "sound") {
      this.#mixing(done < total);
      return;
    }
    const isOver = Boolean(file || error);
    const bar = $("#progress");
    bar.hidden = isOver;
    bar.firstElementChild.style.transform = `scaleX(${total ? done / total : 0})`;
    bar.setAttribute("aria-valuenow", String(total ? Math.round((100 * done) / total) : 0));
    const stage = done > 0 ? `: ${text} ${Math.round((100 * done) / Math.max(total, 1))} %` : "";
    this.filming = isOver ? "" : `rendering the film${stage}`;
    $("#render").disabled = !isOver;
    if (file) this.say(`The film is ready: ${file}`, 12000);
    if (error) this.say(`No film: ${error}`, 12000);
    this.#status();
  }

  /** Of a mix that a newer save has stopped, nothing more is told. */
  #mixing(isMixing) {
    this.isMixing = isMixing;
    clearTimeout(this.mixTimer);
    if (isMixing) this.mixTimer = setTimeout(() => this.#mixing(false), MIX_MS);
    this.#status();
  }

  #trouble({ text }) {
    this.trouble = text;
    this.#status();
  }

  #undoable({ can_undo, can_redo }) {
    this.canUndo = can_undo;
    this.canRedo = can_redo;
    $("#undo").disabled = !can_undo;
    $("#redo").disabled = !can_redo;
  }

  #link(state) {
    if (this.link !== "closed" || state === "open") this.link = state;
    document.body.dataset.link = this.link;
    if (state === "open") this.looked();
    this.#status();
  }

  #status() {
    const [state, words] = this.#state();
    const here = this.piece?.segments.find((one) => one.s <= this.s + 1e-3 && this.s < one.end_s);
    const missing = !this.piece?.good ? "" : here && here.level === "none" ? `${here.name} is being rendered` : "";
    $("#film-words").hidden = !missing;
    $("#film-words").textContent = missing;
    // Read out only when the server is away, back, or in trouble: not each segment. Findings are read out by themselves.
    const matters = state === "away" || this.trouble ? words : "";
    if (matters !== this.toldState) $("#said").textContent = matters || words;
    this.toldState = matters;
    document.body.dataset.state = state;
    if ($("#words").textContent !== words) $("#words").textContent = words;
  }

  #state() {
    if (this.link === "closed") return ["away", "musicvis watch has ended; start it again"];
    if (this.link === "lost") return ["away", "not connected; trying again"];
    if (this.trouble) return ["broken", this.trouble];
    if (!this.piece) return ["work", "opening"];
    if (!this.piece.ok) return ["broken", this.piece.good ? "showing the last good version" : "cannot be shown yet"];
    if (this.filming) return ["work", this.filming];
    const now = this.piece.segments.find((one) => one.state === "rendering");
    if (now) return ["work", `rendering ${now.name}`];
    if (this.piece.segments.some((one) => one.state !== "kept")) return ["work", "rendering"];
    if (!this.sound) return ["work", "making the sound"];
    if (this.isMixing && !this.sound.provisional) return ["work", "mixing the sound"];
    if (this.sound.provisional) return ["provisional", "sound before the master"];
    return ["good", "up to date"];
  }

  // The film and its time

  #filmChanged(what) {
    document.body.toggleAttribute("data-playing", this.isPlaying);
    $("#play").setAttribute("aria-label", this.isPlaying ? "Pause" : "Play");
    if (what === "play" || what === "pause" || what === "seek" || what === "seeked") {
      this.looked();
      if (!this.isPlaying) this.panel?.ask();
    }
    this.#status();
    if (what === "refused") this.say("The browser plays sound only after a click: press play once more.");
    this.frame();
  }

  toggle() {
    if (this.isPlaying) this.film.pause();
    else this.film.play();
  }

  seek(s) {
    this.film.seek(s);
    this.strip.isElsewhere = false;
    if (!this.isPlaying || this.isFollowing) this.strip.follow(this.s);
  }

  setLoop(loop) {
    this.loop = loop;
    if (loop) this.lastLoop = loop;
    this.film.setLoop(loop);
    $("#loop").setAttribute("aria-pressed", String(loop !== null));
    this.strip.dirty();
    this.looked();
  }

  /** The loop that was there before, or the bar of the playhead. */
  toggleLoop() {
    if (this.loop) return this.setLoop(null);
    const { bars } = this.piece ?? { bars: [] };
    if (!bars.length) return null;
    const index = indexAt(bars, this.s);
    return this.setLoop(this.lastLoop ?? [bars[index].s, barEnd(bars, index)]);
  }

  /** The playhead becomes the first (0) or the last (1) end of the loop. */
  loopEnd(end) {
    const loop = this.loop ?? [0, this.piece?.duration_s ?? 0];
    const next = end ? [loop[0], this.s] : [this.s, loop[1]];
    if (next[1] > next[0] + 0.05) this.setLoop(next);
  }

  toggleFollow() {
    this.isFollowing = !this.isFollowing;
    this.say(this.isFollowing ? "The score follows the playhead." : "The score stays where it is.");
  }

  toggleFull() {
    this.isFull = !this.isFull;
    $("#full").setAttribute("aria-pressed", String(this.isFull));
    this.looked();
  }

  #look() {
    if (!this.piece || this.link !== "open") return;
    const { view } = this.strip;
    post("/look", {
      page: PAGE,
      s: this.s,
      a: view.a,
      b: Math.min(this.strip.end, this.piece.duration_s),
      loop: this.loop,
      full: this.isFull,
      playing: this.isPlaying,
    });
  }

  // The mixer: the page's own, written nowhere

  mute(bus) {
    this.#flip(this.muted, bus);
  }

  solo(bus) {
    this.#flip(this.soloed, bus);
  }

  #flip(set, bus) {
    if (!bus) return;
    if (!set.delete(bus)) set.add(bus);
    this.strip.heads.mixer();
    this.strip.dirty();
    this.#hear();
    this.#title();
  }

  isHeard(bus) {
    return !this.muted.has(bus) && (!this.soloed.size || this.soloed.has(bus));
  }

  /** While single buses cannot be heard, all of them are. */
  #hear() {
    if (!this.sound) return;
    const numbers = this.sound.buses.map((_, k) => k).filter((k) => this.isHeard(this.sound.buses[k]));
    const isAll = numbers.length === this.sound.buses.length;
    this.film.hear(this.sound, isAll ? null : numbers);
  }

  #title() {
    const words = [];
    if (this.soloed.size) words.push(`solo: ${[...this.soloed].join(", ")}`);
    else if (this.muted.size) words.push(`without ${[...this.muted].join(", ")}`);
    document.title = [...words, this.piece?.title || this.piece?.manifest || "", "musicvis"].filter(Boolean).join(" – ");
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
    if (this.isPlaying && this.isFollowing && !this.drag) this.strip.follow(this.s);
    const isTurning = this.strip.draw();
    const isFalling = this.strip.heads.level(passed_s);
    this.#tellPlace();
    this.strip.heads.read();
    this.panel.here();
    if (this.isPlaying || isTurning || isFalling) this.frame();
  }

  #tellPlace() {
    const { piece, s } = this;
    const place = placeAt(piece.bars, s);
    const bar = piece.bars[place.index];
    const tempo = piece.tempi.length ? piece.tempi[indexAt(piece.tempi, s)] : null;
    const beat = `${Math.floor(place.beat + 1e-6)}`;
    const texts = {
      bar: place.name,
      beat,
      meter: bar?.meter ?? "",
      tempo: tempo ? `♩ ${Math.round(tempo.quarters_per_minute * 10) / 10}` : "",
      clock: clockText(s),
      "here-place": `${place.name}|${beat}`,
    };
    for (const [id, text] of Object.entries(texts)) {
      if (this.shownText[id] === text) continue;
      this.shownText[id] = text;
      $(`#${id}`).textContent = text;
    }
    if (!this.isPlaying) {
      $("#ruler").setAttribute("aria-valuenow", s.toFixed(2));
      $("#ruler").setAttribute("aria-valuetext", `bar ${place.name} beat ${beat}`);
    }
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

  /** Type a place. */
  type() {
    const input = $("#place-text");
    const { name, beat } = placeAt(this.piece?.bars ?? [], this.s);
    $("#place-shown").hidden = true;
    input.hidden = false;
    input.value = `${name}|${Math.floor(beat + 1e-6)}`;
    input.focus();
    input.select();
  }

  #typed(isMeant) {
    const input = $("#place-text");
    if (input.hidden) return;
    input.hidden = true;
    $("#place-shown").hidden = false;
    if (!isMeant || !this.piece) return;
    const s = secondsOfText(input.value, this.piece.bars, this.piece.marks);
    if (s === null) this.say(`The piece has no place ${input.value}: write a bar, as 7 or 7|3, or a mark, as @B.`);
    else this.seek(s);
  }

  #buttons() {
    const bar = (step) => {
      const { bars } = this.piece ?? { bars: [] };
      if (!bars.length) return;
      const index = indexAt(bars, this.s);
      if (step > 0) this.seek(index + 1 < bars.length ? bars[index + 1].s : this.piece.duration_s);
      else this.seek(bars[this.s - bars[index].s > 0.3 ? index : Math.max(index - 1, 0)].s);
    };
    const acts = {
      back: () => bar(-1),
      forward: () => bar(1),
      play: () => this.toggle(),
      loop: () => this.toggleLoop(),
      "place-shown": () => this.type(),
      undo: () => this.edits.undo("/undo"),
      redo: () => this.edits.undo("/redo"),
      full: () => this.toggleFull(),
      render: () => this.#render(),
      help: () => this.help(),
      video: () => this.toggle(),
    };
    for (const [id, act] of Object.entries(acts)) $(`#${id}`).addEventListener("click", act);
    // On a phone the findings lie behind this button.
    $("#status").addEventListener("click", () => {
      $("#side").classList.toggle("open");
      $("#findings").focus();
    });
    const input = $("#place-text");
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") this.#typed(event.key === "Enter");
    });
    input.addEventListener("blur", () => this.#typed(false));
  }

  async #render() {
    $("#render").disabled = true;
    const { isDone, body } = await post("/render");
    if (isDone) return;
    $("#render").disabled = false;
    this.say(body.error || "The film cannot be rendered now.");
  }

  /** How much of the screen the film has: dragged, or by arrow keys. */
  #splitter() {
    const split = $("#split");
    const set = (share) => {
      const held = Math.round(Math.min(Math.max(share, 20), 75));
      document.documentElement.style.setProperty("--film", `${held}%`);
      split.setAttribute("aria-valuenow", String(held));
    };
    split.addEventListener("pointerdown", (event) => {
      split.setPointerCapture(event.pointerId);
      const box = $("main").getBoundingClientRect();
      const move = (next) => set(((next.clientY - box.top) / box.height) * 100);
      split.addEventListener("pointermove", move);
      split.addEventListener("pointerup", () => split.removeEventListener("pointermove", move), { once: true });
    });
    split.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -3, ArrowDown: 3 }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      set(Number(split.getAttribute("aria-valuenow")) + by);
    });
  }
}

/** Levels as bytes by bus; the mix has the name "". Each knows its rate. */
function metersOf({ rate_hz, buses, wave_hz, low, high }) {
  const meters = new Map(buses.map(({ bus, peaks }) => [bus, { rate_hz, levels: bytesOf(peaks) }]));
  const lows = Int8Array.from(bytesOf(low));
  const tops = Int8Array.from(bytesOf(high));
  const levels = Uint8Array.from(tops, (top, k) => {
    const db = decibels(Math.max(top, -lows[k], 0) / 127);
    return Math.round(Math.max(0, 1 + db / 60) * 255);
  });
  if (levels.length) meters.set("", { rate_hz: wave_hz, levels });
  return meters;
}

// For whoever looks under the bonnet, and for the tests in a browser.
window.musicvis = new App();
