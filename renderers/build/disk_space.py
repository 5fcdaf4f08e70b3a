"""Checks that the segments will fit on the disk, before the first frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...dsl.findings.plain import counted
from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...store.system import free_bytes
from ..film.segment_nodes import SegmentJob

MARGIN = 1.3
BITS_A_PIXEL = 0.36
"""Estimate before any segment was made: what the embedded generator takes at 1920x1080 and crf 18."""
LEAST_FREE_BYTES = 64 << 20


def check_room(folder: Path, missing: Sequence[SegmentJob], kept_bytes: Sequence[int]) -> None:
    """Raises PieceError if the store's disk has too little room for the missing segments.

    kept_bytes   sizes of segments of this film that are there, by which the others are judged
    """
    if not missing:
        return
    picture = missing[0].picture
    if kept_bytes:
        one = sum(kept_bytes) / len(kept_bytes)
        wanted = one * len(missing)
    else:
        frames = sum(job.frame_count for job in missing)
        wanted = frames * picture.width_px * picture.height_px * BITS_A_PIXEL / 8
    wanted = wanted * MARGIN + LEAST_FREE_BYTES
    free = free_bytes(folder)
    if free < wanted:
        needed = f"rendering {counted(len(missing), 'segment')} needs about {_megabytes(wanted)}"
        message = f"{needed}, and {folder} has {_megabytes(free)} left"
        hint = "free some space, type musicvis clean, or name a folder on another disk with --cache-dir"
        raise PieceError([Diagnostic("MV911", Span(str(folder)), message, hint)])


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"
