// Changing the text from the page: what is dragged is shown at once, written once, and shown until the server's
// new version says the same. A file that has changed meanwhile is never written over.

import { bent } from "./nodes.js";
import { post } from "./wire.js";

const PATIENCE_MS = 6000;

export class Edits {
  constructor(app) {
    this.app = app;
    /** What a lane looks like until the server has read its change: by name. */
    this.lanes = new Map();
    this.gains = new Map();
    this.ranges = new Map();
    /** Digests that were written and not yet come back, by file. */
    this.written = new Map();
  }

  /** A handle is being dragged: its lane is drawn with it there. */
  bend(lane, node, s, v) {
    const known = this.lanes.get(lane.name);
    const isSame = known?.node === node;
    const nodes = new Map(isSame ? [] : known?.nodes);
    nodes.set(`${node.i}${node.kind}`, [s, v]);
    this.lanes.set(lane.name, { node, nodes, values: bent(lane, this.app.rate_hz, node, v, s), file: lane.file });
    this.app.strip.dirty();
  }

  /** What a lane would be exactly, as the server says. */
  async tryOut(lane, changes) {
    if (this.isTrying || !changes.length) return;
    this.isTrying = true;
    const { isDone, body } = await post("/try", { file: lane.file, digest: this.#digest(lane.file), changes });
    this.isTrying = false;
    const shown = this.lanes.get(lane.name);
    const found = isDone && body.lanes?.find((one) => one.name === lane.name);
    if (found && shown && this.app.drag?.lane === lane) {
      shown.values = found.values;
      this.app.strip.dirty();
    }
  }

  /** The drag was given up, or nothing came of it. */
  forget(file) {
    for (const map of [this.lanes, this.gains, this.ranges]) {
      for (const [key, value] of map) if (!file || value.file === file) map.delete(key);
    }
    this.app.strip.dirty();
    this.app.strip.heads.mixer();
  }

  /** Write a change; `edit` has `changes`, `add` or `remove`. */
  async write(file, edit) {
    const { app } = this;
    const { isDone, status, body } = await post("/edit", { file, digest: this.#digest(file), ...edit });
    if (isDone) {
      this.#wait(file, body.digest);
      return true;
    }
    this.forget(file);
    if (status === 409) app.say(`${file} has changed meanwhile: your text stays as it is, and nothing was written.`);
    else if (body.findings?.length) {
      const [first] = body.findings;
      app.say(`Not written: ${first.message}${first.hint ? ` – ${first.hint}` : ""}`);
    } else app.say(body.error ? `Not written: ${body.error}` : "Not written.");
    return false;
  }

  async undo(path) {
    const { isDone, body } = await post(path);
    if (isDone) {
      this.#wait(body.file, body.digest);
      this.app.say(path === "/undo" ? `Undone in ${body.file}` : `Done again in ${body.file}`);
    } else this.app.say(body.error ?? "Nothing to undo.");
  }

  /** Of the text that the page goes by: what it wrote last, else what the server read last. */
  #digest(file) {
    return this.written.get(file)?.digest ?? this.app.files.get(file) ?? "";
  }

  #wait(file, digest) {
    clearTimeout(this.written.get(file)?.timer);
    // Should no version of this digest come, what the server shows counts.
    const timer = setTimeout(() => this.arrived(new Map([[file, digest]])), PATIENCE_MS);
    this.written.set(file, { digest, timer });
  }

  /** A version has come: what it was made from is no longer drawn by guess. */
  arrived(files) {
    for (const [file, { digest, timer }] of this.written) {
      if (files.get(file) !== digest) continue;
      clearTimeout(timer);
      this.written.delete(file);
      if (this.app.drag?.file !== file) this.forget(file);
    }
  }
}
