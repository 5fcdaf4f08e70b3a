"""Whether the picture plays the music: when it changes most, beside the onsets of the notes that it shows.

python -m benchmarks.sync PIECE [--bars 5..8] [--draft] [--fps 30] measures a silent film:

change       the mean difference of luma between a frame and the one before, 0..255
late         when the picture changes most, from 70 ms before an onset to 120 ms after, less the onset; of
             onsets without another within 140 ms; a change is seen as its frame begins
events       the share of onsets whose own frame, or the next, changes by more than twice the median of the
             0.7 s around it
correlation  of the changes with the onsets, each at the nearest frame and weighed by its velocities
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from musicvis.api.variant import Variant
from musicvis.compiler.compile import compile_piece
from musicvis.compiler.heard_piece import hear
from musicvis.compiler.time.passage import film_of
from musicvis.dsl.findings.collector import Findings
from musicvis.renderers.render import render
from musicvis.renderers.request import Request
from numpy.typing import NDArray

F64 = NDArray[np.float64]

BEFORE_S, AFTER_S, APART_S, AROUND_S = 0.07, 0.12, 0.14, 0.35
LAGS_S = 0.3


@dataclass(frozen=True)
class Figures:
    """What was measured; times in milliseconds, lags in frames."""

    onset_count: int
    alone_count: int
    late_ms: tuple[float, float, float]
    """The 10th, the 50th and the 90th percentile."""
    event_share: float
    lag: int
    correlation: float
    """At that lag, where it is greatest."""
    correlation_at_0: float


def changes(film: Path) -> F64:
    """The change of each frame of a film; 0 for the first."""
    means, before = [0.0], None
    with av.open(str(film)) as file:
        for frame in file.decode(video=0):
            luma = frame.reformat(width=240, height=136, format="gray").to_ndarray().astype(np.float32)
            if before is not None:
                means.append(float(np.abs(luma - before).mean()))
            before = luma
    return np.array(means)


def figures(change: F64, onsets: dict[float, float], fps: float) -> Figures:
    """The figures of a film: the change of each frame, and the onsets in seconds with their weights."""
    times_s = sorted(t for t in onsets if 1 / fps < t < (len(change) - 1) / fps - AFTER_S)
    around = round(AROUND_S * fps)
    events, late, weights = 0, [], np.zeros(len(change))
    for i, t in enumerate(times_s):
        own = int(t * fps + 1e-6)
        usual = np.median(change[max(1, own - around) : own + around + 1])
        events += change[own : own + 2].max() > 2 * usual
        weights[min(round(t * fps), len(change) - 1)] += onsets[t]
        gaps = (t - times_s[i - 1] if i else np.inf, times_s[i + 1] - t if i + 1 < len(times_s) else np.inf)
        if min(gaps) > APART_S:
            first, last = max(1, int(np.ceil((t - BEFORE_S) * fps))), int((t + AFTER_S) * fps)
            largest = first + int(change[first : last + 1].argmax())
            late.append((largest / fps - t) * 1e3)
    reach = round(LAGS_S * fps)
    found = {
        lag: float(np.corrcoef(np.roll(change, -lag)[reach:-reach], weights[reach:-reach])[0, 1])
        for lag in range(-reach, reach + 1)
    }
    best = max(found, key=lambda lag: found[lag])
    p10, p50, p90 = np.percentile(late, (10, 50, 90)) if late else (np.nan,) * 3
    return Figures(
        len(times_s), len(late), (p10, p50, p90), events / max(1, len(times_s)), best, found[best], found[0]
    )


class Silent:
    """A Reporter that nobody hears."""

    def progress(self, stage: str, done: int, total: int) -> None:
        pass

    def message(self, text: str) -> None:
        pass


def main() -> None:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("piece", type=Path)
    parser.add_argument("--bars")
    parser.add_argument("--draft", action="store_true")
    parser.add_argument("--fps")
    arguments = parser.parse_args()
    folder = arguments.piece
    manifest = folder / "piece.yaml" if folder.is_dir() else folder
    loaded = Variant(arguments.draft, arguments.bars, fps=arguments.fps).loaded(manifest)
    heard = hear(loaded, Findings())
    stretch = film_of(heard.piece, heard.clock, Findings())
    plan = compile_piece(loaded).plan
    if plan is None or stretch is None:
        raise SystemExit("this piece has errors: musicvis check says which")
    onsets: dict[float, float] = {}
    for entry in heard.notes:
        at_s = float(heard.clock.seconds(entry.note.onset_qn) - stretch.start_s)
        onsets[at_s] = onsets.get(at_s, 0.0) + entry.note.velocity
    with tempfile.TemporaryDirectory() as name:
        film = Path(name) / "film.mp4"
        render(plan, film, Request(only="video"), reporter=Silent())
        found = figures(changes(film), onsets, float(plan.picture.fps))
    p10, p50, p90 = found.late_ms
    fps = float(plan.picture.fps)
    print(f"{plan.title}, {plan.picture.frame_count} frames at {fps:g} fps, {found.onset_count} onsets")
    print(f"late by      {p50:6.1f} ms, 10 %: {p10:.1f}, 90 %: {p90:.1f}, of {found.alone_count} onsets")
    print(f"events       {found.event_share:6.2f}")
    print(
        f"correlation  {found.correlation:6.2f} at {found.lag:+d} frames, {found.correlation_at_0:.2f} at 0"
    )


if __name__ == "__main__":
    main()
