"""Dither: integers instead of floats, with an error that is noise independent of the music."""

from collections.abc import Iterable, Iterator

import numpy as np

from ....store.values.array_types import F32

# Separates these draws from all others with the manifest's seed.
_STREAM = 0x64697468


def dithered(blocks: Iterable[F32], bits: int, seed: int) -> Iterator[F32]:
    """Blocks (n, channels) on the steps of `bits` bits, with triangular noise of ±1 step added before.

    The noise is drawn sample by sample, so it does not depend on how the stream is cut. 24 bits fit into
    float32 exactly.
    """
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, _STREAM])))
    size = 2.0 ** (bits - 1)
    for block in blocks:
        pair = random.random((*block.shape, 2))
        steps = np.rint(block.astype(np.float64) * size + pair[..., 0] - pair[..., 1])
        yield (np.clip(steps, -size, size - 1.0) / size).astype(np.float32)
