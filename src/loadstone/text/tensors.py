"""Lists of integers → an array of the framework that the caller names, and back."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from loadstone.errors import ArgumentError, FrameworkNotInstalled


class _Kind(NamedTuple):
    """How one framework makes an array of integers."""

    module: str
    function: str
    dtype: str
    extra: str
    """Of Loadstone's extras, the one that brings the framework."""


_KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "pt": _Kind("torch", "tensor", "int64", "torch"),
        "np": _Kind("numpy", "asarray", "int64", "torch"),
        "jax": _Kind("jax.numpy", "asarray", "int32", "flax"),
        "tf": _Kind("tensorflow", "constant", "int32", "tensorflow"),
    }
)


def array_maker(kind: object, dtype: str | None = None) -> Callable[[object], Any]:
    """The function that makes an array of nested lists: PyTorch's and NumPy's have int64, JAX's and TensorFlow's int32,
    unless a ``dtype`` is asked for.

    :class:`ArgumentError` for a kind that is none of "pt", "np", "jax" and "tf"; what it returns raises ``ValueError``
    for rows of different lengths.
    """
    known = _KINDS.get(str(getattr(kind, "value", kind)))  # an enum's value, as transformers has them
    if known is None:
        raise ArgumentError(f"return_tensors={kind!r}: expected one of {', '.join(map(repr, _KINDS))}.")
    import numpy as np

    try:
        make = getattr(importlib.import_module(known.module), known.function)
    except ModuleNotFoundError as error:
        raise FrameworkNotInstalled(
            f"return_tensors={kind!r} needs {error.name}: pip install 'loadstone[{known.extra}]'"
        ) from None

    def made(rows: object) -> Any:
        return make(np.array(rows, dtype or known.dtype))

    return made


def is_array(value: object) -> bool:
    """Whether it is an array or tensor of any framework, rather than a list."""
    return hasattr(value, "shape") and hasattr(value, "dtype")


def kind_of(value: object) -> str | None:
    """The kind that an array is of; None for what is none."""
    if not is_array(value):
        return None
    module = type(value).__module__.partition(".")[0]
    return {"torch": "pt", "jax": "jax", "jaxlib": "jax", "tensorflow": "tf"}.get(module, "np")


def as_lists(value: Any) -> Any:
    """Arrays of any framework, alone or within lists, as nested lists; all else as it is."""
    if is_array(value):
        if hasattr(value, "detach"):
            return value.detach().cpu().tolist()
        import numpy as np

        return np.asarray(value).tolist()
    if isinstance(value, list | tuple):
        return [as_lists(each) for each in value]
    return value
