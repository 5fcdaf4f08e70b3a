"""Every note of a film with its classes."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..dsl.load import Loaded


@dataclass(frozen=True, slots=True)
class FilmNote:
    """A note that begins in a film."""

    bar: int
    """Bar of the score, from 1, a pickup included."""
    pass_number: int
    """The pass through a repeated bar, from 1."""
    beat: Fraction
    """From 1, in units of the bar's denominator."""
    onset_s: Fraction
    """Exact, from the first frame."""
    length_s: Fraction
    """The time that the key is held."""
    pitch: int
    """MIDI: 60 is C4."""
    velocity: int
    """1..127."""
    part: str
    """The track's name where the note belongs to no part."""
    classes: tuple[tuple[str, float], ...]
    """Names of the classes it shows and their weights."""
    rules: tuple[int, ...]
    """The rules of the manifest that select it, from 1."""
    lyric: str | None = None


def film_notes(loaded: "Loaded", start_s: Fraction, duration_s: Fraction) -> tuple[FilmNote, ...]:
    """The notes of a loaded piece that begin in a film of that start and duration, in playing order.

    Raises PieceError where there is no score to list.
    """
    from ..compiler.heard_piece import hear
    from ..compiler.reports.note_list import piece_notes
    from ..dsl.findings.collector import Findings

    clock = hear(loaded, Findings()).clock
    notes = []
    for row in piece_notes(loaded)[0]:
        note = row.note
        if not start_s <= row.onset_s < start_s + duration_s:
            continue
        notes.append(
            FilmNote(
                bar=note.bar,
                pass_number=note.pass_number,
                beat=note.beat,
                onset_s=Fraction(row.onset_s - start_s),
                length_s=Fraction(clock.seconds(note.onset_qn + note.gate_qn) - row.onset_s),
                pitch=note.pitch,
                velocity=note.velocity,
                part=row.part,
                classes=tuple(
                    (name, weight) for name, (_, weight) in zip(row.class_names, row.classes, strict=True)
                ),
                rules=row.rules,
                lyric=note.lyric,
            )
        )
    return tuple(notes)
