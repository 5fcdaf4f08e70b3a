// Film and sound: one <video>, one clock, two buffers of a media source that the store's segments fill.

import { Track } from "./track.js";

const FILM_TYPE = 'video/mp4; codecs="avc1.640028"';
const SOUND_TYPE = 'audio/mp4; codecs="flac"';
const FILM_BYTES = 110e6;
const SOUND_BYTES = 10e6;
/** No frame of sound or film is longer. */
const REST_S = 0.2;
/** A browser shows no film whose sound is missing: silence, until there is a sound. */
const SILENCE = { url: "/page/silence.mp4", s: 10 };

/**
 * What films are fed through in a browser, and what it lacks, in words: `[MediaSource or null, why]`.
 * iPhones have the managed kind alone.
 */
export function sourceOf({ MediaSource, ManagedMediaSource }) {
  const Source = MediaSource ?? ManagedMediaSource ?? null;
  if (!Source?.isTypeSupported(FILM_TYPE)) {
    return [null, "This browser cannot stream films (Media Source Extensions with H.264). You can still use the score."];
  }
  if (!Source.isTypeSupported(SOUND_TYPE)) return [Source, "This browser cannot stream FLAC, so the film is silent."];
  return [Source, ""];
}

export class Film {
  /**
   * video    the element
   * changed  called when playing begins or stops, after a seek, and when the end is reached
   */
  constructor(video, changed) {
    this.video = video;
    this.changed = changed;
    this.duration_s = 0;
    this.loop = null;
    this.fps = 30;
    this.tracks = null;
    this.pending = {};
    this.timer = 0;
    this.isHeard = false;
    const [Source, why] = sourceOf(window);
    this.why = why;
    if (!Source) return;
    this.Source = Source;
    // On a phone of Apple's the source takes data only where the film is not sent to another screen.
    if (Source === window.ManagedMediaSource) video.disableRemotePlayback = true;
    this.source = new Source();
    this.source.addEventListener("sourceopen", () => this.#open(), { once: true });
    video.src = URL.createObjectURL(this.source);
    for (const name of ["play", "pause", "seeked", "waiting", "playing"]) {
      video.addEventListener(name, () => {
        this.#watchTheEnd();
        this.changed(name);
      });
    }
    video.addEventListener("seeking", () => this.fill());
    video.addEventListener("timeupdate", () => this.fill());
  }

  get s() {
    return this.video.currentTime;
  }

  get isPlaying() {
    return !this.video.paused;
  }

  /** The stretches of a version. What is shown stays until a newer picture can take its place. */
  show(duration_s, fps, stretches) {
    this.fps = fps;
    this.pending.film = stretches;
    if (Math.abs(duration_s - this.duration_s) > 1e-6) {
      this.duration_s = duration_s;
      this.pending.duration = true;
    }
    if (!this.isHeard) {
      const count = Math.ceil(duration_s / SILENCE.s);
      this.pending.sound = Array.from({ length: count }, (_, k) => ({
        s: k * SILENCE.s,
        e: Math.min((k + 1) * SILENCE.s, duration_s),
        at: k * SILENCE.s,
        url: SILENCE.url,
        isSound: true,
      }));
    }
    this.#hand();
  }

  /** The chunks of a sound message; `buses` are the numbers of those that are heard, null for all. */
  hear(sound, buses) {
    this.isHeard = true;
    const query = buses ? `?buses=${buses.join(".")}` : "";
    this.pending.sound = sound.chunks.map((chunk, k) => ({
      s: k * sound.chunk_s,
      e: Math.min((k + 1) * sound.chunk_s, sound.duration_s),
      at: k * sound.chunk_s,
      url: `/media/sound/${chunk}${query}`,
      isSound: true,
    }));
    this.#hand();
  }

  #open() {
    const moment = () => ({ s: this.s, playing: this.isPlaying, loop: this.loop });
    const film = this.source.addSourceBuffer(FILM_TYPE);
    this.tracks = {
      film: new Track(film, FILM_BYTES, moment, (stretch) => this.#laid(stretch)),
    };
    if (this.Source.isTypeSupported(SOUND_TYPE)) {
      const sound = this.source.addSourceBuffer(SOUND_TYPE);
      this.tracks.sound = new Track(sound, SOUND_BYTES, moment, () => this.changed("sound"));
    }
    this.#hand();
  }

  #hand() {
    if (!this.tracks) return;
    const { film, sound } = this.tracks;
    if (this.pending.duration) {
      this.pending.duration = false;
      for (const track of [film, sound]) track?.cut(this.duration_s);
      this.#setLength();
    }
    for (const name of ["film", "sound"]) {
      if (this.pending[name] && this.tracks[name]) {
        this.tracks[name].want(this.pending[name]);
        this.pending[name] = null;
      }
    }
  }

  /** The source's length, as soon as nothing lies behind it but the rest of a last frame. */
  #setLength() {
    const { source, duration_s } = this;
    if (source.readyState === "closed") return;
    const buffers = [...source.sourceBuffers];
    const isBusy = buffers.some((one) => one.updating);
    const end = Math.max(0, ...buffers.map((one) => (one.buffered.length ? one.buffered.end(one.buffered.length - 1) : 0)));
    if (!isBusy && end <= duration_s + REST_S) source.duration = Math.max(duration_s, end);
    if (isBusy || end > duration_s + 1e-3) setTimeout(() => this.#setLength(), 50);
  }

  fill() {
    this.tracks?.film.fill();
    this.tracks?.sound?.fill();
  }

  /** A paused video shows a new picture only after a seek to where it stands. */
  #laid(stretch) {
    const { s } = this;
    if (!this.isPlaying && stretch.s <= s + 1e-3 && s < stretch.e) {
      this.video.currentTime = s;
    }
    this.changed("film");
  }

  async play() {
    if (this.s >= this.duration_s - 1.5 / this.fps) this.seek(this.loop ? this.loop[0] : 0);
    if (this.loop && (this.s < this.loop[0] - 1e-3 || this.s >= this.loop[1])) this.seek(this.loop[0]);
    try {
      await this.video.play();
    } catch (error) {
      if (error.name === "NotAllowedError") this.changed("refused");
    }
  }

  pause() {
    this.video.pause();
  }

  seek(s) {
    const last = Math.max(this.duration_s - 1 / this.fps, 0);
    this.video.currentTime = Math.min(Math.max(s, 0), last);
    this.changed("seek");
  }

  setLoop(loop) {
    this.loop = loop;
    this.fill();
    this.#watchTheEnd();
  }

  /** The end of a loop by a timer, which runs where nothing is drawn, in a tab behind another. */
  #watchTheEnd() {
    clearTimeout(this.timer);
    if (!this.isPlaying) return;
    const end = this.#end();
    const left_ms = ((end - this.video.currentTime) / (this.video.playbackRate || 1)) * 1000;
    this.timer = setTimeout(() => this.turn() || this.#watchTheEnd(), Math.max(left_ms, 15));
  }

  #end() {
    const { loop } = this;
    return loop && this.video.currentTime < loop[1] + 0.2 ? loop[1] : this.duration_s;
  }

  /** At the end of a loop, back to its beginning; at the end of the film, stop. Called with every picture. */
  turn() {
    if (!this.isPlaying || this.video.seeking) return false;
    const s = this.video.currentTime;
    const end = this.#end();
    const isThere = s >= end - 0.002;
    if (this.loop && end === this.loop[1]) {
      if (isThere) this.seek(this.loop[0]);
      return isThere;
    }
    // The last frame has begun, and no more comes: a source that stays open never says that it has ended.
    const isStuck = s > end - 0.3 && this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    if (isThere || isStuck) this.pause();
    return isThere || isStuck;
  }
}
