// The state of things in words: whether the server is there, what is being rendered, what is in the way.

import { $ } from "./dom.js";

const MIX_MS = 5000;

export class Status {
  link = "wait";
  filming = "";
  isMixing = false;
  trouble = "";
  readOut = "";

  constructor(app) {
    this.app = app;
  }

  progress({ what, done, total, text, file, error }) {
    const { app } = this;
    if (what === "sound") {
      this.mixing(done < total);
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
    if (file) app.say(`The film is ready: ${file}`, 12000);
    if (error) app.say(`No film: ${error}`, 12000);
    this.show();
  }

  /** Of a mix that a newer save has stopped, nothing more is told. */
  mixing(isMixing) {
    this.isMixing = isMixing;
    clearTimeout(this.mixTimer);
    if (isMixing) this.mixTimer = setTimeout(() => this.mixing(false), MIX_MS);
    this.show();
  }

  setTrouble({ text }) {
    this.trouble = text;
    this.show();
  }

  linked(state) {
    const { app } = this;
    if (this.link !== "closed" || state === "open") this.link = state;
    document.body.dataset.link = this.link;
    if (state === "open") app.looked();
    this.show();
  }

  show() {
    const { app } = this;
    const [state, words] = this.#state();
    const here = app.piece?.segments.find((one) => one.s <= app.s + 1e-3 && app.s < one.end_s);
    const missing = !app.piece?.good ? "" : here && here.level === "none" ? `${here.name} is being rendered` : "";
    $("#film-words").hidden = !missing;
    $("#film-words").textContent = missing;
    // Read out only when the server is away, back, or in trouble: not each segment. Findings are read out by themselves.
    const matters = state === "away" || this.trouble ? words : "";
    if (matters !== this.readOut) $("#said").textContent = matters || words;
    this.readOut = matters;
    document.body.dataset.state = state;
    if ($("#words").textContent !== words) $("#words").textContent = words;
  }

  #state() {
    const { app } = this;
    if (this.link === "closed") return ["away", "musicvis watch has ended; start it again"];
    if (this.link === "lost") return ["away", "not connected; trying again"];
    if (this.trouble) return ["broken", this.trouble];
    if (!app.piece) return ["work", "opening"];
    if (!app.piece.ok) return ["broken", app.piece.good ? "showing the last good version" : "cannot be shown yet"];
    if (this.filming) return ["work", this.filming];
    const now = app.piece.segments.find((one) => one.state === "rendering");
    if (now) return ["work", `rendering ${now.name}`];
    if (app.piece.segments.some((one) => one.state !== "kept")) return ["work", "rendering"];
    if (!app.mixer.sound) return ["work", "making the sound"];
    if (this.isMixing && !app.mixer.sound.provisional) return ["work", "mixing the sound"];
    if (app.mixer.sound.provisional) return ["provisional", "sound before the master"];
    return ["good", "up to date"];
  }
}
