// The words beside the film: what is shown and acts at the playhead, findings, subjects.

import { lineButton, made } from "./heads.js";
import { classMark } from "./ink.js";
import { get, throttled } from "./wire.js";

const SHOWN = 6;
const LEAST = 0.02;
/** The page shows these all the time. */
const LEFT_OUT = new Set(["Time", "Shown"]);

export class Panel {
  constructor(app) {
    this.app = app;
    this.shown = document.querySelector("#shown");
    this.explain = document.querySelector("#explain");
    this.place = document.querySelector("#here-place");
    this.bars = [];
    this.dialog = document.querySelector("#subject");
    this.search = document.querySelector("#subject-text");
    this.asked = 0;
    this.ask = throttled(() => this.#explain(), 250);
    const find = throttled(() => this.#find(), 120);
    this.search.addEventListener("input", find);
    this.search.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "Enter") return;
      const first = document.querySelector("#subject-found button");
      if (event.key === "Enter") first?.click();
      else first?.focus();
      event.preventDefault();
    });
    document.querySelector("#subject-found").addEventListener("keydown", (event) => {
      const next = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      const to = next && document.activeElement.parentElement[next]?.firstElementChild;
      if (to) to.focus();
    });
  }

  /** A new version of the piece. */
  tell() {
    this.#findings();
    this.#subjects();
    this.here(true);
    this.ask();
  }

  /** What the picture shows at the playhead; the words about it follow when it stands still. */
  here(isNew = false) {
    const { app } = this;
    const { classes } = app.piece;
    const rates = [];
    classes.shown.forEach((one, index) => {
      const row = app.weights[index];
      const share = (row[Math.min(Math.max(Math.floor(app.s * classes.rate_hz), 0), row.length - 1)] ?? 0) / 255;
      if (share >= LEAST) rates.push({ name: one.name, index, share });
    });
    rates.sort((a, b) => b.share - a.share);
    rates.length = Math.min(rates.length, SHOWN);
    while (this.bars.length < SHOWN) this.bars.push(this.#bar());
    this.bars.forEach((bar, k) => {
      const rate = rates[k];
      bar.line.hidden = !rate;
      if (!rate) return;
      const text = `${Math.round(rate.share * 100)} %`;
      if (isNew || bar.name.textContent !== rate.name) {
        bar.name.textContent = rate.name;
        bar.fill.style.background = classMark(rate.index);
      }
      if (bar.much.textContent !== text) {
        bar.much.textContent = text;
        bar.fill.style.transform = `scaleX(${rate.share.toFixed(3)})`;
      }
    });
    if (isNew || app.isPlaying) this.explain.hidden = app.isPlaying;
  }

  #bar() {
    const line = made("li");
    const name = made("span", "name");
    const share = made("span", "share", "", { "aria-hidden": "true" });
    const fill = made("i");
    const much = made("span", "much");
    share.append(fill);
    line.append(name, share, much);
    this.shown.append(line);
    return { line, name, fill, much };
  }

  async #explain() {
    const { app } = this;
    if (app.isPlaying || !app.piece?.good) return;
    this.asked += 1;
    const asked = this.asked;
    const found = await get(`/explain?s=${app.s.toFixed(4)}`);
    if (asked !== this.asked || app.isPlaying) return;
    this.explain.hidden = !found;
    if (!found) return;
    this.explain.replaceChildren();
    for (const [head, lines] of found.sections) {
      if (LEFT_OUT.has(head)) continue;
      this.explain.append(made("h3", "", head), ...lines.map((line) => this.#words(line)));
    }
  }

  /** A line that ends in the place of its text, as "(effects.yaml:16)", opens it. */
  #words(line) {
    const [, words, file, number] = /^(.*?) ?\(([^()\s]+):(\d+)\)$/.exec(line) ?? [null, line];
    const item = made("p", "", words);
    if (file) item.append(" ", this.#line(file, Number(number)));
    return item;
  }

  #findings() {
    const { app } = this;
    const { findings } = app.piece;
    this.#announce(findings);
    const list = document.querySelector("#findings");
    document.querySelector("#count").textContent = findings.length ? `${findings.length}` : "";
    if (!findings.length) {
      list.replaceChildren(made("li", "calm", "Nothing to fix."));
      return;
    }
    list.replaceChildren(...findings.map((finding) => this.#finding(finding)));
  }

  /** For screen readers: what is wrong now, when that is something else than before. */
  #announce(findings) {
    const [first] = findings;
    const more = findings.length > 1 ? `, and ${findings.length - 1} more` : "";
    const words = first ? `${first.severity}: ${first.message}${first.file ? `, ${first.file} line ${first.line}` : ""}${more}` : "Nothing to fix.";
    if (this.announced !== undefined && this.announced !== words) document.querySelector("#said").textContent = words;
    this.announced = words;
  }

  #finding(finding) {
    const { app } = this;
    const item = made("li", `finding ${finding.severity}`);
    const where = made("p", "where");
    if (finding.place) {
      if (finding.s !== null) {
        const go = made("button", "", finding.place, { title: "Go there" });
        go.addEventListener("click", () => app.transport.seek(finding.s));
        where.append(go);
      } else where.append(made("span", "", finding.place));
    }
    if (finding.file) where.append(this.#line(finding.file, finding.line));
    where.append(made("span", "", finding.code));
    item.append(made("span", "hidden", `${finding.severity}: `), where, made("p", "message", finding.message));
    if (finding.hint) item.append(made("p", "hint", finding.hint));
    return item;
  }

  #line(file, line) {
    return line ? lineButton(this.app, () => ({ file, line })) : made("span", "", file);
  }

  #subjects() {
    const { app } = this;
    const { keys, shown } = app.piece.classes;
    document.querySelector("#subjects-head").hidden = !keys.length;
    const list = document.querySelector("#subjects");
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    list.replaceChildren(
      ...keys.map((key) => {
        const item = made("li");
        const button = made("button", "", "", { title: `${key.key}: ${key.text}; ${key.file}:${key.line}` });
        button.dataset.key = key.key;
        button.disabled = !key.pointer;
        const index = shown.findIndex((one) => one.name === key.text);
        const text = made("span", "text");
        const swatch = made("i", "swatch", "", { "aria-hidden": "true" });
        swatch.style.background = index < 0 ? "transparent" : classMark(index);
        text.append(swatch, key.text);
        button.append(made("span", "key", key.key), text);
        button.addEventListener("click", () => this.#choose(key));
        item.append(button);
        return item;
      }),
    );
    if (focused) list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #choose(key) {
    this.key = key;
    this.base = this.app.edits.base(key.file);
    document.querySelector("#subject-head").textContent = `${key.key} shows ${key.text}`;
    document.querySelector("#subject-line").replaceChildren(this.#line(key.file, key.line));
    this.search.value = "";
    document.querySelector("#subject-found").replaceChildren();
    this.dialog.showModal();
    this.search.focus();
    this.#find();
  }

  async #find() {
    // Before anything is typed, what is like the subject that is there.
    const typed = this.search.value.trim();
    const found = await get(`/classes?q=${encodeURIComponent(typed || this.key.text)}`);
    if (!found || typed !== this.search.value.trim()) return;
    document.querySelector("#subject-found").replaceChildren(
      ...found.names.map((name) => {
        const item = made("li", "", "", { role: "none" });
        const button = made("button", "", name, { role: "option" });
        button.addEventListener("click", () => {
          this.dialog.close();
          const { file, pointer } = this.key;
          this.app.edits.write(file, { changes: [{ pointer, value: name }] }, this.base);
        });
        item.append(button);
        return item;
      }),
    );
  }
}
