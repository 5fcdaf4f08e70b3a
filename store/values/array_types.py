"""NumPy arrays by the type of their numbers; a docstring that names one gives its shape and unit."""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
C128 = NDArray[np.complex128]
