// Changing the text from the page: what is dragged is shown at once, written once, and shown until the server's
// new version says the same. A file that has changed meanwhile is never written over.

import { bent } from "./nodes.js";
import { post } from "./wire.js";

const PATIENCE_MS = 6000;

export class Edits {
  constructor(app) {
    this.app = app;
    /** What is shown until the server has read a change; `isHeld` while a hand or a request is at it. */
    this.lanes = new Map();
    this.gains = new Map();
    this.ranges = new Map();
    /** Digests that were written and not yet come back, by file. */
    this.written = new Map();
    /** Files whose pointers are not those of the lanes on the screen: a point was added, or something undone. */
    this.moving = new Set();
    /** The version of the lanes that came last. */
    this.newest = 0;
  }

  /** A handle is being dragged: its lane is drawn with it there. */
  bend(lane, node, s, v) {
    const known = this.lanes.get(lane.id);
    const isSame = known?.node === node;
    const nodes = new Map(isSame ? [] : known?.nodes);
    nodes.set(`${node.i}${node.kind}`, [s, v]);
    this.lanes.set(lane.id, { node, nodes, ...bent(lane, this.app.rate_hz, node, v, s), file: lane.file, isHeld: true });
    this.app.strip.dirty();
  }

  /** What a lane would be exactly, as the server says. */
  async tryOut(lane, changes, digest) {
    // While one is asked for, the newest of the next ones waits.
    this.next = this.isTrying ? [lane, changes, digest] : null;
    if (this.isTrying || !changes.length) return;
    this.isTrying = true;
    const { isDone, body } = await post("/try", { file: lane.file, digest, changes });
    this.isTrying = false;
    const shown = this.lanes.get(lane.id);
    const found = isDone && body.lanes?.find((one) => one.id === lane.id);
    if (found && shown && this.app.drag?.lane === lane) {
      Object.assign(shown, { values: found.values, own: found.own });
      this.app.strip.dirty();
    }
    const { next } = this;
    if (next && this.app.drag?.lane === next[0]) this.tryOut(...next);
  }

  /** The drag was given up, or nothing came of it. */
  forget(file) {
    this.#drop([this.lanes, this.gains, this.ranges], (one) => one.file === file);
  }

  #drop(maps, isMeant) {
    for (const map of maps) for (const [key, one] of map) if (isMeant(one)) map.delete(key);
    this.app.strip.dirty();
    this.app.strip.heads.mixer();
  }

  /**
   * Write a change; `edit` has `changes`, `add`, `remove` or `shape`. `digest` is that of the text which its pointers are of:
   * what `base` said when the hand took hold.
   */
  async write(file, edit, digest = this.base(file)) {
    const { app } = this;
    if (edit.add || edit.remove || edit.shape) this.moving.add(file);
    const sent = [this.lanes, this.gains, this.ranges].flatMap((map) => [...map.values()]);
    const { isDone, status, body } = await post("/edit", { file, digest, ...edit });
    if (isDone) {
      for (const one of sent) if (one.file === file) one.isHeld = false;
      // A level that was moved meanwhile is one of the new text, too.
      for (const one of this.gains.values()) if (one.file === file && one.base === digest) one.base = body.digest;
      this.#wait(body);
      return true;
    }
    this.moving.delete(file);
    this.forget(file);
    if (status === 409) app.say(`${file} has changed meanwhile: your text stays as it is, and nothing was written.`);
    else if (body.findings?.length) {
      const [first] = body.findings;
      app.say(`Not written: ${first.message}${first.hint ? ` – ${first.hint}` : ""}`);
    } else app.say(body.error ? `Not written: ${body.error}` : "Not written.");
    return false;
  }

  async undo(path) {
    if (!(path === "/undo" ? this.app.canUndo : this.app.canRedo)) {
      this.app.say(path === "/undo" ? "Nothing to undo." : "Nothing to redo.");
      return;
    }
    const { isDone, body } = await post(path);
    if (isDone) {
      this.moving.add(body.file);
      this.#wait(body);
      this.app.say(path === "/undo" ? `Undone in ${body.file}` : `Done again in ${body.file}`);
    } else this.app.say(body.error ?? "Nothing to undo.");
  }

  /** The digest of the text that the page goes by: what it wrote last, else what the server read last. */
  base(file) {
    return this.written.get(file)?.digest ?? this.app.files.get(file) ?? "";
  }

  #wait({ file, digest, version }) {
    clearTimeout(this.written.get(file)?.timer);
    // Should no version of it come, what the server shows counts.
    const timer = setTimeout(() => {
      this.arrived(new Map([[file, digest]]), this.newest);
      this.settled();
    }, PATIENCE_MS);
    this.written.set(file, { digest, timer, version });
    // The server's push may be faster than its answer.
    this.arrived(this.app.files);
    if (this.app.piece.version > version) this.settled();
  }

  /** The lanes of version `newest` have come: they are no longer drawn by guess. What else it says comes with `piece`. */
  arrived(files, newest = this.newest) {
    this.newest = newest;
    for (const [file, { digest, timer, version }] of this.written) {
      // A later one is as good: the text was saved again before it was read.
      if (files.get(file) !== digest && newest <= version) continue;
      clearTimeout(timer);
      this.written.delete(file);
      this.moving.delete(file);
      this.#drop([this.lanes], (one) => one.file === file && !one.isHeld);
    }
  }

  /** A whole version has come: levels and ranges are what it says, where nothing newer is on its way. */
  settled() {
    this.#drop([this.gains, this.ranges], (one) => !one.isHeld && !this.written.has(one.file));
  }
}
