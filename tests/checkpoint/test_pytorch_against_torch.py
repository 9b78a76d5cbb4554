"""What ``torch.save`` writes reads bit for bit as ``torch.load(weights_only=True)`` reads it, without torch."""

from __future__ import annotations

import collections
import math
import pickle
import struct
import tempfile
import warnings
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.core.tensors import BY_NAME, DType
from loadstone.errors import CheckpointError, UnsupportedDType

FORMATS = [True, False]
TYPED = ["float64", "float32", "float16", "bfloat16", "complex64", "int64", "int32", "int16", "int8", "uint8", "bool"]
UNTYPED = [dtype.value for dtype in DType if dtype.bits >= 8 and dtype.value not in TYPED]


def save(path: Path, value: object, zipped: bool) -> None:
    torch.save(value, path, _use_new_zipfile_serialization=zipped)


def raw(tensor: torch.Tensor) -> bytes:
    return bytes(tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy())


def assert_same(checkpoint: Checkpoint, tensors: Mapping[str, Any]) -> None:
    assert set(checkpoint) == {name for name, value in tensors.items() if isinstance(value, torch.Tensor)}
    for name, stored in checkpoint.items():
        assert stored.shape == tuple(tensors[name].shape), name
        assert stored.dtype is BY_NAME[str(tensors[name].dtype).removeprefix("torch.")], name
        assert bytes(checkpoint.read(name)) == raw(tensors[name]), name


def assert_round_trip(tmp_path: Path, tensors: Mapping[str, Any], zipped: bool) -> Checkpoint:
    path = tmp_path / "pytorch_model.bin"
    save(path, tensors, zipped)
    checkpoint = open_checkpoint(path)
    assert_same(checkpoint, torch.load(path, weights_only=True))
    assert_same(checkpoint, tensors)
    return checkpoint


@pytest.mark.parametrize("zipped", FORMATS)
@pytest.mark.parametrize("dtype", TYPED)
def test_every_dtype_with_a_storage_type(tmp_path: Path, dtype: str, zipped: bool) -> None:
    assert_round_trip(tmp_path, {"a": torch.randint(0, 2, (3, 4)).to(getattr(torch, dtype))}, zipped)


@pytest.mark.parametrize("dtype", UNTYPED)
def test_every_dtype_without_a_storage_type(tmp_path: Path, dtype: str) -> None:
    assert_round_trip(tmp_path, {"a": torch.randint(0, 2, (3, 4)).to(getattr(torch, dtype))}, True)


@pytest.mark.parametrize("dtype", UNTYPED)
def test_every_dtype_without_a_storage_type_in_the_old_format_which_torch_writes_but_cannot_read(
    tmp_path: Path, dtype: str
) -> None:
    tensor = torch.randint(0, 2, (3, 4)).to(getattr(torch, dtype))
    save(tmp_path / "a.bin", {"a": tensor}, False)
    assert_same(open_checkpoint(tmp_path / "a.bin"), {"a": tensor})


PLAIN: dict[str, object] = {
    "device": torch.device("cpu"),
    "device with a number": torch.device("cuda", 1),
    "set": {1, "two", (3, 4)},
    "empty set": set(),
    "bytes": b"xyz\xff",
    "bytearray": bytearray(b"ab"),
    "complex": 1 - 2j,
    "Counter": collections.Counter("aab"),
    "keys": {2.5: 1, None: 2, (1, "b"): 3, True: 4, math.nan: 5},
    "within": {"a": [{1}, {"b": (b"x", torch.device("meta"))}]},
}


@pytest.mark.parametrize("zipped", FORMATS)
@pytest.mark.parametrize("kind", PLAIN)
def test_plain_values_beside_tensors_are_passed_over_as_torch_reads_them(
    tmp_path: Path, kind: str, zipped: bool
) -> None:
    assert_round_trip(tmp_path, {"a": torch.ones(2), "beside": PLAIN[kind], "b": torch.zeros(3)}, zipped)


@pytest.mark.filterwarnings("ignore:ComplexHalf")
@pytest.mark.parametrize("dtype", [torch.complex128, torch.complex32])
def test_a_complex_tensor_beside_weights_is_passed_over_with_a_line(
    tmp_path: Path, dtype: torch.dtype, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "pytorch_model.bin"
    save(path, {"weight": torch.ones(2), "freqs_cis": torch.ones(2).to(dtype)}, True)
    assert_same(open_checkpoint(path), {"weight": torch.ones(2)})
    assert caplog.messages == [f"{path}: ignored tensors of complex128 or complex32: 'freqs_cis'"]


@pytest.mark.filterwarnings("ignore:ComplexHalf")
@pytest.mark.parametrize("dtype", ["complex128", "complex32", "float4_e2m1fn_x2"])
def test_a_dtype_that_has_no_name_here_is_said_to_be_unsupported(tmp_path: Path, dtype: str) -> None:
    tensor = torch.zeros(4, dtype=torch.uint8) if dtype.startswith("float4") else torch.zeros(4)
    tensor = tensor.view(torch.float4_e2m1fn_x2) if dtype.startswith("float4") else tensor.to(getattr(torch, dtype))
    save(tmp_path / "a.bin", {"layer": tensor}, True)
    with pytest.raises(UnsupportedDType, match=rf"a\.bin: tensor 'layer'.*{dtype}"):
        open_checkpoint(tmp_path / "a.bin")


@pytest.mark.parametrize("zipped", FORMATS)
def test_views_of_every_kind(tmp_path: Path, zipped: bool) -> None:
    base = torch.arange(120.0).reshape(2, 3, 4, 5)
    tensors = {
        "whole": base,
        "transposed": base.transpose(1, 3),
        "permuted": base.permute(3, 1, 0, 2),
        "slice": base[1, :, 1:3],
        "every other": base[..., ::2],
        "one row": base[1, 2, 3],
        "one element": base[1, 2, 3, 4],
        "broadcast": base[0, 0, :1].expand(7, 5),
        "scalar, broadcast": torch.tensor(2.0).expand(3, 3),
        "diagonal": base[0, 0].diagonal(),
        "overlapping windows": torch.arange(6.0).unfold(0, 3, 1),
        "row of one": torch.arange(5).expand(1, -1),
        "channels last": base.contiguous(memory_format=torch.channels_last),
    }
    checkpoint = assert_round_trip(tmp_path, tensors, zipped)
    assert checkpoint["whole"].strides is None
    assert checkpoint["row of one"].strides is None
    assert checkpoint["transposed"].strides is not None
    assert checkpoint["whole"].file == checkpoint["one row"].file
    assert checkpoint["one row"].offset == checkpoint["whole"].offset + 4 * (60 + 40 + 15)
    # Each is counted in full, though most share one storage.
    assert checkpoint.nbytes == sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())


@pytest.mark.parametrize("zipped", FORMATS)
def test_empty_tensors_and_scalars(tmp_path: Path, zipped: bool) -> None:
    tensors = {
        "scalar": torch.tensor(3.5),
        "empty": torch.empty(0),
        "empty rows": torch.empty(3, 0, 2),
        "empty view at the end": torch.ones(4)[4:],
    }
    assert_round_trip(tmp_path, tensors, zipped)


@pytest.mark.parametrize("zipped", FORMATS)
def test_parameters_with_and_without_gradients_and_attributes(tmp_path: Path, zipped: bool) -> None:
    marked = torch.nn.Parameter(torch.ones(2))
    marked.note = "dropped"  # type: ignore[attr-defined]
    tensor = torch.ones(3)
    tensor.note = "dropped"  # type: ignore[attr-defined]
    tensors = {
        "plain": torch.nn.Parameter(torch.randn(3)),
        "frozen": torch.nn.Parameter(torch.randn(3), requires_grad=False),
        "tracked": torch.randn(2, requires_grad=True),
        "marked": marked,
        "marked tensor": tensor,
    }
    assert_round_trip(tmp_path, tensors, zipped)


@pytest.mark.parametrize("zipped", FORMATS)
def test_the_state_of_a_module_with_its_hidden_metadata(tmp_path: Path, zipped: bool) -> None:
    module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.LSTM(3, 4))
    for state in (module.state_dict(), module.state_dict(keep_vars=True)):
        assert isinstance(state, collections.OrderedDict) and state._metadata  # type: ignore[attr-defined]
        assert_round_trip(tmp_path, state, zipped)


@pytest.mark.parametrize("zipped", FORMATS)
def test_tied_tensors_share_their_bytes(tmp_path: Path, zipped: bool) -> None:
    weight = torch.randn(4, 2)
    checkpoint = assert_round_trip(tmp_path, {"embed": weight, "head": weight}, zipped)
    assert checkpoint["embed"].offset == checkpoint["head"].offset


@pytest.mark.parametrize("zipped", FORMATS)
def test_a_state_that_shares_more_text_than_one_byte_can_number(tmp_path: Path, zipped: bool) -> None:
    assert_round_trip(tmp_path, {f"layer.{i}.weight": torch.full((2,), float(i)) for i in range(300)}, zipped)


def test_pickles_of_the_old_format_longer_than_the_first_read(tmp_path: Path) -> None:
    tensors = {f"{'x' * 4000}.{i}": torch.full((1,), float(i)) for i in range(300)}
    assert_round_trip(tmp_path, tensors, False)


def test_an_archive_that_was_renamed(tmp_path: Path) -> None:
    save(tmp_path / "a.bin", {"a": torch.ones(2)}, True)
    renamed = (tmp_path / "a.bin").rename(tmp_path / "b.pt")
    assert_same(open_checkpoint(renamed), {"a": torch.ones(2)})


def small_file(zipped: bool) -> bytes:
    base = torch.arange(6.0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.bin")
        state = {"a": base, "b": base.reshape(2, 3).t(), "c": torch.nn.Parameter(torch.ones(2, dtype=torch.float16))}
        save(path, collections.OrderedDict(state), zipped)
        return path.read_bytes()


SMALL = {zipped: small_file(zipped) for zipped in FORMATS}


def pickle_range(content: bytes) -> tuple[int, int]:
    """Where the pickles lie in a small file: that is what there is to break."""
    return content.index(b"\x80\x02"), min(
        len(content), content.rindex(b"u.") + 80 if b"u." in content else len(content)
    )


@settings(max_examples=500, deadline=None)
@given(data=st.data(), zipped=st.booleans())
def test_a_damaged_file_gives_one_of_our_errors_or_what_torch_reads(data: st.DataObject, zipped: bool) -> None:
    """Bytes are changed anywhere, mostly in the pickles. What both read is equal; only our errors leave."""
    content = bytearray(SMALL[zipped])
    start, stop = pickle_range(bytes(content))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(start, stop - 1) | st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255) | st.sampled_from(b"(.0tbRcNKXQqh}]\x85\x86\x87\x88\x89\x81\x93"))
    cut = data.draw(st.sampled_from([0] * 8 + [1, 8, 100]))
    if zipped:
        mend_checksum(content)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder, "a.bin")
        path.write_bytes(content[: len(content) - cut])
        try:
            checkpoint = open_checkpoint(path)
            found = {name: bytes(checkpoint.read(name)) for name in checkpoint}
        except CheckpointError:
            return
        try:
            expected = torch.load(path, weights_only=True)
        except Exception as error:  # noqa: BLE001  (torch has no common error)
            # Such as a device that it does not know, which is nothing to us. What it calls unsafe, we must refuse.
            assert not isinstance(error, pickle.UnpicklingError)
            return
        tensors = {name: value for name, value in expected.items() if isinstance(value, torch.Tensor)}
        assert found == {name: raw(tensor) for name, tensor in tensors.items()}


def mend_checksum(content: bytearray) -> None:
    """The pickle was changed: writes its checksum into the archive's headers, as otherwise nothing else is tested."""
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0 and at + 46 <= len(content):
        nbytes, name_length = (
            struct.unpack_from("<L", content, at + 24)[0],
            struct.unpack_from("<H", content, at + 28)[0],
        )
        start = struct.unpack_from("<L", content, at + 42)[0]
        if content[at + 46 : at + 46 + name_length].endswith(b"data.pkl") and start + 30 <= len(content):
            first = start + 30 + sum(struct.unpack_from("<2H", content, start + 26))
            struct.pack_into("<L", content, at + 16, zlib.crc32(content[first : first + nbytes]))
        at += 4
