"""GGUF files: what Loadstone reads of them is what the ``gguf`` package reads."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadstone.checkpoint.faults import Faults
from loadstone.checkpoint.gguf.header import Header, read_header, read_metadata
from loadstone.quantization.ggml_types import TYPES

NUMBERS = {
    "uint8": st.integers(0, 255),
    "int8": st.integers(-128, 127),
    "uint16": st.integers(0, 2**16 - 1),
    "int16": st.integers(-(2**15), 2**15 - 1),
    "uint32": st.integers(0, 2**32 - 1),
    "int32": st.integers(-(2**31), 2**31 - 1),
    "uint64": st.integers(0, 2**64 - 1),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "float32": st.floats(width=32, allow_nan=False),
    "float64": st.floats(allow_nan=False),
    "bool": st.booleans(),
    "string": st.text(max_size=40),
}
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
ARRAYS = st.one_of(
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=9),
    st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=9),
    st.lists(st.text(max_size=300), min_size=1, max_size=9),
    st.lists(st.booleans(), min_size=1, max_size=9),
)


def header_of(path: Path) -> Header:
    faults = Faults()
    header = read_header(path, faults)
    faults.raise_if_any()
    assert header is not None
    return header


def written(path: Path, fill: Callable[[gguf.GGUFWriter], None], arch: str = "llama") -> Path:
    writer = gguf.GGUFWriter(path, arch)
    fill(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def assert_as_gguf_reads_it(path: Path) -> None:
    """Every value, and every tensor with its place."""
    theirs, ours = gguf.GGUFReader(path), header_of(path)
    fields = {name: field for name, field in theirs.fields.items() if not name.startswith("GGUF.")}
    assert dict(ours.metadata) == {name: field.contents() for name, field in fields.items()}
    assert {each.name: (each.type.name, each.shape, each.offset, each.nbytes) for each in ours.entries} == {
        each.name: (each.tensor_type.name, tuple(map(int, each.shape[::-1])), each.data_offset, each.n_bytes)
        for each in theirs.tensors
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        KEYS, st.sampled_from(sorted(NUMBERS)).flatmap(lambda kind: st.tuples(st.just(kind), NUMBERS[kind]))
    ),
    st.dictionaries(KEYS, ARRAYS),
    st.dictionaries(KEYS, st.lists(st.integers(1, 5), max_size=4)),
    st.sampled_from([8, 32, 64, 4096]),
)
def test_values_and_places_are_those_that_the_gguf_package_reads(
    tmp_path: Path, values: dict[str, Any], arrays: dict[str, Any], shapes: dict[str, list[int]], alignment: int
) -> None:
    def fill(writer: gguf.GGUFWriter) -> None:
        writer.add_custom_alignment(alignment)
        for key, (kind, value) in values.items():
            getattr(writer, f"add_{kind}")(f"a.{key}", value)
        for key, items in arrays.items():
            writer.add_array(f"b.{key}", items)
        for name, shape in shapes.items():
            writer.add_tensor(name, np.ones(shape or (1,), np.float32))

    assert_as_gguf_reads_it(written(tmp_path / "x.gguf", fill))


def test_a_real_file_is_read_as_the_gguf_package_reads_it(smollm2: Path) -> None:
    assert_as_gguf_reads_it(smollm2)


def test_every_type_has_the_blocks_that_the_gguf_package_knows() -> None:
    known = {each.name: size for each, size in gguf.GGML_QUANT_SIZES.items()}
    assert {each.name: (each.elements, each.nbytes) for each in TYPES.values()} == known
    assert {number: each.name for number, each in TYPES.items()} == {
        each.value: each.name for each in gguf.GGMLQuantizationType
    }


def test_a_vocabulary_is_stepped_over_and_read_when_asked_for(tmp_path: Path) -> None:
    words = [f"word {number}" for number in range(100_000)]
    path = written(tmp_path / "x.gguf", lambda writer: writer.add_array("tokenizer.ggml.tokens", words))
    tracemalloc.start()
    try:
        metadata = read_metadata(path)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 5 * path.stat().st_size  # the header's bytes; no string of Python's, which takes 50
    assert metadata.length("tokenizer.ggml.tokens") == 100_000
    assert metadata["tokenizer.ggml.tokens"] == words


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_arrays_in_arrays_are_read(depth: int, tmp_path: Path) -> None:
    from hostile.gguf_builder import ARRAY, STRING, U32, array, gguf_bytes, string

    raw, expected = array(STRING, [string("a"), string("é")]), ["a", "é"]
    for _ in range(depth):
        raw, expected = array(ARRAY, [raw, array(U32, [])]), [expected, []]  # type: ignore[list-item]
    (tmp_path / "x.gguf").write_bytes(gguf_bytes([("k", ARRAY, raw)]))
    assert read_metadata(tmp_path / "x.gguf")["k"] == expected
