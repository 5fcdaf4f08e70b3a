"""The notes of a stem: what each plays and how long, then in seconds of the film."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ..plan import SoundingNote
from ..recent import recent
from ..score.model import Note, Score
from ..time.clock import Clock
from ..time.passage import Film
from .controllers import side_at
from .note_spread import EarOf

EARLIER_S = Fraction(12)
"""The time after a note's release from which a passage no longer contains it."""
SHORTEST_S = 0.02
"""The length of a grace note without one of its own."""
STEMS_KEPT = 64
"""The number of stems whose notes are kept from one compile to the next."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """A note and the instrument that plays it."""

    onset_qn: Fraction
    sounds_qn: Fraction
    """The time that its key, or a pedal, holds the note."""
    pitch: int
    velocity: int
    program: int
    is_drums: bool
    channel: int | None
    ear: float = 0.0


@recent(STEMS_KEPT)
def voices(score: Score, tracks: frozenset[int], clock: Clock) -> tuple[tuple[Voiced, Clock], ...]:
    """The notes that the tracks of a score play."""
    return tuple((_voiced(note, score), clock) for note in score.notes if note.track in tracks)


def _voiced(note: Note, score: Score) -> Voiced:
    track = score.tracks[note.track]
    sounds_qn = note.gate_qn if note.ring_qn is None else note.ring_qn
    channel = track.channel
    return Voiced(note.onset_qn, sounds_qn, note.pitch, note.velocity, track.program, track.is_drums, channel)


@recent(STEMS_KEPT)
def panned(notes: Sequence[tuple[Voiced, Clock]], score: Score) -> tuple[tuple[Voiced, Clock], ...]:
    """The notes, each at the side at which the pan of its channel is as it begins."""
    return tuple(
        (replace(note, ear=side_at(score.channels[note.channel], note.onset_qn)), clock)
        if note.channel is not None
        else (note, clock)
        for note, clock in notes
    )


@recent(STEMS_KEPT)
def onsets(played: Sequence[Sequence[tuple[Voiced, Clock]]]) -> tuple[tuple[int, Fraction], ...]:
    """The pitch of each note and when it begins, in seconds of the piece, stem for stem."""
    return tuple((note.pitch, clock.seconds(note.onset_qn)) for notes in played for note, clock in notes)


@recent(STEMS_KEPT)
def sounding(
    notes: Sequence[tuple[Voiced, Clock]],
    film: Film | None,
    ear_of: EarOf | None = None,
    channels: Mapping[int, int] | None = None,
) -> tuple[SoundingNote, ...]:
    """The notes that are heard in the film; one that began before it has a negative onset.

    Without a film all of them, from the first bar. `channels` says which channel of the plan each of the
    score is.
    """
    numbers = channels or {}
    start_s = film.start_s if film is not None else Fraction(0)
    found = []
    for note, clock in notes:
        onset_s = clock.seconds(note.onset_qn)
        end_s = clock.seconds(note.onset_qn + note.sounds_qn)
        if film is not None and (onset_s >= film.end_s or end_s + EARLIER_S < start_s):
            continue
        found.append(
            SoundingNote(
                onset_s=float(onset_s - start_s),
                length_s=max(float(end_s - onset_s), SHORTEST_S),
                pitch=note.pitch,
                velocity=note.velocity,
                program=note.program,
                is_drums=note.is_drums,
                ear=ear_of(note.pitch, onset_s) if ear_of is not None else note.ear,
                channel=None if note.channel is None else numbers.get(note.channel),
            )
        )
    return tuple(found)


@recent(STEMS_KEPT)
def intervals(played: Sequence[Sequence[tuple[Voiced, Clock]]]) -> tuple[tuple[Fraction, Fraction], ...]:
    """The intervals in which keys are held, stem by stem, in order."""
    return tuple(
        sorted(
            (clock.seconds(note.onset_qn), clock.seconds(note.onset_qn + note.sounds_qn))
            for notes in played
            for note, clock in notes
        )
    )
