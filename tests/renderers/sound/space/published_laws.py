"""Published laws of balance, to compare ours with: gains by formula alone."""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


def sine_cosine_gains(ear: F64) -> tuple[F64, F64]:
    """Left and right gain of the plain balance law: √2·cos θ and √2·sin θ, θ = (p + 1)·pi/4."""
    angle = (ear + 1.0) * (np.pi / 4.0)
    return np.sqrt(2.0) * np.cos(angle), np.sqrt(2.0) * np.sin(angle)


def pydub_gains(ear: F64) -> tuple[F64, F64]:
    """Left and right gain of pydub's pan: 2^(|p|/2) on the near side, 2 - 2^|p| on the far one."""
    near, far = 2.0 ** (np.abs(ear) / 2.0), 2.0 - 2.0 ** np.abs(ear)
    return np.where(ear <= 0.0, near, far), np.where(ear <= 0.0, far, near)
