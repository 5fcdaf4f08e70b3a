"""A first manifest for recordings: the heard score, each recording a bus, the classes that were heard."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from ...dsl.text.format import formatted, scalar_text
from ...dsl.values.pitch_classes import PITCH_CLASSES
from ...dsl.values.position import number_text, seconds_text
from ..score.model import Score
from ..time.clock import Clock
from .first_manifest import EARS, SUBJECTS, TITLE_MOST, head_lines, video_lines

LONGEST_TAIL_S = 600


@dataclass(frozen=True, slots=True)
class HeardBus:
    """A recording as a bus: its name, its file of the piece, where bar 1 begins in it, and its level."""

    name: str
    file: str
    offset_s: float
    gain: float = 1.0


def heard_manifest(
    score: Score, score_file: str, title: str, buses: Sequence[HeardBus], length_s: float, spectrum: str = ""
) -> str:
    """The manifest of a piece whose score was heard from recordings that last `length_s`.

    spectrum   the file for `mapping: spectrum`; empty where notes move the picture
    """
    tail_s = tail_of(score, buses[0].offset_s, length_s)
    seed = int(score.digest[:8] or "0", 16) % 10_000
    title = title[:TITLE_MOST].strip() or "A piece"
    lines = (
        *_head(title, seed, score_file, tail_s),
        *_audio(buses),
        *_effects(buses),
        *_visuals(score, spectrum),
        *video_lines(title),
    )
    return formatted("\n".join(lines), "piece.yaml")


def tail_of(score: Score, offset_s: float, length_s: float) -> Fraction:
    """The time after the last bar that the film needs so that the recording ends in it; at least 1 s."""
    end_s = float(Clock.from_score(score).end_s)
    left_s = length_s - offset_s - end_s
    return Fraction(ceil(min(max(left_s, 1.0), float(LONGEST_TAIL_S)) * 10), 10)


def _head(title: str, seed: int, score_file: str, tail_s: Fraction) -> Iterator[str]:
    said = (
        "Places are bar|beat of the score that was heard. A real score takes its place by one",
        "line, score: scores/song.mscz; then write align: auto in place of offset.",
    )
    yield from head_lines(title, seed, said)
    yield f"  file: {scalar_text(score_file)} # heard, not written: correct it with `musicvis listen`"
    yield f"  tail: {number_text(tail_s)}s # until the recording ends"


def _audio(buses: Sequence[HeardBus]) -> Iterator[str]:
    yield from ("", "audio:", "  buses:")
    for bus in buses:
        gain = f", gain: {bus.gain:.6f}" if bus.gain != 1.0 else ""
        yield f"    {scalar_text(bus.name)}:"
        yield f"      stems: [{{file: {scalar_text(bus.file)}, offset: {seconds_text(bus.offset_s)}{gain}}}]"


def _effects(buses: Sequence[HeardBus]) -> Iterator[str]:
    if len(buses) == 1:
        return
    yield from (
        "",
        "effects:                         # where each part stands: -1 left, 0 the middle, 1 right",
    )
    places = (0.0, *EARS)
    for number, bus in enumerate(buses):
        yield f"  {scalar_text(bus.name)}: [{{at: 1|1, hold: {places[number % len(places)]:g}}}]"


def _visuals(score: Score, spectrum: str) -> Iterator[str]:
    counts = Counter(note.pitch % 12 for note in score.notes)
    yield from ("", "visuals:")
    if spectrum:
        yield from (
            "  mapping: spectrum              # the sound moves the picture; notes: the notes do",
            "  spectrum:",
            f"    file: {scalar_text(spectrum)}",
            "    pitch_sensitivity: 220       # how fast classes follow the pitches, 0 to 299",
            "    tempo_sensitivity: 0.25      # how far the picture moves with loudness",
            "    smooth_factor: 20            # over so many rows of the spectrum classes are smoothed",
            "  depth: 0.8                     # how much of the classes is shown",
            "  truncation: 0.9                # how far a picture may stray from the typical one",
            "  motion: {jitter: 0.5}",
        )
    else:
        yield from (
            "  depth: 0.8                     # how much of its class a note shows",
            "  truncation: 0.9                # how far a picture may stray from the typical one",
            "  motion: {amount: 0.5, jitter: 0.5}",
            "  envelope: {attack: 1/32, release: 1b}",
        )
    yield "  classes:                       # what each pitch class shows; `musicvis classes drum` searches"
    shown = range(12) if spectrum else sorted(counts)
    for pitch_class in shown:
        count = counts[pitch_class]
        entry = f"{PITCH_CLASSES[pitch_class]}: {SUBJECTS[pitch_class]}"
        yield f"    {entry.ljust(29)}# {count} note{'' if count == 1 else 's'}"
