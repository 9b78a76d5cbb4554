"""A header read column by column gives what the reader of every form gives, or is left to that one."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hostile.builders import safetensors_bytes
from hypothesis import given, settings
from hypothesis import strategies as st

from loadstone.checkpoint.faults import Faults
from loadstone.checkpoint.safetensors import read as safetensors
from loadstone.checkpoint.safetensors.fast_header import read_columns
from loadstone.core.tensors import BY_CODE

PATH = Path("/nowhere/model.safetensors")


def header(tensors: list[tuple[str, str, list[int]]], metadata: dict[str, Any] | None = None) -> tuple[bytes, int]:
    """A header as the libraries write it, and the number of data bytes."""
    entries: dict[str, Any] = {} if metadata is None else {"__metadata__": metadata}
    reached = 0
    for name, code, shape in tensors:
        end = reached + math.prod(shape) * BY_CODE[code].bits // 8
        entries[name] = {"dtype": code, "shape": shape, "data_offsets": [reached, end]}
        reached = end
    return json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode(), reached


def read(text: bytes, nbytes: int) -> Any:
    return read_columns(PATH, text, 8 + len(text) + nbytes)


SOUND = [("a.weight", "BF16", [3, 4]), ("a.bias", "F32", [3]), ("é: x", "I64", []), ("empty", "F16", [0, 7])]


@pytest.mark.parametrize("metadata", [None, {}, {"format": "pt"}, {"a": '{"b":[1,2]},"'[:5], "c": "}"}])
@pytest.mark.parametrize("padding", [0, 5])
def test_a_header_as_libraries_write_it_is_read_by_columns(metadata: dict[str, str] | None, padding: int) -> None:
    text, nbytes = header(SOUND, metadata)
    found = read(text + b" " * padding, nbytes)
    assert found is not None
    tensors, said = found
    assert [(t.name, t.dtype.code, list(t.shape)) for t in tensors] == SOUND
    assert said == (metadata or {})
    start = 8 + len(text) + padding
    assert [(t.offset, t.nbytes) for t in tensors] == [
        (start, 24),
        (start + 24, 12),
        (start + 36, 8),
        (start + 44, 0),
    ]
    assert all(t.file is PATH and t.strides is None and t.slices == () for t in tensors)


def test_tensors_of_one_shape_share_one_tuple() -> None:
    text, nbytes = header([(f"experts.{i}", "BF16", [2, 3]) for i in range(4)])
    assert len({id(tensor.shape) for tensor in read(text, nbytes)[0]}) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"a.bias"', b'"a.weight"'),
        (b'"a.bias"', b'"a\\u002ebias"'),
        (b'"a.bias"', b'"a\tbias"'),
        (b'"a.bias"', b'"a"bias"'),
        (b'"a.bias"', b'"__metadata__"'),
        (b'"a.bias"', b'"\xff"'),
        (b'"a.bias"', b' "a.bias"'),
        (b"[24,36]", b"[24,36,36]"),
        (b"[24,36]", b"[24,,36]"),
        (b"[24,36]", b"[24,036]"),
        (b"[24,36]", b"[24,35]"),
        (b"[24,36]", b"[25,36]"),
        (b"[24,36]", b"[24, 36]"),
        (b"[24,36]", b"[24,36.0]"),
        (b'"F32"', b'"F33"'),
        (b'"F32"', b'"F16"'),
        (b'"F32","shape":[3]', b'"F32","shape":[03]'),
        (b'"F32","shape":[3]', b'"F32","shape":[3,]'),
        (b'"F32","shape":[3]', b'"F32","shape":[-3]'),
        (b'"F32","shape":[3]', b'"F32","shape":[3],"x":1'),
        (b"[0,7]", b"[9999999999,9999999999,0]"),
        (b"}}", b"}},"),
        (b"}}", b"}}}"),
        (b"}}", b"}"),
        (b"}}", b'},"'),
        (b"}}", b'},"}'),
        (b"}}", b"}}\n"),
        (b'{"a.weight"', b'{,"a.weight"'),
        (b'{"a.weight"', b'{"__metadata__":{"a":1},"a.weight"'),
        (b'{"a.weight"', b'{"__metadata__":{"a":"1","a":"2"},"a.weight"'),
        (b'{"a.weight"', b'{"__metadata__":null,"a.weight"'),
        (b'{"a.weight"', b'{"__metadata__":{"a":NaN},"a.weight"'),
        (b'{"a.weight"', b'{"__metadata__":{},,"a.weight"'),
        (b'{"a.weight"', b"{"),
    ],
)
def test_what_differs_in_the_least_is_left_to_the_reader_of_every_form(old: bytes, new: bytes) -> None:
    text, nbytes = header(SOUND)
    assert old in text
    assert read(text.replace(old, new), nbytes) is None


def test_data_that_ends_elsewhere_is_left_to_the_reader_of_every_form() -> None:
    text, nbytes = header(SOUND)
    assert read(text, nbytes - 1) is None
    assert read(text, nbytes + 1) is None


@pytest.mark.parametrize("text", [b"", b"{", b"{}", b"[]", b'{"', b'{"__metadata__":{}}', b'{"__metadata__":', b"]}}"])
def test_headers_without_tensors_are_left_to_the_reader_of_every_form(text: bytes) -> None:
    assert read(text, 0) is None


NAMES = st.sampled_from(["a", "b.weight", "x:y", "", "é", '},"', "__metadata__ ", '":{"dtype":"F32"', "\u00a0"])
TENSORS = st.lists(
    st.tuples(NAMES, st.sampled_from(["F32", "BF16", "U8", "F4"]), st.lists(st.sampled_from([0, 1, 2, 8]), max_size=3)),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each[0],
)
SNIPPETS = st.sampled_from([*(bytes([c]) for c in b'",:{}[]\\0123456789 \t\xff'), b"", b'",', b"]}", b'},"', b'":{'])


@settings(max_examples=300, deadline=None)
@given(
    tensors=TENSORS,
    metadata=st.sampled_from([None, {}, {"format": "pt"}, {"k": '},"a":{'}]),
    cuts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), SNIPPETS), max_size=2),
    more=st.integers(-1, 1),
)
def test_both_readers_agree(
    tensors: list[tuple[str, str, list[int]]],
    metadata: dict[str, str] | None,
    cuts: list[tuple[int, int, bytes]],
    more: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    text, nbytes = header(tensors, metadata)
    for start, count, snippet in cuts:
        text = text[: start % len(text)] + snippet + text[start % len(text) + count :]
    path = tmp_path_factory.getbasetemp() / "agree.safetensors"
    path.write_bytes(safetensors_bytes(text, bytes(max(0, nbytes + more)), len(text)))
    fast = read_columns(path, text, path.stat().st_size)
    with mock.patch.object(safetensors, "read_columns", return_value=None):
        slow = safetensors.read_header(path, Faults())
    if fast is not None:
        assert slow is not None
        assert fast == (slow.tensors, slow.metadata)
