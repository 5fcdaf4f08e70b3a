// The mixer: the sound that plays, its levels, and which buses are heard. It is the page's own, written nowhere.

import { decibels } from "./heads.js";
import { bytesOf, get } from "./wire.js";

export class Mixer {
  sound = null;
  meters = null;
  muted = new Set();
  soloed = new Set();

  constructor(app) {
    this.app = app;
  }

  async heard(sound) {
    const { app } = this;
    this.sound = sound;
    this.#hear();
    app.status.mixing(false);
    if (!sound.buses.length) return;
    const found = await get(`/meters/${sound.digest}`);
    if (found && this.sound === sound) this.meters = metersOf(found);
  }

  mute(bus) {
    this.#flip(this.muted, bus);
  }

  solo(bus) {
    this.#flip(this.soloed, bus);
  }

  #flip(set, bus) {
    const { app } = this;
    if (!bus) return;
    if (!set.delete(bus)) set.add(bus);
    app.strip.heads.mixer();
    app.strip.dirty();
    this.#hear();
    this.title();
  }

  isHeard(bus) {
    return !this.muted.has(bus) && (!this.soloed.size || this.soloed.has(bus));
  }

  /** While single buses cannot be heard, all of them are. */
  #hear() {
    const { app } = this;
    if (!this.sound) return;
    const numbers = this.sound.buses.map((_, k) => k).filter((k) => this.isHeard(this.sound.buses[k]));
    const isAll = numbers.length === this.sound.buses.length;
    app.film.hear(this.sound, isAll ? null : numbers);
  }

  title() {
    const { app } = this;
    const words = [];
    if (this.soloed.size) words.push(`solo: ${[...this.soloed].join(", ")}`);
    else if (this.muted.size) words.push(`without ${[...this.muted].join(", ")}`);
    document.title = [...words, app.piece?.title || app.piece?.manifest || "", "musicvis"].filter(Boolean).join(" – ");
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
