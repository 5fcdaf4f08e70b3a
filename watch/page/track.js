// One SourceBuffer: which stretches of film or sound should lie in it, which do, and how they get there.
//
// A new stretch is laid over the old one, which is heard and seen until then. Each append is cut to its stretch
// (appendWindow), because a last frame that is longer would remove the first picture of its neighbour.

const AT_ONCE = 2;
/** While playing, nothing is replaced that is nearer than this: it has been decoded already. */
const HANDED_OVER_S = 0.4;
const BEHIND_S = 30;
const AHEAD_S = 60;

export class Track {
  /**
   * buffer   a SourceBuffer
   * budget   how many bytes it may hold; a browser's own limits are about 12 MB of sound and 150 MB of film
   * moment   () => {s, playing, loop}: the playhead
   * laid     (stretch) => called when a stretch can be seen or heard
   */
  constructor(buffer, budget, moment, laid) {
    this.buffer = buffer;
    this.budget = budget;
    this.moment = moment;
    this.laid = laid;
    this.wanted = [];
    this.held = [];
    this.tasks = [];
    this.fetches = new Map();
    this.failed = new Map();
    this.appended = 0;
    buffer.addEventListener("updateend", () => this.#next());
  }

  /** Stretches `{s, e, at, url}` of the whole film, in order; those without a url have nothing to show yet. */
  want(stretches) {
    this.wanted = stretches;
    const urls = new Set(stretches.map((one) => one.url));
    for (const [url, control] of this.fetches) if (!urls.has(url)) control.abort();
    for (const url of this.failed.keys()) if (!urls.has(url)) this.failed.delete(url);
    this.fill();
  }

  /** The film ends at `duration_s` from now on: what lies behind that goes. */
  cut(duration_s) {
    this.wanted = this.wanted
      .filter((one) => one.s < duration_s)
      .map((one) => ({ ...one, e: Math.min(one.e, duration_s) }));
    this.#do(() => {
      this.held = this.held.filter((one) => one.e <= duration_s + 1e-3);
      const ranges = this.buffer.buffered;
      if (ranges.length && ranges.end(ranges.length - 1) > duration_s) this.buffer.remove(duration_s, Infinity);
    });
  }

  /** Whether all that is wanted and can be had lies in the buffer. */
  get isFilled() {
    return !this.tasks.length && !this.fetches.size && this.wanted.every((one) => this.#holds(one, one.s));
  }

  /** Fetch what is missing, the nearest to the playhead first. */
  fill() {
    const now = this.moment();
    const missing = this.wanted
      .filter((one) => one.url && !this.fetches.has(one.url) && !this.#isDone(one, now))
      .filter((one) => (this.failed.get(one.url) ?? 0) < performance.now())
      .map((one) => [distance(one, now), one])
      .filter(([far]) => far < AHEAD_S)
      .sort((a, b) => a[0] - b[0]);
    for (const [far, one] of missing) {
      if (this.fetches.size >= AT_ONCE) return;
      if (this.#bytes() >= this.budget && !this.#makeRoom(far, now)) return;
      this.#fetch(one);
    }
  }

  async #fetch(stretch) {
    const control = new AbortController();
    this.fetches.set(stretch.url, control);
    try {
      const answer = await fetch(stretch.url, { signal: control.signal });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const bytes = await answer.arrayBuffer();
      this.#do(() => this.#append(stretch, bytes));
    } catch (error) {
      // Evicted meanwhile, or the server is away: asked again, not at once.
      if (error.name !== "AbortError") this.failed.set(stretch.url, performance.now() + 1500);
    } finally {
      this.fetches.delete(stretch.url);
    }
    this.fill();
  }

  #append(stretch, bytes) {
    if (!this.wanted.some((one) => same(one, stretch))) return;
    const now = this.moment();
    let from = stretch.s;
    if (now.playing && stretch.isSound && stretch.s < now.s + HANDED_OVER_S && now.s < stretch.e) {
      // Where nothing was, there is nothing to spare.
      if (this.#covers(now.s)) from = now.s + HANDED_OVER_S;
      if (from >= stretch.e - 0.05) {
        this.failed.set(stretch.url, performance.now() + (stretch.e - now.s) * 1000);
        return;
      }
    }
    this.buffer.appendWindowStart = 0;
    this.buffer.appendWindowEnd = stretch.e;
    this.buffer.appendWindowStart = from;
    this.buffer.timestampOffset = stretch.at;
    try {
      this.buffer.appendBuffer(bytes);
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
      this.budget = Math.max(this.#bytes() / 2, bytes.byteLength);
      this.#makeRoom(0, now);
      this.failed.set(stretch.url, performance.now() + 200);
      return;
    }
    this.held = this.held.filter((one) => one.e <= from + 1e-3 || one.s >= stretch.e - 1e-3);
    this.held.push({ ...stretch, from, bytes: bytes.byteLength });
    this.appended += 1;
    this.#do(() => {
      this.#believeTheBuffer();
      this.laid(stretch);
    });
  }

  /** A browser may throw out what it likes: only what is in its buffer is held. */
  #believeTheBuffer() {
    const ranges = this.buffer.buffered;
    this.held = this.held.filter((one) => {
      for (let k = 0; k < ranges.length; k += 1) {
        if (ranges.start(k) <= one.from + 0.1 && ranges.end(k) >= one.e - 0.1) return true;
      }
      return false;
    });
  }

  #covers(s) {
    const ranges = this.buffer.buffered;
    for (let k = 0; k < ranges.length; k += 1) if (ranges.start(k) <= s && s < ranges.end(k)) return true;
    return false;
  }

  /** Whether a stretch needs no fetch now: it is held, at least from where one listens. */
  #isDone(stretch, now) {
    if (!now.playing || now.s < stretch.s || now.s >= stretch.e) return this.#holds(stretch, stretch.s);
    return this.#holds(stretch, now.s + HANDED_OVER_S);
  }

  #holds(stretch, from) {
    if (!stretch.url) return true;
    return this.held.some((one) => same(one, stretch) && one.from <= from + 1e-3);
  }

  #bytes() {
    return this.held.reduce((sum, one) => sum + one.bytes, 0);
  }

  /** Remove what is farthest from the playhead; false where nothing lies farther than `far`. */
  #makeRoom(far, now) {
    const away = this.held.map((one) => [distance(one, now), one]).sort((a, b) => b[0] - a[0]);
    const [first] = away;
    if (!first || first[0] <= far + 1e-6) return false;
    const [, gone] = first;
    this.held = this.held.filter((one) => one !== gone);
    this.#do(() => this.buffer.remove(gone.from, gone.e));
    return true;
  }

  #do(task) {
    this.tasks.push(task);
    this.#next();
  }

  #next() {
    while (this.tasks.length && !this.buffer.updating) this.tasks.shift()();
  }
}

function same(a, b) {
  return a.url === b.url && Math.abs(a.s - b.s) < 1e-6 && Math.abs(a.e - b.e) < 1e-6;
}

/** How far a stretch is from the playhead, in seconds; what has been played counts twice, a loop is always near. */
export function distance(stretch, { s, loop }) {
  let far = stretch.e <= s ? (s - stretch.e) * (AHEAD_S / BEHIND_S) + 2 : Math.max(stretch.s - s, 0);
  if (loop && stretch.e > loop[0] && stretch.s < loop[1]) far = Math.min(far, 1 + (stretch.s - loop[0]) / 8);
  return far;
}
