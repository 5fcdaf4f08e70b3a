// The transport: play and pause, the playhead and its place, and the loop.

import { $ } from "./dom.js";
import { barEnd, clockText, indexAt, placeAt, secondsOfText } from "./time.js";

export class Transport {
  loop = null;
  lastLoop = null;
  /** A loop that is being dragged. */
  draftLoop = null;
  isFollowing = true;
  #texts = {};

  constructor(app) {
    this.app = app;
    const input = $("#place-text");
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") this.#typed(event.key === "Enter");
    });
    input.addEventListener("blur", () => this.#typed(false));
  }

  get shownLoop() {
    return this.draftLoop ?? this.loop;
  }

  toggle() {
    const { app } = this;
    if (app.isPlaying) app.film.pause();
    else app.film.play();
  }

  seek(s) {
    const { app } = this;
    app.film.seek(s);
    app.strip.isElsewhere = false;
    if (!app.isPlaying || this.isFollowing) app.strip.follow(app.s);
  }

  setLoop(loop) {
    const { app } = this;
    this.loop = loop;
    if (loop) this.lastLoop = loop;
    app.film.setLoop(loop);
    $("#loop").setAttribute("aria-pressed", String(loop !== null));
    app.strip.dirty();
    app.looked();
  }

  /** The loop that was there before, or the bar of the playhead. */
  toggleLoop() {
    const { app } = this;
    if (this.loop) return this.setLoop(null);
    const { bars } = app.piece ?? { bars: [] };
    if (!bars.length) return null;
    const index = indexAt(bars, app.s);
    return this.setLoop(this.lastLoop ?? [bars[index].s, barEnd(bars, index)]);
  }

  /** The playhead becomes the first (0) or the last (1) end of the loop. */
  loopEnd(end) {
    const { app } = this;
    const loop = this.loop ?? [0, app.piece?.duration_s ?? 0];
    const next = end ? [loop[0], app.s] : [app.s, loop[1]];
    if (next[1] > next[0] + 0.05) this.setLoop(next);
  }

  toggleFollow() {
    const { app } = this;
    this.isFollowing = !this.isFollowing;
    app.say(this.isFollowing ? "The score follows the playhead." : "The score stays where it is.");
  }

  /** Go a bar back (-1) or forward (1). */
  toBar(step) {
    const { app } = this;
    const { bars } = app.piece ?? { bars: [] };
    if (!bars.length) return;
    const index = indexAt(bars, app.s);
    if (step > 0) this.seek(index + 1 < bars.length ? bars[index + 1].s : app.piece.duration_s);
    else this.seek(bars[app.s - bars[index].s > 0.3 ? index : Math.max(index - 1, 0)].s);
  }

  // Its place, in words and numbers

  tellPlace() {
    const { app } = this;
    const { piece, s } = app;
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
      if (this.#texts[id] === text) continue;
      this.#texts[id] = text;
      $(`#${id}`).textContent = text;
    }
    if (!app.isPlaying) {
      $("#ruler").setAttribute("aria-valuenow", s.toFixed(2));
      $("#ruler").setAttribute("aria-valuetext", `bar ${place.name} beat ${beat}`);
    }
  }

  /** Type a place. */
  type() {
    const { app } = this;
    const input = $("#place-text");
    const { name, beat } = placeAt(app.piece?.bars ?? [], app.s);
    $("#place-shown").hidden = true;
    input.hidden = false;
    input.value = `${name}|${Math.floor(beat + 1e-6)}`;
    input.focus();
    input.select();
  }

  #typed(isMeant) {
    const { app } = this;
    const input = $("#place-text");
    if (input.hidden) return;
    input.hidden = true;
    $("#place-shown").hidden = false;
    if (!isMeant || !app.piece) return;
    const s = secondsOfText(input.value, app.piece.bars, app.piece.marks);
    if (s === null) app.say(`The piece has no place ${input.value}: write a bar, e.g. 7 or 7|3, or a mark, e.g. @B.`);
    else this.seek(s);
  }
}
