"""Between the shared words for dtypes and TensorFlow's."""

from __future__ import annotations

import tensorflow as tf

from loadstone.core.tensors import DType
from loadstone.errors import Fault, UnsupportedDType

_COMPUTES = (DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16)


def to_tensorflow(dtype: DType | str) -> tf.DType:
    """TensorFlow's dtype of that name; :class:`UnsupportedDType` for one that layers cannot compute in."""
    name = dtype if isinstance(dtype, str) else dtype.value
    if name not in {supported.value for supported in _COMPUTES}:
        known = ", ".join(supported.value for supported in _COMPUTES)
        raise UnsupportedDType([Fault(f"torch_dtype {name!r}", f"one that TensorFlow computes in: {known}", "none")])
    return tf.as_dtype(name)
