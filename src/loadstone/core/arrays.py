"""Kinds of NumPy arrays, for annotations: import these for type checkers only, as most of this room needs no NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ByteArray = NDArray[np.uint8]
"""Bytes as they are stored."""
FloatArray = NDArray[np.float32]
"""Decoded values."""
