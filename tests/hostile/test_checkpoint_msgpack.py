"""Flax files that are cut short, contradict themselves, or try to use up the machine."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.errors import CheckpointError, CorruptCheckpoint, FaultsError


def payload(shape: Any = (2, 2), dtype: Any = "float32", data: Any = bytes(16)) -> bytes:
    return msgpack.packb((shape, dtype, data), use_bin_type=True)


def array(*args: Any, code: int = 1, **fields: Any) -> msgpack.ExtType:
    return msgpack.ExtType(code, payload(*args, **fields))


def chunked(shape: Any = None, chunks: Any = None) -> dict[str, Any]:
    return {
        "__msgpack_chunked_array__": True,
        "shape": {"0": 4} if shape is None else shape,
        "chunks": {"0": array((3,), data=bytes(12)), "1": array((1,), data=bytes(4))} if chunks is None else chunks,
    }


def raw(*parts: Any) -> bytes:
    """Bytes as they are, and everything else packed."""
    return b"".join(part if isinstance(part, bytes) else msgpack.packb(part) for part in parts)


SOUND = {"model": {"q": {"kernel": array(), "bias": array((4,), data=bytes(16))}, "table": chunked()}}


def refusal(tmp_path: Path, content: bytes, kind: type[FaultsError] = CorruptCheckpoint) -> str:
    path = tmp_path / "flax_model.msgpack"
    path.write_bytes(content)
    with pytest.raises(kind) as caught:
        open_checkpoint(path)
    assert type(caught.value) is kind
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_the_builders_make_a_file_that_opens(tmp_path: Path) -> None:
    """Else the refusals below would say nothing."""
    path = tmp_path / "a.msgpack"
    path.write_bytes(raw(SOUND))
    assert set(open_checkpoint(path)) == {"model.q.weight", "model.q.bias", "model.table"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "0 bytes in all: at least 1 are missing"),
        (raw([1]), "a map at its start, found a list"),
        (raw(array()), "a map at its start, found ext"),
        (raw(SOUND, b"\xc0"), "found 1 more behind the map"),
        (b"\xc1", "expected MessagePack, up to byte 1, found the byte 0xc1"),
        (raw(SOUND)[:-5], "17 bytes from byte 175 on, found 187 bytes in all: at least 5 are missing"),
        (raw(b"\x81", 3, array()), "text as the key of a map, up to byte 2, found an integer"),
        (raw(b"\x81", b"\xa1\xff", array()), "a key in UTF-8"),
        (raw(b"\x82", "a", array(), "a", array()), "each key once in a map, up to byte"),
        (raw(b"\x82", "a", {"x": array()}, "a", {"y": array()}), "'a' twice"),
        (raw({"a" * 5000: array()}), "a key of at most 4096 bytes"),
        (raw({"a": {"b": [array()]}}), "expected an array in 'a/b'"),
        (raw({"a": {"scale": array(), "kernel": array()}}), "one array of this name, found 'a/scale' and 'a/kernel'"),
        (raw({"a.b": array(), "a": {"b": array()}}), "one array of this name"),
    ],
)
def test_a_file_that_is_no_map_of_arrays_is_refused_and_the_place_named(
    tmp_path: Path, content: bytes, found: str
) -> None:
    assert found in refusal(tmp_path, content)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, "found nil"),
        (True, "found a bool"),
        (7, "found an integer"),
        (-(2**40), "found an integer"),
        (2.5, "found a float"),
        ("text", "found text"),
        (b"bytes", "found bytes"),
        (msgpack.ExtType(2, msgpack.packb((1.0, 2.0))), "found a value of ext type 2"),
        (msgpack.ExtType(77, b"x"), "found a value of ext type 77"),
    ],
)
def test_leaves_that_are_no_arrays_are_all_named_with_the_next_step(tmp_path: Path, value: Any, found: str) -> None:
    message = refusal(tmp_path, raw({"step": value, "a": array(), "b": {"c": value}}))
    assert "tensor 'step'" in message and "tensor 'b/c'" in message and found in message
    assert "flax.serialization.to_bytes(state.params)" in message


@pytest.mark.parametrize(
    ("leaf", "found"),
    [
        (array((2, 3)), "expected 24 bytes for float32 of shape [2, 3], found 16"),
        (array((2,)), "expected 8 bytes"),
        (array(dtype="float64"), "expected 32 bytes"),
        (array((-1, 4)), "a shape: integers from 0 on"),
        (array((2.0, 2)), "a shape: integers from 0 on"),
        (array((2**63, 2)), "fewer than 2⁶³ elements"),
        (array((0, 2**40, 2**40), data=b""), "fewer than 2⁶³ elements"),
        (array([1] * 65), "at most 64 sizes"),
        (array("ab"), "a shape: a list"),
        (array(dtype=3), "the name of a dtype"),
        (array(data="text"), "the bytes of an array"),
        (msgpack.ExtType(1, payload() + b"\0"), "17 bytes in the array, as its ext says in 'a/b'"),
        (msgpack.ExtType(1, payload()[:-1]), "15 bytes in the array, as its ext says"),
        (msgpack.ExtType(1, payload()[:4]), "bytes more in the array"),
        (msgpack.ExtType(1, msgpack.packb([1, 2])), "shape, dtype and bytes of an array"),
        (msgpack.ExtType(1, msgpack.packb([1, 2, 3, 4])), "shape, dtype and bytes of an array"),
        (msgpack.ExtType(1, b""), "bytes more in the array"),
    ],
)
def test_an_array_that_contradicts_itself_is_refused(tmp_path: Path, leaf: Any, found: str) -> None:
    assert found in refusal(tmp_path, raw({"a": {"b": leaf, "c": array()}}))


def test_faults_of_several_arrays_are_reported_together(tmp_path: Path) -> None:
    message = refusal(tmp_path, raw({"a": array((3,)), "b": array(), "c": array((5,))}))
    assert "tensor 'a'" in message and "tensor 'c'" in message and "tensor 'b'" not in message


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"__msgpack_chunked_array__": False, "shape": {}, "chunks": {}}, "true, then the shape"),
        ({"__msgpack_chunked_array__": True, "chunks": {}, "shape": {}}, "true, then the shape"),
        ({"__msgpack_chunked_array__": True}, "an array, found a bool"),
        (chunked(shape=[4]), "a shape: a map"),
        (chunked(shape={"1": 4}), "the key '0'"),
        (chunked(shape={"0": "x"}), "a shape: integers"),
        (chunked(shape={"0": 5}), "5 elements for shape [5]"),
        (chunked(shape={"0": 2**40, "1": 2**40}), "fewer than 2⁶³ elements"),
        (chunked(chunks={}), "a map of 1 to 4096 chunks"),
        (chunked(chunks=[]), "a map of 1 to 4096 chunks"),
        (chunked(chunks={"1": array()}), "the key '0'"),
        (chunked(chunks={"0": array()}), "flat chunks of one dtype"),
        (chunked(chunks={"0": array((4,)), "1": array((0,), data=b"")}), "flat chunks of one dtype"),
        (chunked(chunks={"0": array((2,), data=bytes(8)), "1": array((2,), "int32", bytes(8))}), "of one dtype"),
        (chunked(chunks={"0": array((4,), code=3)}), "an array as chunk 0"),
        (chunked(chunks={"0": 3}), "an array as chunk 0"),
        (chunked(chunks={"0": array((5,))}), "expected 20 bytes"),
    ],
)
def test_an_array_in_parts_that_contradicts_itself_is_refused(tmp_path: Path, value: Any, found: str) -> None:
    assert found in refusal(tmp_path, raw({"a": value}))


def test_a_git_lfs_pointer_is_named(tmp_path: Path) -> None:
    assert "git lfs pull" in refusal(tmp_path, b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")


# Bombs: bounded work and memory, whatever the file says

ENTRY = raw("a", b"\x80")
BOMBS = {
    "a map of four billion entries": b"\xdf\xff\xff\xff\xff" + ENTRY * 1000,
    "a key of four gigabytes": b"\x81\xdb\xff\xff\xff\xff" + b"x" * 1000,
    "an array of four gigabytes": b"\x81\xa1a\xc9\xff\xff\xff\xff\x01" + payload(),
    "an array whose bytes are four gigabytes": raw(
        b"\x81", "a", msgpack.ExtType(1, b"\x93\x90\xa1x\xc6\xff\xff\xff\xff")
    ),
    "a shape of four billion sizes": raw(b"\x81", "a", msgpack.ExtType(1, b"\x93\xdd\xff\xff\xff\xff" + bytes(1000))),
    "maps a million deep": raw(b"\x81", "a") * 1_000_000,
    "lists a million deep": raw(b"\x81", "a", b"\x91" * 1_000_000),
    "a million numbers": raw(b"\xdf", (1_000_000).to_bytes(4, "big"), *(raw(f"{n:x}", n) for n in range(1_000_000))),
    "long paths over and over": raw(
        b"\x81",
        "x" * 4000,
        b"\x81",
        "y" * 4000,
        b"\xdf\x00\x01\x00\x00",
        *(raw(f"{n:x}", array()) for n in range(65536)),
    ),
    "a million chunks": raw({"a": chunked(chunks={str(n): array((1,), data=bytes(4)) for n in range(5000)})}),
    "chunks in a shape of many dimensions": raw({"a": chunked(shape={str(n): 1 for n in range(1000)})}),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_quickly_and_in_little_memory(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "flax_model.msgpack"
    path.write_bytes(BOMBS[bomb])
    tracemalloc.start()
    start = time.monotonic()
    with pytest.raises(CorruptCheckpoint) as caught:
        open_checkpoint(path)
    elapsed_s, (_, peak) = time.monotonic() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(str(caught.value)) < 30_000
    assert elapsed_s < 20
    assert peak < 2_000_000 + 40 * path.stat().st_size


def test_the_description_of_a_file_is_bounded_however_large_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loadstone.checkpoint.flax.msgpack.MAX_NBYTES", 10_000)
    assert "at most 10000 bytes of names" in refusal(tmp_path, raw({str(n): {} for n in range(1000)}))


# Every change of a sound file: still a sound one, or our error


def outcome(path: Path) -> Checkpoint | None:
    """The checkpoint, with every tensor read; None for one of our errors that names the file."""
    try:
        checkpoint = open_checkpoint(path)
    except CheckpointError as error:
        assert str(path) in str(error) and len(str(error)) < 20_000
        return None
    nbytes = path.stat().st_size
    for name, stored in checkpoint.items():
        assert 0 <= stored.offset <= stored.offset + stored.nbytes <= nbytes
        assert len(checkpoint.read(name)) == np.prod(stored.shape, dtype=object) * stored.dtype.bits // 8
    return checkpoint


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    content, path = raw(SOUND), tmp_path / "a.msgpack"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert outcome(path) is None


def changed(content: bytes) -> Iterator[bytes]:
    """Each byte in turn with each of its bits flipped, and as those that mean most to MessagePack."""
    for at, old in enumerate(content):
        for new in {old ^ (1 << bit) for bit in range(8)} | {0x00, 0x80, 0x93, 0xC1, 0xC6, 0xC9, 0xDF, 0xFF}:
            yield content[:at] + bytes([new]) + content[at + 1 :]


def test_every_changed_byte_gives_tensors_within_the_file_or_our_error(tmp_path: Path) -> None:
    path, opened = tmp_path / "a.msgpack", 0
    for content in changed(raw(SOUND)):
        path.write_bytes(content)
        opened += outcome(path) is not None
    assert opened > 500  # a change in an array's own bytes is no fault


@given(st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_any_bytes_moved_doubled_or_lost_give_tensors_within_the_file_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance, content = random.Random(seed), raw(SOUND)
    for _ in range(chance.randint(1, 4)):
        start, stop, to = sorted(chance.randrange(len(content) + 1) for _ in range(3))
        content = chance.choice([content[:start] + content[stop:], content[:to] + content[start:stop] + content[to:]])
        content = content or b"\x80"
    path = tmp_path_factory.mktemp("moved") / "a.msgpack"
    path.write_bytes(content)
    outcome(path)
