"""Tensors in memory of their own, so that a result never depends on where a buffer is.

The kernels that torch calls (MKL, oneDNN) may sum in another order where an array does not begin at a whole
cache line: on AMD processors, weights that began 4 bytes off gave images that differed by 2e-7. What torch
allocates begins at a multiple of 64 bytes; what comes from a file, bytes or NumPy begins anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

ALIGNMENT_BYTES = 64
"""The longest vector of a processor, and what torch's own allocator keeps to (c10's gAlignment)."""


def tensor_of(array: NDArray[Any], device: torch.device | None = None) -> torch.Tensor:
    """A copy of an array as a contiguous tensor of its type, in torch's own memory, by default on the CPU."""
    import torch

    return torch.tensor(np.ascontiguousarray(array), device=device)


def aligned(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor itself where it begins at a multiple of 64 bytes, or a copy that does."""
    return tensor if tensor.data_ptr() % ALIGNMENT_BYTES == 0 else tensor.clone()
