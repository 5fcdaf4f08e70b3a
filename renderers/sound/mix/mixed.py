"""A finished sound in the store, read block by block."""

from collections.abc import Iterator

import numpy as np

from ....compiler.plan import SoundPlan
from ....store.store import Entry
from ....store.values.array_types import F32
from ..master.dither import dithered
from ..wave import read_wav
from .nodes import MIX
from .report import report_from


class Mixed:
    """The samples of a mix and its report."""

    def __init__(self, plan: SoundPlan, entry: Entry) -> None:
        """entry   of the mix"""
        self._plan = plan
        self._file = entry.files[MIX]
        self.report = report_from(entry.facts, plan)

    def blocks(self) -> Iterator[F32]:
        """The sound: float32 blocks (n, 2), heard_count samples in all; as often as asked."""
        unheard = self._plan.unheard_count
        for block in read_wav(self._file):
            if unheard < block.shape[1]:
                yield np.ascontiguousarray(block[:, unheard:].T, np.float32)
            unheard = max(unheard - block.shape[1], 0)

    def whole_numbers(self, bits: int) -> Iterator[F32]:
        """The sound on the steps of 16 or 24 bits, dithered unless the manifest says no, of 24 bits."""
        if bits == 24 and not self._plan.master.is_dithered:
            return self.blocks()
        return dithered(self.blocks(), bits, self._plan.seed)
