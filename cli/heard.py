"""Detected scores: shared by `musicvis listen` and `musicvis new`."""

import re
import time
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from ..dsl.findings.plain import counted
from .report import TerminalReporter

if TYPE_CHECKING:
    from ..compiler.score.midi.write import WrittenScore, WrittenTrack
    from ..compiler.score.model import Meter
    from ..renderers.sound.listening.decode import Recording
    from ..renderers.sound.listening.hear import Heard

SCORE_SUFFIX = ".heard.mid"
MARKS_MOST = 1000
STEMS_MOST = 64
_TIME = re.compile(
    r"(?:(?P<minutes>\d{1,4}):(?=\d{1,2}(?:\.|s|$)))?(?P<seconds>\d{1,6}(?:\.\d{1,9})?)(?P<unit>ms|s)?"
)
_METER = re.compile(r"(\d{1,2})/(1|2|4|8|16)")
_DRUMS = re.compile(r"drum|perc|kick|snare|hat|cymbal|beat", re.IGNORECASE)
_TEMPI = re.compile(r"(\d{1,3}(?:\.\d+)?)(?:\.\.(\d{1,3}(?:\.\d+)?))?")
PATIENCE_S = 5.0
TEMPO_SPREAD = 1.06
"""One tempo means so much slower and faster."""


class Patience:
    """Progress that is reported only where listening takes long."""

    def __init__(self, reporter: TerminalReporter) -> None:
        self._reporter = reporter
        self._started_s = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if time.monotonic() - self._started_s > PATIENCE_S:
            self._reporter.progress(stage, done, total)


def parse_seconds(text: str) -> float:
    """`0.42s`, `420ms`, `12.4` or `1:12.4` in seconds; raises ValueError."""
    found = _TIME.fullmatch(text.strip())
    if found is None or (found["unit"] == "ms" and found["minutes"]):
        raise ValueError(f"{text} is not a time; write 0.42s, 420ms or 1:12.4")
    seconds = float(found["seconds"]) / (1000.0 if found["unit"] == "ms" else 1.0)
    return 60.0 * int(found["minutes"] or 0) + seconds


def parse_meter(text: str) -> tuple[int, int]:
    """`3/4`; raises ValueError."""
    found = _METER.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= 32:
        raise ValueError(f"{text} is not a metre; write 3/4, 4/4, 6/8")
    return int(found[1]), int(found[2])


def parse_tempi(text: str) -> tuple[float, float]:
    """`90..130`, or one tempo and a little around it, in beats a minute; raises ValueError."""
    found = _TEMPI.fullmatch(text.strip())
    low = float(found[1]) if found is not None else 0.0
    high = float(found[2]) if found is not None and found[2] else low * TEMPO_SPREAD
    if found is not None and not found[2]:
        low /= TEMPO_SPREAD
    if not 20.0 <= low < high <= 400.0:
        raise ValueError(f"{text} is not a range of tempi; write 90..130, within 20..400 beats a minute")
    return low, high


def parse_mark(text: str) -> tuple[str, float]:
    """`A=0:12.4`: a name and a time; raises ValueError."""
    name, equals, time = text.rpartition("=")
    if not equals or not 0 < len(name.strip()) <= 100 or not name.isprintable():
        raise ValueError(f"{text} is not a mark; write NAME=TIME, e.g. A=0:12.4")
    return name.strip(), parse_seconds(time)


def default_score(recording: Path) -> Path:
    """The heard score of a recording where -o names none."""
    return recording.with_name(recording.stem + SCORE_SUFFIX)


def track_name(path: PurePath) -> str:
    """The name of a part: that of its file, on one line."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in path.stem).split())
    return text[:100].strip() or "song"


def written_score(
    heard: "Heard",
    meter: "Meter",
    tracks: "Sequence[WrittenTrack]",
    sources: Sequence[tuple[str, str]],
    marks: Sequence[tuple[str, float]] = (),
) -> "WrittenScore":
    """What was heard, as the compiler writes it; `sources` are the names and digests of the recordings.

    A mark is on the beat next to its time.
    """
    from ..compiler.score.midi.write import WrittenScore
    from ..compiler.score.model import HeardFrom

    beats_s = tuple(float(beat_s) for beat_s in heard.beats_s)
    placed = sorted(
        (min(range(len(beats_s)), key=lambda i, time_s=time_s: abs(beats_s[i] - time_s)), name)  # type: ignore[misc]
        for name, time_s in marks
    )
    return WrittenScore(
        beats_s=beats_s,
        places=tuple(int(place) for place in heard.places),
        meter=meter,
        tracks=tuple(tracks),
        heard=HeardFrom(tuple(sources), heard.bpm, heard.candidates_bpm, beats_s[0]),
        marks=tuple((name, beat) for beat, name in placed),
    )


def written_track(heard: "Heard", name: str) -> "WrittenTrack":
    """The notes that were heard as a part; where none has a pitch, a stroke at each onset."""
    from ..compiler.score.midi.write import WrittenNote, WrittenTrack

    if heard.notes:
        notes = tuple(WrittenNote(n.onset_s, n.end_s, n.pitch, n.level) for n in heard.notes)
        return WrittenTrack(name, notes)
    onsets_s = heard.onsets_s if len(heard.onsets_s) else heard.beats_s
    strokes = tuple(WrittenNote(float(time_s), float(time_s) + 0.1, 37, 0.7) for time_s in onsets_s)
    return WrittenTrack(name, strokes, is_drums=True)


def stem_track(source: "Recording", name: str, method: str, progress: Patience) -> "WrittenTrack":
    """The notes of a stem as a part of that name; of drums, by the name, the strokes."""
    from ..compiler.score.midi.write import WrittenNote, WrittenTrack
    from ..renderers.sound.listening.hear import notes_of, strokes_of

    if _DRUMS.search(name):
        strokes = tuple(WrittenNote(at_s, at_s + 0.1, 38, level) for at_s, level in strokes_of(source))
        return WrittenTrack(name, strokes, is_drums=True)
    heard = notes_of(source, method, None, None, progress)
    return WrittenTrack(name, tuple(WrittenNote(n.onset_s, n.end_s, n.pitch, n.level) for n in heard))


def apart(names: Sequence[str]) -> list[str]:
    """Names that differ, capitals aside: the second of the same name gets a 2 behind it."""
    found: list[str] = []
    for base in names:
        name, number = base, 2
        while name.casefold() in {other.casefold() for other in found}:
            name, number = f"{base} {number}", number + 1
        found.append(name)
    return found


def parse_stem(text: str) -> tuple[str, Path]:
    """`drums=takes/drums.wav`, or the file alone: the name of a part and its recording; raises ValueError."""
    name, equals, file = text.partition("=")
    if not equals:
        name, file = "", text
    if not file or len(name) > 100 or not name.isprintable():
        raise ValueError(f"{text} is not a stem; write NAME=FILE, e.g. drums=drums.wav")
    return name.strip() or track_name(Path(file)), Path(file)


def meter_of(heard: "Heard", meter: str | None) -> "Meter":
    """The metre that was told, or the one that was heard, in quarters."""
    from ..compiler.score.model import Meter

    return Meter(*parse_meter(meter)) if meter else Meter(heard.beats_of_bar, 4)


def heard_lines(heard: "Heard", name: str, meter: "Meter", note_count: int) -> list[str]:
    """What was heard in a recording of that name, in words."""
    others = " or ".join(f"{bpm:.0f}" for bpm in heard.candidates_bpm)
    first = int((heard.places != 0).argmin()) if (heard.places == 0).any() else 0
    pickup = f"; bar 1 is a pickup of {first} beat{'s' if first != 1 else ''}" if first else ""
    ways = {
        "basic-pitch": "by the network of basic-pitch",
        "nmf": "by factorisation (nmf); basic-pitch detects more, if you install it",
        "chroma": "as pitch classes at each onset (chroma)",
    }
    return [
        f"{name}: {heard.bpm:.1f} beats a minute in {meter}, also possible: {others}{pickup}",
        f"bar 1 begins at {heard.beats_s[0]:.3f} s of the recording",
        f"{counted(note_count, 'note')}, {ways[heard.method]}",
    ]


def usage(error: ValueError) -> click.BadParameter:
    """A wrong value on the command line."""
    return click.BadParameter(str(error))
