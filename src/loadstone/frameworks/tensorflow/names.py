"""Names of parts as attributes of Keras layers."""

from __future__ import annotations

_TAKEN = ("layers", "input", "output")
"""Names of parts that Keras's own classes have too."""


def attribute(name: str) -> str:
    """The attribute that holds the part ``name``. Where Keras has one of that name a property leads to it."""
    return f"{name}_" if name in _TAKEN else name


def part_name(attribute: str) -> str:
    """The name of the part that an attribute holds."""
    return attribute[:-1] if attribute[:-1] in _TAKEN else attribute
