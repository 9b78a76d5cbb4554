"""Damaged GGUF files: the error names file, key or tensor, what was expected and found; nothing is allocated."""

from __future__ import annotations

import contextlib
import re
import struct
import tracemalloc
from pathlib import Path

import pytest
from hostile.gguf_builder import ARRAY, BOOL, STRING, U32, U64, Tensor, Value, array, gguf_bytes, string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadstone.checkpoint.gguf.header import read_metadata
from loadstone.errors import CorruptCheckpoint

F32, Q4_0 = 0, 2
ARCHITECTURE: Value = ("general.architecture", STRING, string("llama"))
SOUND = gguf_bytes(
    [
        ARCHITECTURE,
        ("llama.block_count", U32, struct.pack("<I", 1)),
        ("tokenizer.ggml.tokens", ARRAY, array(STRING, map(string, ["a", "b", "cde"]))),
        ("nested", ARRAY, array(ARRAY, [array(U32, [struct.pack("<I", 7)])])),
    ],
    [("a", (4, 3), F32, 0), ("b", (32, 2), Q4_0, 64)],
    bytes(64 + 36),
)


def refusal(tmp_path: Path, content: bytes) -> str:
    """The message; no more is allocated than a few times the file."""
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(CorruptCheckpoint) as caught:
            read_metadata(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert str(path) in str(caught.value)
    return str(caught.value)


def values(*found: Value) -> bytes:
    return gguf_bytes(found)


def tensors(*found: Tensor, data: bytes = bytes(256)) -> bytes:
    return gguf_bytes([ARCHITECTURE], found, data)


def nested(depth: int) -> bytes:
    raw = array(U32, [])
    for _ in range(depth):
        raw = array(ARRAY, [raw])
    return raw


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", r"starts with b'GGUF'", id="nothing"),
        pytest.param(b"GGML" + SOUND[4:], r"starts with b'GGUF', found b'GGML'", id="another format"),
        pytest.param(b"GGUF\3", r"expected 8 bytes, found 5: 3 bytes of the header are missing", id="cut in version"),
        pytest.param(b"GGUF" + struct.pack(">I", 3) + SOUND[8:], r"little-endian.*big-endian", id="big-endian"),
        pytest.param(gguf_bytes(version=1), r"version 2 or 3, found version 1", id="version 1"),
        pytest.param(gguf_bytes(version=4), r"version 4", id="a version to come"),
        pytest.param(gguf_bytes(counts=(2**63, 0)), r"found 0 values and 9223372036854775808", id="tensors"),
        pytest.param(gguf_bytes(counts=(0, 2**64 - 1)), r"found 18446744073709551615 values", id="values"),
        pytest.param(values(("k", STRING, struct.pack("<Q", 2**64 - 1))), r"'k'.*missing", id="a string's length"),
        pytest.param(values(("k", STRING, struct.pack("<Q", 2**63))), r"'k'.*missing", id="a signed length"),
        pytest.param(
            values(("k", ARRAY, array(U32, [], count=10**9))), r"'k'.*found 1000000000", id="an array of 10⁹ numbers"
        ),
        pytest.param(values(("k", ARRAY, array(STRING, [], count=10**9))), r"'k'.*1000000000", id="10⁹ strings"),
        pytest.param(values(("k", ARRAY, array(ARRAY, [], count=10**9))), r"'k'.*1000000000", id="10⁹ arrays"),
        pytest.param(values(("k", ARRAY, array(U64, [], count=2**61))), r"'k'.*2305843009213693952", id="8 × 2⁶¹ is 0"),
        pytest.param(
            values(("k", ARRAY, array(STRING, [struct.pack("<Q", 2**64 - 8)] * 9))), r"'k'.*missing", id="item's length"
        ),
        pytest.param(values(("k", ARRAY, nested(4))), r"'k'.*at most 4 deep", id="nested too deep"),
        pytest.param(values(("k", 13, b"")), r"'k'.*found type 13", id="a type of value"),
        pytest.param(values(("k", ARRAY, array(99, [b"12345678"]))), r"'k'.*found type 99", id="a type of item"),
        pytest.param(values(("k", BOOL, b"\2")), r"'k'.*expected a bool of 0 or 1, found 2", id="a bool of 2"),
        pytest.param(values(("k", ARRAY, array(BOOL, [b"\2"]))), r"'k'.*bools of 0 and 1", id="bools of 2"),
        pytest.param(values(("k", STRING, string(b"\xff"))), r"'k'.*UTF-8", id="no text"),
        pytest.param(values(ARCHITECTURE, ARCHITECTURE), r"'general.architecture'.*expected one value", id="twice"),
        *(
            pytest.param(
                values(("general.alignment", kind, raw)), r"'general.alignment'.*a power of two", id=f"alignment {id}"
            )
            for id, kind, raw in [
                ("0", U32, struct.pack("<I", 0)),
                ("24", U32, struct.pack("<I", 24)),
                ("2⁶³", U64, struct.pack("<Q", 2**63)),
                ("true", BOOL, b"\1"),
                ("text", STRING, string("32")),
            ]
        ),
        pytest.param(tensors(("t", (1,) * 5, F32, 0)), r"'t'.*at most 4 dimensions, found 5", id="dimensions"),
        pytest.param(tensors(("t", (2**32, 2**32), F32, 0)), r"'t'.*fewer than 2⁶³", id="dimensions that overflow"),
        pytest.param(tensors(("t", (2**62,), F32, 0)), r"'t'.*bytes are missing", id="bytes that overflow"),
        pytest.param(tensors(("t", (8,), F32, 2**64 - 32)), r"'t'.*bytes are missing", id="an offset that overflows"),
        pytest.param(tensors(("t", (8,), F32, 8)), r"'t'.*a multiple of 32, found 8", id="an offset between"),
        pytest.param(tensors(("t", (8,), 4, 0)), r"'t'.*found type 4", id="a type that is gone"),
        pytest.param(tensors(("t", (8,), 2**32 - 1, 0)), r"'t'.*found type 4294967295", id="a type of tensor"),
        pytest.param(tensors(("t", (48,), Q4_0, 0)), r"'t'.*whole blocks of 32.*\(48,\)", id="part of a block"),
        pytest.param(
            tensors(("t", (8,), F32, 0), ("t", (8,), F32, 32)), r"'t'.*expected one tensor of this name", id="one name"
        ),
        pytest.param(
            tensors(("t", (16,), F32, 0), ("u", (8,), F32, 32)), r"'u'.*bytes of its own", id="one over the other"
        ),
        pytest.param(tensors(("t", (65,), F32, 0)), r"'t'.*4 bytes are missing", id="cut in the data"),
    ],
)
def test_a_damaged_file_is_refused_and_says_why(content: bytes, message: str, tmp_path: Path) -> None:
    assert re.search(message, refusal(tmp_path, content))


def test_several_faults_of_the_table_are_told_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, tensors(("t", (8,), 4, 0), ("u", (8,), F32, 8), ("v", (48,), Q4_0, 32)))
    assert all(f"tensor '{name}'" in message for name in "tuv")


@pytest.mark.parametrize("nbytes", range(4, len(SOUND), 7))
def test_a_file_cut_anywhere_is_refused(nbytes: int, tmp_path: Path) -> None:
    message = refusal(tmp_path, SOUND[:nbytes])
    assert "missing" in message or "can hold" in message or "for which there are bytes" in message


def test_a_list_that_is_no_text_is_refused_when_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(values(("k", ARRAY, array(STRING, [string("a"), string(b"\xff\xfe")]))))
    metadata = read_metadata(path)
    with pytest.raises(CorruptCheckpoint, match=r"key 'k'.*UTF-8"):
        metadata["k"]


def test_a_file_that_shrank_is_refused_when_a_list_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(SOUND)
    metadata = read_metadata(path)
    path.write_bytes(SOUND[:120])
    with pytest.raises(CorruptCheckpoint, match="missing"):
        metadata["tokenizer.ggml.tokens"]


def test_a_git_lfs_pointer_says_what_to_do(tmp_path: Path) -> None:
    assert "git lfs pull" in refusal(tmp_path, b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=9)), min_size=1, max_size=4))
def test_no_change_of_bytes_leads_to_another_error(tmp_path: Path, changes: list[tuple[int, bytes]]) -> None:
    raw = bytearray(SOUND)
    for place, new in changes:
        raw[place : place + len(new)] = new
    path = tmp_path / "model.gguf"
    path.write_bytes(raw)
    with contextlib.suppress(CorruptCheckpoint):
        dict(read_metadata(path))
