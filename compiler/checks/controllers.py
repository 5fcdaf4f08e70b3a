"""Controllers that a lane plays: once more than the synthesiser does, or in place of it."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.audio import Bus
from ...dsl.model.piece import Piece
from ..score.midi.unplayed import unplayed_finding
from ..score.model import Score

LEVELS = {"7": "volume", "11": "expression"}
"""Controllers that the synthesiser plays as the level of their part."""


def played_twice(piece: Piece, buses: Sequence[Bus]) -> Iterator[Diagnostic]:
    """A warning for each gain that follows a level which the notes of its bus have already."""
    for bus in buses:
        if any(stem.file is not None or stem.by for stem in bus.stems):
            continue
        for lane in piece.lanes:
            played = lane.played
            if played is None or lane.name != f"{bus.name}.gain" or played.controller not in LEVELS:
                continue
            level = LEVELS[played.controller]
            message = f"{lane.name} follows the {level} of the score, with which its notes are already played"
            hint = "remove the lane, or keep it to apply the level twice"
            yield Diagnostic("MV685", lane.span, message, hint, Severity.WARNING)


def without_followed(
    findings: Iterable[Diagnostic], score: Score, followed: Collection[tuple[int, str]]
) -> Iterator[Diagnostic]:
    """The findings of the files of a piece, where MV415 of its score does not count what a lane follows.

    followed   (track, controller)
    """
    channels = {(score.tracks[track].channel, controller) for track, controller in followed}
    for finding in findings:
        if finding.code != "MV415" or finding not in score.findings:
            yield finding
        elif (left := unplayed_finding(score.unplayed, finding.span.file, channels)) is not None:
            yield left
