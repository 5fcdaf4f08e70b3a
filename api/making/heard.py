"""Makes a score of what was detected in recordings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ...dsl.findings.plain import counted
from ..errors import RequestError

if TYPE_CHECKING:
    from ...compiler.score.midi.write import WrittenScore, WrittenTrack
    from ...compiler.score.model import Meter
    from ...renderers.sound.listening.decode import Recording
    from ...renderers.sound.listening.hear import Heard

SCORE_SUFFIX = ".heard.mid"
_DRUMS = re.compile(r"drum|perc|kick|snare|hat|cymbal|beat", re.IGNORECASE)

Progress = Callable[[str, int, int], None]
"""Called with a stage, how many of its units are finished, and how many there are."""


def default_score(recording: Path) -> Path:
    """The heard score of a recording where none is named. Raises RequestError for a folder."""
    if recording.is_dir():
        raise RequestError(f"{recording} is a folder", "name a recording, e.g. song.mp3")
    return recording.with_name(recording.stem + SCORE_SUFFIX)


def track_name(path: PurePath) -> str:
    """The name of a part: that of its file, on one line."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in path.stem).split())
    return text[:100].strip() or "song"


def written_score(
    heard: Heard,
    meter: Meter,
    tracks: Sequence[WrittenTrack],
    sources: Sequence[tuple[str, str]],
    marks: Sequence[tuple[str, float]] = (),
) -> WrittenScore:
    """Makes the written score from what was heard; `sources` are the names and digests of the recordings.

    A mark is on the beat next to its time.
    """
    from ...compiler.score.midi.write import WrittenScore
    from ...compiler.score.model import HeardFrom

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


def written_track(heard: Heard, name: str) -> WrittenTrack:
    """The notes that were heard as a part; where none has a pitch, a stroke at each onset."""
    from ...compiler.score.midi.write import WrittenNote, WrittenTrack

    if heard.notes:
        notes = tuple(WrittenNote(n.onset_s, n.end_s, n.pitch, n.level) for n in heard.notes)
        return WrittenTrack(name, notes)
    onsets_s = heard.onsets_s if len(heard.onsets_s) else heard.beats_s
    strokes = tuple(WrittenNote(float(time_s), float(time_s) + 0.1, 37, 0.7) for time_s in onsets_s)
    return WrittenTrack(name, strokes, is_drums=True)


def stem_track(source: Recording, name: str, method: str, progress: Progress | None) -> WrittenTrack:
    """The notes of a stem as a part of that name; of drums, by the name, the strokes."""
    from ...compiler.score.midi.write import WrittenNote, WrittenTrack
    from ...renderers.sound.listening.hear import notes_of, strokes_of

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


def heard_lines(heard: Heard, name: str, meter: Meter, note_count: int) -> list[str]:
    """A description of what was heard in the recording of that name."""
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
