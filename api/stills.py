"""The choice of frames for a still or a contact sheet."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..compiler.heard_piece import Heard
    from ..compiler.plan import PicturePlan

SUFFIXES = {".png": "", ".jpg": "", ".jpeg": ""}
"""The suffixes of pictures, as for `checked_output`."""
ON_A_SHEET = 12


def frame_at(heard: Heard, place: str, start_s: Fraction, picture: PicturePlan) -> int | None:
    """The frame at a place as "7|3", from 0; None where the film does not show it.

    start_s   where the first frame is in the piece

    Raises PieceError where the piece has no such place.
    """
    from ..compiler.reports.explain import PLACE
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.diagnostics import Diagnostic, PieceError
    from ..dsl.findings.span import Span
    from ..dsl.values.position import parse_place

    parsed = parse_place(place, Span(PLACE, 1, 1, 1, len(place) + 1))
    if isinstance(parsed, Diagnostic):
        raise PieceError([parsed])
    found = Findings()
    at_qn = heard.clock.locate(parsed, found)
    if at_qn is None:
        raise PieceError(found)
    # A frame shows the time of its middle.
    number = ceil((Fraction(heard.clock.seconds(at_qn)) - start_s) * picture.fps - Fraction(1, 2))
    return number if 0 <= number < picture.frame_count else None


def sheet_numbers(frame_count: int, count: int) -> list[int]:
    """Frames at even distances through a film: each in the middle of its share."""
    return [frame_count * (2 * k + 1) // (2 * count) for k in range(count)]


def start_of(heard: Heard) -> Fraction:
    """The time of a film's first frame in its piece, in seconds; only for a piece that has a plan."""
    from ..compiler.time.passage import film_of
    from ..dsl.findings.collector import Findings

    film = film_of(heard.piece, heard.clock, Findings())
    assert film is not None  # or there would be no plan
    return Fraction(film.start_s)
