"""Limits of a piece: bytes of a file, notes, and hours of music."""

from collections.abc import Sequence
from fractions import Fraction

from ..model import TempoMark
from .faults import fault

MAX_SCORE_BYTES = 64 << 20
MAX_MIDI_BYTES = 8 << 20
# A second for every two megabytes, about.
MAX_XML_CHARACTERS = 32 << 20
MAX_NOTES = 500_000
MAX_TEMPI = 500_000
MAX_SECONDS = 4 * 3600
# Tuplets inside tuplets multiply denominators; no music comes near this.
MAX_DENOMINATOR = 10**9


def check_seconds(tempi: Sequence[TempoMark], end_qn: Fraction, name: str) -> None:
    """Raises PieceError MV408 for a piece of more than four hours."""
    # A float is exact enough for a limit, and exact sums over strange tempi would grow without bound.
    total = 0.0
    for mark, following in zip(tempi, [*tempi[1:], None], strict=True):
        end = end_qn if following is None else following.onset_qn
        total += float(end - mark.onset_qn) * 60 / float(mark.quarters_per_minute)
    if total > MAX_SECONDS:
        raise fault("MV408", name, f"it lasts {total / 3600:.1f} hours, at most {MAX_SECONDS // 3600}")
