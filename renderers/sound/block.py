"""Blocks: the one size in which sound flows, and streams cut to it.

One size for all, because a plugin of pedalboard that meets a larger block than before forgets its past
(measured: a delay's tail is gone after 4096 then 8192 samples).
"""

from collections.abc import Iterable, Iterator

import numpy as np

from ...store.values.array_types import F32, F64

BLOCK = 16384
"""Samples of a block; only the last of a stream is shorter."""


def times_of(first: int, count: int, sample_rate_hz: int) -> F64:
    """Seconds of the samples first up to first + count: integer index over rate, the same in every block."""
    times_s: F64 = np.arange(first, first + count) / sample_rate_hz
    return times_s


def cuts(sample_count: int) -> Iterator[tuple[int, int]]:
    """First sample and length of each block of a stream of so many samples."""
    for first in range(0, sample_count, BLOCK):
        yield first, min(BLOCK, sample_count - first)


def reblocked(blocks: Iterable[F64], sample_count: int) -> Iterator[F64]:
    """Yield the samples in blocks of BLOCK, cut or padded with silence to sample_count; arrays are (2, n)."""
    pending: list[F64] = []
    held = 0
    given = 0
    for block in blocks:
        pending.append(block)
        held += block.shape[1]
        while held >= BLOCK and given < sample_count:
            joined = pending[0] if len(pending) == 1 else np.concatenate(pending, axis=1)
            count = min(BLOCK, sample_count - given)
            yield joined[:, :count]
            given += count
            pending = [joined[:, count:]]
            held -= count
        if given >= sample_count:
            return
    rest = np.concatenate(pending, axis=1) if pending else np.zeros((2, 0))
    while given < sample_count:
        count = min(BLOCK, sample_count - given)
        block, rest = rest[:, :count], rest[:, count:]
        yield np.pad(block, ((0, 0), (0, count - block.shape[1])))
        given += count


def cut_to(blocks: Iterable[F32], size: int) -> Iterator[F32]:
    """Samples of shape (n, 2) in blocks of `size`, the last one shorter; raises ValueError for others."""
    waiting = np.zeros((0, 2), np.float32)
    for block in blocks:
        if block.ndim != 2 or block.shape[1] != 2:
            raise ValueError(f"samples have shape (n, 2), not {block.shape}")
        waiting = np.concatenate([waiting, block.astype(np.float32, copy=False)])
        whole = len(waiting) // size * size
        for start in range(0, whole, size):
            yield waiting[start : start + size]
        waiting = waiting[whole:]
    if len(waiting):
        yield waiting
