"""Damaged safetensors files: the error names file, tensor, what was expected and what was found.

Which files are refused at all is held by ``tests/checkpoint/test_safetensors_differential.py``.
"""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hostile.builders import entry, floats, safetensors_bytes, write_shards

from loadstone.checkpoint import open_checkpoint
from loadstone.errors import CorruptCheckpoint, UnsupportedDType


def refusal(tmp_path: Path, content: bytes) -> str:
    """The message, of one line for its one fault."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(CorruptCheckpoint) as caught:
        open_checkpoint(path)
    assert len(caught.value.faults) == 1
    assert str(path) in str(caught.value)
    return str(caught.value.faults[0])


def test_truncated_file_names_the_file_and_the_missing_bytes(tmp_path: Path) -> None:
    whole = floats(a=[100])
    message = refusal(tmp_path, whole[:-123])
    assert f"expected {len(whole)} bytes, found {len(whole) - 123}: 123 bytes are missing" in message


def test_truncated_shard_names_the_file_and_the_missing_bytes(tmp_path: Path) -> None:
    write_shards(
        tmp_path,
        {"1.safetensors": floats(a=[100]), "2.safetensors": floats(b=[100])[:-8]},
        {"a": "1.safetensors", "b": "2.safetensors"},
    )
    with pytest.raises(CorruptCheckpoint, match=r"2\.safetensors.*8 bytes are missing") as caught:
        open_checkpoint(tmp_path)
    assert len(caught.value.faults) == 1


def test_a_file_cut_in_its_header_names_the_missing_bytes(tmp_path: Path) -> None:
    message = refusal(tmp_path, safetensors_bytes(b"{" + b" " * 50, length=100))
    assert "expected a header of 100 bytes, found 51: 49 bytes are missing" in message


@pytest.mark.parametrize("nbytes", [0, 7])
def test_a_file_too_short_for_a_length_is_named(tmp_path: Path, nbytes: int) -> None:
    assert f"expected at least 8 bytes, found {nbytes}" in refusal(tmp_path, bytes(nbytes))


def test_an_absurd_header_length_is_refused_before_anything_is_allocated(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes(b"{}", length=2**63))
    tracemalloc.start()
    with pytest.raises(CorruptCheckpoint, match=r"at most 100000000 bytes.*9223372036854775808"):
        open_checkpoint(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_web_page_in_the_place_of_weights_shows_how_it_starts(tmp_path: Path) -> None:
    assert "<!DOCTYPE html>" in refusal(tmp_path, b"<!DOCTYPE html><html>not found</html>")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b'{"a": }', "Expecting value at character 6"),
        (b'{"a\xff": 1}', "not UTF-8 at byte 3"),
        (b'{"a": NaN}', "NaN, which is not JSON"),
        (b"[]", "a JSON list"),
        (b"[" * 100_000, "nested too deeply"),
        (
            b'{"a": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0], "x": ' + b"[" * 200 + b"]" * 200 + b"}}",
            "nested more than 127 levels deep",
        ),
    ],
)
def test_a_corrupt_header_says_what_is_wrong_with_it(tmp_path: Path, header: bytes, found: str) -> None:
    assert found in refusal(tmp_path, safetensors_bytes(header))


def test_a_repeated_tensor_is_refused_and_named(tmp_path: Path) -> None:
    one = b'"layer": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}'
    assert "the key 'layer' twice" in refusal(tmp_path, safetensors_bytes(b"{" + one + b"," + one + b"}", b"x"))


def test_a_repeated_key_inside_an_entry_is_refused_though_names_hold_colons(tmp_path: Path) -> None:
    header = b'{"x:y": {"dtype": "U8", "dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}'
    assert "the key 'dtype' twice" in refusal(tmp_path, safetensors_bytes(header, b"x"))


def test_an_unknown_dtype_code_is_named_with_its_tensor(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes({"layer": entry("C128", [1], 0, 16)}, bytes(16)))
    with pytest.raises(UnsupportedDType, match=r"model\.safetensors: tensor 'layer'.*found 'C128'"):
        open_checkpoint(path)


def test_a_size_that_disagrees_with_dtype_and_shape_gives_both(tmp_path: Path) -> None:
    message = refusal(tmp_path, safetensors_bytes({"layer": entry("F16", [3, 5], 0, 32)}, bytes(32)))
    assert "tensor 'layer': expected 30 bytes for float16 of shape [3, 5], found 32 bytes" in message


def test_a_shape_that_overflows_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, safetensors_bytes({"layer": entry("F32", [2**62, 4], 0, 0)}))
    assert "tensor 'layer'" in message and "[4611686018427387904, 4]" in message


def test_overlapping_tensors_are_named(tmp_path: Path) -> None:
    header = {"a": entry("U8", [4], 0, 4), "b": entry("U8", [4], 2, 6)}
    message = refusal(tmp_path, safetensors_bytes(header, bytes(6)))
    assert "tensor 'b'" in message and "overlaps" in message


def test_a_hole_between_tensors_is_named(tmp_path: Path) -> None:
    header = {"a": entry("U8", [4], 0, 4), "b": entry("U8", [4], 6, 10)}
    message = refusal(tmp_path, safetensors_bytes(header, bytes(10)))
    assert "tensor 'b'" in message and "leaves a hole" in message


def test_trailing_bytes_are_counted(tmp_path: Path) -> None:
    assert "5 more that no tensor claims" in refusal(tmp_path, floats(a=[2]) + b"extra")


def test_all_faults_of_a_file_are_reported_together(tmp_path: Path) -> None:
    header = {
        "a": entry("F32", [1], 0, 3),
        "b": ["F32", [1], [0, 4]],
        "c": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]},
        "d": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]},
        "e": {"dtype": 3, "shape": [1], "data_offsets": [0, 4]},
        "f": {"shape": [1], "data_offsets": [0, 4]},
        "g": entry("F99", [1], 0, 4),
        "__metadata__": {"k": 1},
    }
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes(header, bytes(4)))
    with pytest.raises(CorruptCheckpoint) as caught:
        open_checkpoint(path)
    wheres = " ".join(fault.where for fault in caught.value.faults)
    assert len(caught.value.faults) == 8
    assert all(f"'{name}'" in wheres for name in "abcdefg") and "__metadata__" in wheres


def test_a_name_with_control_characters_cannot_forge_the_message(tmp_path: Path) -> None:
    message = refusal(tmp_path, safetensors_bytes({"x\n\x1b[31mall is well": entry("F32", [1], 0, 3)}, bytes(3)))
    assert "\n" not in message and "\x1b" not in message


def test_a_very_long_name_is_shortened_in_the_message(tmp_path: Path) -> None:
    assert len(refusal(tmp_path, safetensors_bytes({"x" * 100_000: entry("F32", [1], 0, 3)}, bytes(3)))) < 1000


@pytest.mark.parametrize("count", [40, 100_000])
@pytest.mark.parametrize("last", [1, 0])
def test_sizes_whose_product_no_machine_can_hold_are_refused_at_once(tmp_path: Path, count: int, last: int) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes({"a": entry("F32", [2**63] * count + [last], 0, 0)}))
    with pytest.raises(CorruptCheckpoint, match="tensor 'a': expected fewer than 2⁶⁴ elements"):
        open_checkpoint(path)
