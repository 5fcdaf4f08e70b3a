// The server: what it pushes, what it is asked. Messages are those of watch/wire/.

const EVENTS = ["lanes", "piece", "segment", "sound", "progress", "edited", "trouble", "bye"];

/** This page's name: several may look at one piece, each elsewhere. */
export const PAGE = Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join("");

/**
 * Listen to the server. Messages that are older than what has been seen are left out.
 *
 * told         {event: (message) => ...}
 * connection   (state) => ...; "open", "lost" (it is tried again), or "closed" (the server refuses: its key is gone)
 */
export function listen(told, connection) {
  let newest = {};
  const source = new EventSource(`/events?page=${PAGE}`);
  source.addEventListener("open", () => {
    newest = {};
    connection("open");
  });
  source.addEventListener("error", () => {
    connection(source.readyState === EventSource.CLOSED ? "closed" : "lost");
  });
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => {
      const message = JSON.parse(event.data);
      if (message.version < (newest[name] ?? 0)) return;
      newest[name] = message.version;
      told[name]?.(message);
    });
  }
  return source;
}

/** POST a request: `{isDone, status, body}`; status 0 where the server could not be reached. */
export async function post(path, body = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { isDone: answer.ok, status: answer.status, body: await answer.json().catch(() => ({})) };
  } catch {
    return { isDone: false, status: 0, body: { error: "musicvis watch cannot be reached" } };
  }
}

/** GET a JSON value, or null. */
export async function get(path) {
  try {
    const answer = await fetch(path);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Bytes of base64. */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** A function that calls `act` at most once in `pause_ms`, the last time with the newest values. */
export function throttled(act, pause_ms) {
  let timer = 0;
  let last = -Infinity;
  return () => {
    if (timer) return;
    const wait = Math.max(0, last + pause_ms - performance.now());
    timer = setTimeout(() => {
      timer = 0;
      last = performance.now();
      act();
    }, wait);
  };
}
