"""Nodes of stems: what the store keeps of one, and what a bus reads of it; names and paths are in none."""

from __future__ import annotations

from pathlib import Path

from ....compiler.plan import SoundPlan, StemPlan
from ....store.file_digests import FileDigests
from ....store.node import Node
from ....store.packages import packages
from ....store.values.keys import digest_of
from .players import program_of, tiny_version
from .recording import recording_format

STEM_VERSION = 4
PLAYED_VERSION = 5
ALIGN_VERSION = 2
"""Raised when `align: auto` lays a recording elsewhere."""
"""Version of stems that other programs play. Version 4 may hold another soundfont than is named."""
STEM = "stem"
"""The name of a stem's file in its record."""


def stem_node(stem: StemPlan, plan: SoundPlan, digests: FileDigests) -> Node | None:
    """The node of a stem: the synthesiser's samples or another program's file; None for a recording."""
    if stem.file is not None:
        return None
    rate = str(plan.sample_rate_hz)
    if not stem.by:
        reads = {
            "notes": digest_of((stem.notes, stem.channels)),
            "rate": rate,
            "length": str(plan.sample_count),
            "packages": packages("numpy", "scipy"),
        }
        return Node.of("stem", STEM_VERSION, stem.name, reads)
    program = program_of(stem)
    reads = {"by": stem.by, "program": "none" if program is None else digests.of(program), "rate": rate}
    if stem.by == "musescore":
        assert stem.score is not None
        reads["score"] = f"{digests.of(stem.score)}{stem.score.suffix.lower()}"
    else:
        assert stem.soundfont is not None
        if program is None:
            reads["program"] = f"tinysoundfont {tiny_version()}"
        reads |= {"notes": digest_of((stem.notes, stem.channels)), "soundfont": digests.of(stem.soundfont)}
    return Node.of("stem", PLAYED_VERSION, stem.name, reads)


def stem_source(stem: StemPlan, made: str | None, digests: FileDigests) -> str:
    """The source of a stem for its bus: the digest of the sound, and how it is laid into the film.

    Raises PieceError for a file that is not a recording, OSError for one that cannot be read.
    """
    if made is None:
        # What is not a recording is reported here, before anything is rendered.
        recording_format(_file(stem))
    source = made if made is not None else digests.of(_file(stem))
    aligned = (ALIGN_VERSION, stem.notes, stem.channels) if stem.is_aligned else None
    laid = (stem.file_offset_s, aligned, stem.reference, stem.is_aligned)
    return digest_of((source, stem.gain, laid if stem.file is not None or stem.by else None))


def _file(stem: StemPlan) -> Path:
    if stem.file is None:
        raise ValueError(f"stem {stem.name} has neither notes nor a file")
    return stem.file
