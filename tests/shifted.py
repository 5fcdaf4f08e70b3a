"""Arrays that begin at a chosen distance from a whole cache line."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def shifted(array: NDArray[Any], by_bytes: int) -> NDArray[Any]:
    """The same values in memory that begins so many bytes after a multiple of 64."""
    room = np.empty(array.nbytes + 128, np.uint8)
    start = -room.ctypes.data % 64 + by_bytes
    copy = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    assert copy.ctypes.data % 64 == by_bytes % 64
    return copy
