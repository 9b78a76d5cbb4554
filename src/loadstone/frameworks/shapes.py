"""The shapes of inputs that are no texts: the errors of all three frameworks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loadstone.architectures.inputs import INPUTS
from loadstone.errors import ArgumentError


def check_input(name: str, shape: Sequence[int | None] | None, sizes: Mapping[str, int | None]) -> None:
    """:class:`ArgumentError` for an input that is missing, or that has other axes than it is declared with.

    ``sizes``: axis → how long it must be; None for any length. A size that is not known yet is None.
    """
    expected = tuple(sizes.get(axis) or axis for axis in INPUTS[name].axes)
    written = f"({', '.join(map(str, expected))})"
    if shape is None:
        raise ArgumentError(f"Give {name} {written}.")
    pairs = zip(shape, expected, strict=False)
    if len(shape) != len(expected) or not all(
        size is None or (size == wanted if isinstance(wanted, int) else size > 0) for size, wanted in pairs
    ):
        raise ArgumentError(f"{name} has shape {tuple(shape)}, expected {written}.")


def not_floating(name: str, dtype: object) -> ArgumentError:
    """The error for values that are no floating-point numbers."""
    return ArgumentError(f"{name} is {dtype}, expected floating-point numbers.")
