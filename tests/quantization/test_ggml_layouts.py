"""The descriptions of ggml's blocks agree with the sizes that their types have."""

from __future__ import annotations

from collections import Counter

import pytest

from loadstone.quantization.ggml_layouts import LAYOUTS, Bits, Layout
from loadstone.quantization.ggml_types import TYPES

KINDS = {kind.name: kind for kind in TYPES.values()}


def fields(layout: Layout) -> list[Bits]:
    stored = [layout.codes] if layout.factors is None else [layout.codes, layout.factors]
    return [bits for integers in stored for bits in (*integers.low, *integers.high)]


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_bit_of_a_block_is_read_once(name: str) -> None:
    layout = LAYOUTS[name]
    read = Counter(
        (offset + byte, shift + bit)
        for field in fields(layout)
        for offset, shift in field.runs()
        for byte in range(field.chunk)
        for bit in range(field.bits)
    )
    for offset in (layout.scale, layout.minimum):
        if offset is not None:
            read.update((offset + byte, bit) for byte in range(2) for bit in range(8))
    assert read == Counter((byte, bit) for byte in range(KINDS[name].nbytes) for bit in range(8))


@pytest.mark.parametrize("name", LAYOUTS)
def test_there_is_a_code_for_each_weight_and_a_factor_for_each_group(name: str) -> None:
    layout = LAYOUTS[name]
    assert layout.codes.total == KINDS[name].elements
    assert sum(bits.total for bits in layout.codes.high) in (0, layout.codes.total)
    if layout.factors is None:
        assert layout.groups == 1
    else:
        assert layout.factors.total == layout.groups * (1 if layout.minimum is None else 2)
        assert sum(bits.total for bits in layout.factors.high) in (0, layout.factors.total)
