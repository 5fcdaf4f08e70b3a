"""Videos that notes start: the notes take turns at a video's layers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...dsl.model.visuals import Clip
from ..score.part_note import PartNote
from ..time.clock import Clock
from .casting import Cast, ClipStart
from .durations import Durations


def in_turns(shown: Cast, notes: Sequence[PartNote], clips: Mapping[int, Clip], clock: Clock) -> Cast:
    """The notes with the layers of their videos, and the time at which each video starts.

    A note takes the first layer where all before it have gone; else the one that the note before it has not.
    Notes that begin together share one.

    clips   by the index of the first layer of each
    """
    found, durations = list(shown.notes), Durations(clock)
    starts: list[ClipStart] = []
    order = sorted(range(len(found)), key=lambda i: found[i].onset_s)
    for first, clip in clips.items():
        turn, started_s, busy_until_s = 0, None, -1.0
        for i in order:
            note = found[i]
            if all(index != first for index, _ in note.classes):
                continue
            if note.onset_s != started_s:
                started_s, onset_s = note.onset_s, float(note.onset_s)
                turn = 0 if onset_s >= busy_until_s else 1 - turn
                rate = float(clip.speed)
                if clip.length is not None:
                    rate = 1.0 / max(durations.seconds(notes[i], clip.length), 1e-3)
                starts.append(ClipStart(first + turn, onset_s, rate))
            busy_until_s = max(busy_until_s, float(note.end_s) + note.release_s)
            layers = tuple((first + turn if k == first else k, share) for k, share in note.classes)
            found[i] = replace(note, classes=layers)
    return replace(shown, notes=tuple(found), starts=tuple(starts))


def with_the_piece(clips: Mapping[int, Clip]) -> tuple[ClipStart, ...]:
    """Videos that run from the beginning of the piece, for a picture that no notes move."""
    return tuple(ClipStart(index, 0.0, float(clip.speed)) for index, clip in clips.items())
