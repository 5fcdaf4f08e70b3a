// Which media lies where in the film: drafts, and in their place the film's own quality where it is complete. Pure.

/** Segments of the film's own rate may end a frame before or after those of the draft. */
const FRAME_S = 0.11;

/**
 * The stretches `{s, e, at, url}` that should lie in the buffer: from s up to, not at, e, of media that begins at `at`.
 *
 * A stretch may lose its end, never its beginning: without its first picture none of the others can be decoded. So a
 * draft gives way only to pictures that fill all of its time, and where two meet, the first one is cut.
 *
 * segments   of the draft, in order, as the server tells them
 * wholes     `{s, end_s, media}` of the film's own quality, as far as they are there
 */
export function stretchesOf(segments, wholes) {
  const found = [];
  for (const segment of segments) {
    const own = ownOf(segment, wholes);
    if (own) found.push(...own.map(({ s, end_s, media }) => ({ s, e: end_s, at: s, url: urlOf(media) })));
    else found.push({ s: segment.s, e: segment.end_s, at: segment.s, url: urlOf(segment.media) });
  }
  for (let k = 0; k + 1 < found.length; k += 1) found[k].e = Math.min(found[k].e, found[k + 1].s);
  return found.filter((one) => one.e > one.s);
}

/** What fills the time of a draft segment in the film's own quality; null while any of it is missing. */
export function ownOf(segment, wholes) {
  const own = wholes
    .filter(({ s, end_s }) => segment.s <= (s + end_s) / 2 && (s + end_s) / 2 < segment.end_s)
    .sort((a, b) => a.s - b.s);
  if (!own.length) return null;
  const edges = [segment.s, ...own.flatMap(({ s, end_s }) => [s, end_s]), segment.end_s];
  for (let k = 0; k < edges.length; k += 2) {
    const room = k === 0 || k === edges.length - 2 ? FRAME_S : 1e-3;
    if (Math.abs(edges[k + 1] - edges[k]) > room) return null;
  }
  return own;
}

function urlOf(media) {
  return media ? `/media/segment/${media}` : "";
}
