"""Stems: one source of a bus as stereo blocks at the mix's rate: synthesised, played by a program or read."""

import time
from collections.abc import Iterator, Sequence
from math import exp, pi
from pathlib import Path

import numpy as np

from ....compiler.plan import SoundPlan, StemPlan
from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....store.file_digests import FileDigests
from ....store.graph import Progress, Task
from ....store.store import Entry, Made, Store
from ....store.values.array_types import F64
from ..wave import read_wav, write_wav
from .alignment import RIVAL_SHARE, Alignment
from .players import played
from .recording import recorded
from .stem_nodes import STEM, stem_node
from .synth import synthesised

_BLOCKED_HZ = 4.0


def stem_task(stem: StemPlan, plan: SoundPlan, digests: FileDigests) -> Task | None:
    """The task that makes a stem; None for a recording, which is read as it is.

    Raises OSError where a file that it is played from cannot be read. Making it raises PieceError where a
    program cannot be used.
    """
    node = stem_node(stem, plan, digests)
    if node is None:
        return None

    def make(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        started_s = time.perf_counter()
        file = store.scratch(".wav")
        lead_s = 0.0
        if stem.by:
            folder = store.scratch()
            folder.mkdir()
            played_file, lead_s = played(stem, folder, plan.sample_rate_hz)
            played_file.rename(file)
        else:
            blocks = stem_blocks(stem, plan.sample_count, plan.sample_rate_hz)
            samples = (np.ascontiguousarray(block.T, np.float32) for block in blocks)
            write_wav(file, samples, plan.sample_rate_hz)
        digests.check()
        return {STEM: file}, {"seconds": round(time.perf_counter() - started_s, 3), "lead_s": lead_s}

    return Task(node.stage, node.name, (STEM,), lambda inputs: node, make)


def kept_blocks(stem: StemPlan, entry: Entry | None, plan: SoundPlan) -> Iterator[F64]:
    """The stem without its gain: float64 (2, BLOCK), the last one shorter, sample_count samples in all.

    entry   of its `stem_task`; None for a recording

    Raises PieceError, at once or while blocks come, where a recording cannot be used.
    """
    if entry is not None and not stem.by:
        return read_wav(entry.files[STEM])
    if entry is not None:
        return _laid(stem, entry.files[STEM], float(entry.facts["lead_s"]), plan)
    if stem.file is None:
        raise ValueError(f"stem {stem.name} has neither notes nor a file")
    return _laid(stem, stem.file, 0.0, plan)


def stem_blocks(stem: StemPlan, sample_count: int, sample_rate_hz: int) -> Iterator[F64]:
    """The notes of a stem, synthesised: float64 (2, BLOCK), sample_count samples in all."""
    if stem.notes is None:
        raise ValueError(f"stem {stem.name} has neither notes nor a file")
    blocks = synthesised(stem.notes, sample_count, sample_rate_hz, stem.channels)
    return _without_constant(blocks, sample_rate_hz)


def _laid(stem: StemPlan, file: Path, start_s: float, plan: SoundPlan) -> Iterator[F64]:
    """A file where its notes are in the film."""
    lag_s = _lag_s(stem, file, start_s, plan.sample_rate_hz) if stem.is_aligned else 0.0
    return recorded(file, stem.file_offset_s + start_s + lag_s, plan.sample_count, plan.sample_rate_hz)


def _lag_s(stem: StemPlan, file: Path, start_s: float, sample_rate_hz: int) -> float:
    """The lag of a file, in seconds; raises PieceError MV536 if it cannot be measured.

    What the built-in instruments need for their attacks is not lag. Where it is more than what was measured,
    nothing tells that the file is early: it stays where it is.
    """
    from .alignment import measured
    from .attacks import without_attacks

    notes = stem.reference or stem.notes or ()
    alignment = measured(file, notes, start_s, sample_rate_hz)
    own = without_attacks(alignment, notes, stem.channels, sample_rate_hz)
    if own.is_told and own.wrong_rate == 1.0:
        return max(0.0, own.lag_s) if alignment.lag_s > 0.0 else own.lag_s
    raise PieceError([not_aligned(stem, own)])


def not_aligned(stem: StemPlan, alignment: Alignment) -> Diagnostic:
    """The finding about a recording that `align: auto` cannot lay to its notes."""
    if not alignment.note_count:
        why = "it has no notes of a pitch to be found by"
    elif alignment.wrong_rate != 1.0:
        why = "it seems to be played at a rate that is not its own"
    elif alignment.rival > RIVAL_SHARE:
        lag_ms = round(1000.0 * alignment.lag_s)
        side = "late" if lag_ms > 0 else "early"
        why = f"they fit best {abs(lag_ms)} ms {side}, and elsewhere nearly as well"
    else:
        why = "they are too hard to tell from the other sound"
    message = f"align: auto does not find the notes of {stem.name} in it: {why}"
    hint = "write its offset instead, e.g. `offset: 300ms`; `musicvis stems check` says what it hears"
    return Diagnostic("MV536", Span(str(stem.file or stem.name)), message, hint)


def stem_file(stem: StemPlan, folder: Path, sample_rate_hz: int) -> tuple[Path, float]:
    """The audio file of a stem, and where in it second 0 of the piece would be if it were on time."""
    if stem.file is not None:
        return stem.file, 0.0
    return played(stem, folder, sample_rate_hz)


def _without_constant(blocks: Iterator[F64], sample_rate_hz: int) -> Iterator[F64]:
    """A first-order highpass: a mode that starts as a sine pushes to one side, which nothing radiates."""
    from scipy.signal import lfilter

    state = np.zeros((2, 1))
    for block in blocks:
        radiated, state = lfilter(
            [1.0, -1.0], [1.0, -exp(-2.0 * pi * _BLOCKED_HZ / sample_rate_hz)], block, axis=1, zi=state
        )
        yield radiated
