"""The door of listening: a recording to beats, bars and notes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ....dsl.findings.diagnostics import Diagnostic, Severity
from ....dsl.findings.span import Span
from ....store.values.array_types import F32, F64
from . import basic_pitch
from .bars import bars
from .beats import TEMPI_BPM, are_halves, at_level, beat_frames, placed
from .chroma import chroma
from .decode import Progress, Recording
from .flux import Flux, activation, flux, onsets
from .notes import HeardNote, chroma_notes, factorised_notes
from .spectra import FPS

METHODS = ("basic-pitch", "nmf", "chroma")
QUIET_DBFS = -60.0
FAINT = 0.35
"""The ratio of the mean flux on the beats to its mean, minus 1, below which there is no beat."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Settings of the user that overrule the listener.

    beats      of a bar
    level      `double`, `half` or `triple`: the beats at another level
    first_s    a bar begins here
    notes      a name of METHODS; empty for the best that is installed
    """

    tempi_bpm: tuple[float, float] = TEMPI_BPM
    beats: int | None = None
    level: str = ""
    first_s: float | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """The result of listening to a recording.

    beats_s   ascending, over the whole recording
    places    of each beat in its bar, from 0
    onsets_s  where something begins
    """

    beats_s: F64
    places: NDArray[np.int64]
    beats_of_bar: int
    notes: tuple[HeardNote, ...]
    method: str
    onsets_s: F64
    classes: F32
    rise: F64
    length_s: float
    findings: tuple[Diagnostic, ...] = ()

    @property
    def bpm(self) -> float:
        """The tempo in the middle of the tempi."""
        return float(60.0 / np.median(np.diff(self.beats_s)))

    @property
    def candidates_bpm(self) -> tuple[float, ...]:
        """Other levels at which people may count: half and double, slow first."""
        return tuple(bpm for bpm in (self.bpm / 2.0, self.bpm * 2.0) if 30.0 <= bpm <= 300.0)


def hear(
    source: Recording,
    wishes: Wishes | None = None,
    progress: Progress | None = None,
    *,
    with_notes: bool = True,
) -> Heard:
    """Listen to a recording; the same bytes and wishes give the same, however many threads there are."""
    wishes = wishes or Wishes()
    _tell(progress, "flux", 0)
    rise = flux(source.samples)
    _tell(progress, "flux", 1)
    begun = onsets(rise.whole)
    beats_s = _beats(source, rise, wishes, progress)
    _tell(progress, "harmony", 0)
    classes = chroma(source.samples)
    _tell(progress, "harmony", 1)
    beats_s = _from_first_sound(source, beats_s)
    if wishes.first_s is not None:
        beats_s = _moved(beats_s, wishes.first_s)
    found = bars(beats_s, rise, classes, wishes.beats, wishes.first_s)
    method = wishes.notes or ("basic-pitch" if basic_pitch.weights() is not None else "nmf")
    return Heard(
        beats_s=beats_s,
        places=found.places,
        beats_of_bar=found.beats,
        notes=tuple(notes_of(source, method, begun, classes, progress)) if with_notes else (),
        method=method,
        onsets_s=begun / FPS,
        classes=classes,
        rise=rise.whole,
        length_s=source.length_s,
        findings=tuple(_doubts(source, rise.whole, beats_s)),
    )


def notes_of(
    source: Recording,
    method: str,
    begun: NDArray[np.int64] | None = None,
    classes: F32 | None = None,
    progress: Progress | None = None,
) -> list[HeardNote]:
    """The notes of a recording by a method of METHODS, without bars: of one stem, for instance."""
    if begun is None:
        begun = onsets(flux(source.samples).whole)
    if method == "basic-pitch":
        return basic_pitch.network_notes(source.samples, begun, progress)
    if method == "chroma":
        return chroma_notes(chroma(source.samples) if classes is None else classes, begun)
    return factorised_notes(source.samples, begun, progress)


def strokes_of(source: Recording) -> list[tuple[float, float]]:
    """Onset times in a recording and their strengths, 0..1: for drums, whose pitches mean little."""
    rise = flux(source.samples).whole
    most = float(np.percentile(rise, 99)) + 1e-9
    return [
        (frame / FPS, round(min(1.0, float(rise[frame]) / most) * 127) / 127)
        for frame in onsets(rise).tolist()
    ]


def summed(sources: Sequence[Recording]) -> Recording:
    """Several recordings as one, for a clock of their sum; the shorter ones end in silence."""
    samples = np.zeros(max(len(source.samples) for source in sources), np.float32)
    for source in sources:
        samples[: len(source.samples)] += source.samples
    return replace(sources[0], samples=samples, peak=float(np.abs(samples).max(initial=0.0)))


def _beats(source: Recording, rise: Flux, wishes: Wishes, progress: Progress | None) -> F64:
    active = activation(rise.whole)
    frames = beat_frames(active, wishes.tempi_bpm, progress)
    if len(frames) < 2:
        step = 120.0 / sum(wishes.tempi_bpm)
        return np.arange(0.0, source.length_s + step, step)
    times_s = placed(frames, rise.whole, source.length_s).times_s
    if wishes.tempi_bpm == TEMPI_BPM and are_halves(times_s, rise.whole):
        times_s = at_level(times_s, "half", active[_frames(times_s, active)])
    # The requested level is relative to the one that is detected without a request.
    return at_level(times_s, wishes.level, active[_frames(times_s, active)]) if wishes.level else times_s


def _frames(times_s: F64, active: F64) -> NDArray[np.int64]:
    return np.clip(np.round(times_s * FPS).astype(np.int64), 0, len(active) - 1)


def _from_first_sound(source: Recording, beats_s: F64) -> F64:
    """The beats with one before the recording, where it sounds before its first beat: nothing is cut off."""
    lead = source.samples[: max(0, round((beats_s[0] - 0.03) * 22_050))]
    if len(lead) and float(np.sqrt(np.mean(np.square(lead, dtype=np.float64)))) > 10.0 ** (QUIET_DBFS / 20.0):
        step = float(np.median(np.diff(beats_s[:5])))
        return np.concatenate([[beats_s[0] - step], beats_s])
    return beats_s


def _moved(beats_s: F64, first_s: float) -> F64:
    """Moves the beats so that the nearest one is on the given bar line."""
    near = int(np.argmin(np.abs(beats_s - first_s)))
    moved = beats_s.copy()
    moved[near] = first_s
    return moved


def _doubts(source: Recording, rise: F64, beats_s: F64) -> Iterator[Diagnostic]:
    near = np.clip(np.round(beats_s * FPS).astype(int), 2, len(rise) - 3)
    on = float(np.mean([rise[k - 2 : k + 3].max() for k in near]))
    # The same for any place: the gain of a beat must be higher.
    anywhere = float(np.mean([rise[k - 2 : k + 3].max() for k in range(2, len(rise) - 2, 5)]))
    if on > (1.0 + FAINT) * anywhere:
        return
    message = f"no beat stands out in {source.name}: the bars are a guess"
    hint = "say more: --tempo 60..80, --meter, --first; or give the piece a score"
    yield Diagnostic("MV549", Span(str(source.path)), message, hint, Severity.WARNING)


def _tell(progress: Progress | None, stage: str, done: int) -> None:
    if progress is not None:
        progress(stage, done, 1)
