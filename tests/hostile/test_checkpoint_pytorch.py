"""PyTorch files that ask for code, lie about their storages, or try to use up the machine."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from hostile.builders import OLD_MAGIC, Pickle, torch_zip, zip_bytes

from loadstone.checkpoint import open_checkpoint
from loadstone.errors import CorruptCheckpoint, FaultsError, UnsafeCheckpoint

SOUND = Pickle.tensor([2, 2], [2, 1])


def refusal(tmp_path: Path, content: bytes, kind: type[FaultsError] = CorruptCheckpoint) -> str:
    path = tmp_path / "pytorch_model.bin"
    path.write_bytes(content)
    with pytest.raises(kind) as caught:
        open_checkpoint(path)
    assert type(caught.value) is kind
    assert str(path) in str(caught.value)
    return str(caught.value)


def unsafe(tmp_path: Path, content: bytes) -> str:
    message = refusal(tmp_path, content, UnsafeCheckpoint)
    assert "safetensors" in message, "the next step"
    return message


def test_the_builders_make_a_file_that_opens_here_and_in_torch(tmp_path: Path) -> None:
    """Else the refusals below would say nothing."""
    path = tmp_path / "a.bin"
    path.write_bytes(torch_zip(Pickle.dict(a=SOUND)))
    assert bytes(open_checkpoint(path).read("a")) == bytes(16)
    assert torch.load(path, weights_only=True)["a"].tolist() == [[0, 0], [0, 0]]


class Shell:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_command_hidden_in_a_file_is_refused_and_not_run(tmp_path: Path, zipped: bool, protocol: int) -> None:
    ran = tmp_path / "ran"
    path = tmp_path / "pytorch_model.bin"
    state = {"a": torch.ones(1), "b": Shell(f"touch {ran}")}
    torch.save(state, path, _use_new_zipfile_serialization=zipped, pickle_protocol=protocol)
    with pytest.raises((UnsafeCheckpoint, CorruptCheckpoint)) as caught:
        open_checkpoint(path)
    assert str(path) in str(caught.value)
    if protocol == 2:
        assert type(caught.value) is UnsafeCheckpoint and f"the global '{os.system.__module__}.system'" in str(
            caught.value
        )
    assert not ran.exists()


def test_a_plain_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    assert "torch.save did not write" in unsafe(tmp_path, pickle.dumps(Shell(f"touch {ran}")))
    assert not ran.exists()


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "builtins.eval",
        "builtins.getattr",
        "torch.load",
        "torch.hub.load",
        "torch.storage._load_from_bytes",
        "numpy.core.multiarray._reconstruct",
        "torch._utils._rebuild_tensor_v2.__globals__",
        "__main__.Model",
        "torch.jit._script.unpackage_script_module",
    ],
)
def test_a_global_that_weights_never_need_is_named(tmp_path: Path, name: str) -> None:
    value = Pickle.named(name) + Pickle.tuple(Pickle.text("x")) + b"R"
    assert f"the global '{name}'" in unsafe(tmp_path, torch_zip(Pickle.dict(a=SOUND, b=value)))


@pytest.mark.parametrize("opcode", [b"i", b"o", b"\x81", b"\x92", b"\x93", b"\x82", b"\x83", b"\x84", b"P", b"d", b"0"])
def test_an_opcode_that_weights_never_need_is_named(tmp_path: Path, opcode: bytes) -> None:
    assert "the opcode" in unsafe(tmp_path, torch_zip(b"N" + opcode))


@pytest.mark.parametrize(
    "value",
    [
        Pickle.call("_codecs.encode", Pickle.text("rot13"), Pickle.text("rot13")),
        Pickle.call("_codecs.encode", b"N", Pickle.text("latin1")),
        Pickle.call("__builtin__.set", Pickle.text("x")),
        Pickle.call("__builtin__.bytearray", Pickle.integer(1 << 40)),
        Pickle.call("__builtin__.complex", Pickle.text("1"), Pickle.text("1")),
        Pickle.call("collections.Counter", Pickle.text("x")),
        Pickle.call("torch.device", Pickle.integer(1)),
        Pickle.call("torch.device", Pickle.text("cpu"), Pickle.text("x")),
        b"}(" + Pickle.call("_codecs.encode", Pickle.text("a"), Pickle.text("latin1")) + b"Nu",
        b"}" + Pickle.tuple(Pickle.tuple(b"K\x00")) + b"Ns",
    ],
)
def test_a_plain_value_made_as_torch_never_makes_it_is_refused(tmp_path: Path, value: bytes) -> None:
    refusal(tmp_path, torch_zip(Pickle.dict(a=SOUND, b=value)))


def test_an_allowed_name_is_inert_where_it_is_not_to_be_called(tmp_path: Path) -> None:
    call = Pickle.call("torch.FloatStorage", Pickle.integer(2**40))
    assert "a call of torch.FloatStorage" in unsafe(tmp_path, torch_zip(Pickle.dict(a=call)))


def test_build_on_anything_but_an_ordered_dict_is_refused(tmp_path: Path) -> None:
    assert "BUILD on a dict" in unsafe(tmp_path, torch_zip(b"}" + Pickle.dict(a=b"N") + b"b"))
    assert "BUILD on a TensorToken" in unsafe(tmp_path, torch_zip(SOUND + b"}b"))


def test_a_tensor_of_a_class_of_its_own_is_refused(tmp_path: Path) -> None:
    args = Pickle.tuple(Pickle.storage(), b"K\x00", Pickle.tuple(b"K\x04"), Pickle.tuple(b"K\x01"))
    rebuild = Pickle.named("torch._utils._rebuild_tensor")
    value = Pickle.call("torch._tensor._rebuild_from_type_v2", rebuild, Pickle.named("torch.Size"), args, b"}")
    assert "a class of its own" in unsafe(tmp_path, torch_zip(Pickle.dict(a=value)))


def test_a_persistent_id_that_is_no_storage_is_refused(tmp_path: Path) -> None:
    module = Pickle.tuple(Pickle.text("module"), Pickle.text("x"), Pickle.text("y"), Pickle.text("z"), b"N") + b"Q"
    assert "persistent id" in unsafe(tmp_path, torch_zip(Pickle.dict(a=module)))


def test_a_whole_model_is_refused_and_its_class_named(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save(torch.nn.Linear(2, 2), buffer)
    assert "the global 'torch.nn.modules.linear.Linear'" in unsafe(tmp_path, buffer.getvalue())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_torchscript_program_is_refused(tmp_path: Path) -> None:
    records = [("m/data.pkl", Pickle.whole(b"}")), ("m/code/a.py", b"x"), ("m/constants.pkl", Pickle.whole(b")"))]
    assert "TorchScript" in unsafe(tmp_path, zip_bytes(records))


@pytest.mark.parametrize(
    ("tensor", "found"),
    [
        (Pickle.tensor([5], [1]), "at least 20 bytes in storage '0', found 16"),
        (Pickle.tensor([2, 2], [3, 1]), "at least 20 bytes"),
        (Pickle.tensor([4], [1], offset=1), "at least 20 bytes"),
        (Pickle.tensor([2**62, 4], [1, 2**62]), "bytes in storage '0', found 16"),
        (Pickle.tensor([2**63], [0]), "a shape: integers"),
        (Pickle.tensor([-1], [1]), "a shape: integers"),
        (Pickle.tensor([1], [-1]), "a shape: integers"),
        (Pickle.tensor([1], [1], offset=-1), "its offset in there"),
        (Pickle.tensor([1, 1], [1]), "expected 2 strides, found 1"),
        (Pickle.tensor([1] * 65, [1] * 65), "a shape: integers"),
        (Pickle.tensor([2**24 + 1], [0]), "by strides of 0"),
        (Pickle.tensor([4], [1], storage=Pickle.storage(elements=5)), "storage '0': expected 20 bytes, found 16"),
        (Pickle.tensor([4], [1], storage=Pickle.storage(elements=-1)), "a storage's id"),
        (Pickle.tensor([4], [1], storage=Pickle.storage(key="9")), "storage '9': expected a record with its bytes"),
        (Pickle.tensor([4], [1], storage=Pickle.storage(kind="torch.Size")), "a storage's id"),
        (Pickle.tensor([4], [1], storage=Pickle.storage(extra=b"N")), "a storage's id with 5 fields, found 6"),
        (Pickle.tensor([4], [1], storage=b"N"), "a tensor's storage"),
        (Pickle.call("torch._utils._rebuild_tensor_v2"), "6 to 7 arguments"),
    ],
)
def test_a_tensor_that_does_not_lie_in_its_storage_is_refused(tmp_path: Path, tensor: bytes, found: str) -> None:
    assert found in refusal(tmp_path, torch_zip(Pickle.dict(layer=tensor)))


def test_faults_of_several_tensors_are_reported_together(tmp_path: Path) -> None:
    long, far = Pickle.tensor([5], [1]), Pickle.tensor([4], [1], offset=4)
    message = refusal(tmp_path, torch_zip(Pickle.dict(a=long, b=SOUND, c=far)))
    assert "tensor 'a'" in message and "tensor 'c'" in message and "tensor 'b'" not in message


def test_a_storage_described_in_two_ways_is_refused(tmp_path: Path) -> None:
    other = Pickle.tensor([4], [1], storage=Pickle.storage(kind="torch.IntStorage"))
    assert "storage '0' with one dtype" in refusal(tmp_path, torch_zip(Pickle.dict(a=SOUND, b=other)))


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    twice = b"}(" + (Pickle.text("a") + SOUND) * 2 + b"u"
    assert "'a' twice" in refusal(tmp_path, torch_zip(twice))


def test_weights_within_another_dict_are_refused_and_the_key_named(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({"state_dict": OrderedDict(a=torch.ones(1)), "epoch": 3}, buffer)
    message = refusal(tmp_path, buffer.getvalue())
    assert "key 'state_dict'" in message and "checkpoint['state_dict']" in message


@pytest.mark.parametrize("value", [torch.ones(1), [torch.ones(1)], 3, {}, {"a": 1}])
def test_what_is_not_a_dict_of_tensors_is_refused(tmp_path: Path, value: object) -> None:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    path = tmp_path / "a.bin"
    path.write_bytes(buffer.getvalue())
    if value == {}:
        assert len(open_checkpoint(path)) == 0
    else:
        assert "a dict: name → tensor" in refusal(tmp_path, buffer.getvalue())


def test_a_tensor_under_a_number_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({3: torch.ones(1)}, buffer)
    assert "the key 3" in refusal(tmp_path, buffer.getvalue())


def test_a_tensor_to_be_conjugated_on_reading_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({"a": torch.ones(1, dtype=torch.complex64).conj()}, buffer)
    assert "conjugated" in refusal(tmp_path, buffer.getvalue())


@pytest.mark.parametrize("make", [lambda: torch.eye(3).to_sparse(), lambda: torch.empty(3, device="meta")])
def test_a_tensor_without_plain_bytes_is_refused(tmp_path: Path, make: Any) -> None:
    buffer = io.BytesIO()
    torch.save({"a": make()}, buffer)
    assert "the global 'torch._utils._rebuild_" in unsafe(tmp_path, buffer.getvalue())


# The archive


@pytest.mark.parametrize("cut", [1, 22, 100, 300])
def test_a_truncated_archive_is_named(tmp_path: Path, cut: int) -> None:
    refusal(tmp_path, torch_zip(Pickle.dict(a=SOUND))[:-cut])


def test_compressed_records_are_refused_with_the_way_out(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", Pickle.whole(Pickle.dict(a=SOUND)))
        archive.writestr("a/data/0", bytes(16))
    message = refusal(tmp_path, buffer.getvalue())
    assert "'a/data.pkl': expected a record stored as it is" in message and "'a/data/0'" in message


def test_encrypted_records_are_refused(tmp_path: Path) -> None:
    assert "an encrypted one" in refusal(tmp_path, torch_zip(Pickle.dict(a=SOUND), flags=1))


@pytest.mark.parametrize("name", ["archive/../../etc/passwd", "/etc/passwd", "archive\\..\\x"])
def test_a_record_that_leads_out_of_the_archive_is_unsafe(tmp_path: Path, name: str) -> None:
    records = [("archive/data.pkl", Pickle.whole(Pickle.dict(a=SOUND))), ("archive/data/0", bytes(16)), (name, b"x")]
    assert "a name inside the archive" in refusal(tmp_path, zip_bytes(records), UnsafeCheckpoint)


def test_a_record_twice_is_refused(tmp_path: Path) -> None:
    pickled = ("archive/data.pkl", Pickle.whole(Pickle.dict(a=SOUND)))
    assert "expected one record of this name" in refusal(tmp_path, zip_bytes([pickled, pickled]))


def test_records_over_one_another_are_refused(tmp_path: Path) -> None:
    """The directory says that storage 1 starts within storage 0."""
    inner = zip_bytes([("archive/data/1", bytes(16))])[: 30 + 14 + 16]
    content = bytearray(
        zip_bytes([("archive/data.pkl", Pickle.whole(b"}")), ("archive/data/0", inner), ("archive/data/1", bytes(16))])
    )
    at = content.rindex(b"PK\x01\x02")
    content[at + 42 : at + 46] = content.index(inner).to_bytes(4, "little")
    assert "'archive/data/1': expected bytes of its own, found some of 'archive/data/0'" in refusal(
        tmp_path, bytes(content)
    )


def test_bytes_behind_the_archive_are_refused(tmp_path: Path) -> None:
    assert "found bytes behind it" in refusal(tmp_path, torch_zip(Pickle.dict(a=SOUND), tail=b"x"))


def test_an_altered_pickle_is_found_by_its_checksum(tmp_path: Path) -> None:
    records = [("archive/data.pkl", Pickle.whole(Pickle.dict(a=SOUND))), ("archive/data/0", bytes(16))]
    assert "the checksum of 'archive/data.pkl'" in refusal(tmp_path, zip_bytes(records, bad_crc=True))


@pytest.mark.parametrize("order", [b"big", b"middle"])
def test_another_byte_order_is_refused(tmp_path: Path, order: bytes) -> None:
    records = [("a/data.pkl", Pickle.whole(Pickle.dict(a=SOUND))), ("a/byteorder", order), ("a/data/0", bytes(16))]
    assert order.decode() in refusal(tmp_path, zip_bytes(records))


def test_an_archive_of_something_else_is_named(tmp_path: Path) -> None:
    assert "something else" in refusal(tmp_path, zip_bytes([("readme.txt", b"hello")]))
    assert "expected a record data.pkl" in refusal(tmp_path, zip_bytes([("a/readme.txt", b"hello")]))


def test_a_record_that_calls_itself_a_folder_is_refused(tmp_path: Path) -> None:
    """PyTorch reads nothing of one, and takes what lies in memory for its content."""
    content = bytearray(torch_zip(Pickle.dict(a=SOUND)))
    content[content.index(b"PK\x01\x02") + 38] |= 0x10
    assert "expected a file, found a folder of" in refusal(tmp_path, bytes(content))


def test_a_large_archive_in_zip64_opens(tmp_path: Path) -> None:
    """Python's writer, forced to 64-bit sizes, as PyTorch writes beyond 4 GiB."""
    path = tmp_path / "a.bin"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {
            "a/data.pkl": Pickle.whole(Pickle.dict(a=SOUND)),
            "a/data/0": bytes(range(16)),
        }.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as record:
                record.write(data)
    assert bytes(open_checkpoint(path).read("a")) == bytes(range(16))


def test_a_storage_beyond_four_gigabytes_is_found_where_torch_finds_it(tmp_path: Path) -> None:
    """A sparse archive: 64-bit sizes and offsets in directory and end record, as ``zipfile`` writes them."""
    path = tmp_path / "a.bin"
    big = 2**32 + 8
    with zipfile.ZipFile(path, "w") as archive:
        pickled = Pickle.dict(
            a=Pickle.tensor([big], [1], storage=Pickle.storage("0", big, "torch.ByteStorage")),
            b=Pickle.tensor([4], [1], storage=Pickle.storage("1", 4, "torch.ByteStorage")),
        )
        archive.writestr("a/version", b"3\n")
        archive.writestr("a/data.pkl", Pickle.whole(pickled))
        write_sparse(archive, "a/data/0", big)
        archive.writestr("a/data/1", b"tail")
    checkpoint = open_checkpoint(path)
    assert checkpoint["a"].nbytes == big
    assert checkpoint["b"].offset > big
    assert bytes(checkpoint.read("b")) == b"tail"
    assert bytes(torch.load(path, mmap=True, weights_only=True)["b"].numpy()) == b"tail"


def write_sparse(archive: zipfile.ZipFile, name: str, nbytes: int) -> None:
    """A record of zeros that takes no disk. Its checksum is not true, and not looked at."""
    file = archive.fp
    assert file is not None
    info = zipfile.ZipInfo(name)
    info.file_size = info.compress_size = nbytes
    info.CRC = 0
    info.header_offset = file.tell()
    file.write(info.FileHeader(zip64=True))
    file.seek(nbytes, os.SEEK_CUR)
    archive.filelist.append(info)
    archive.NameToInfo[name] = info
    archive.start_dir = file.tell()
    archive._didModify = True  # type: ignore[attr-defined]


# The old format


def old_file(value: bytes, keys: bytes = b"](" + Pickle.text("0") + b"e", data: bytes = b"\4" + bytes(23)) -> bytes:
    system = Pickle.dict(protocol_version=Pickle.integer(1001), little_endian=b"\x88", type_sizes=b"}")
    pickles = [Pickle.integer(1001), system, value, keys]
    return OLD_MAGIC + b"".join(map(Pickle.whole, pickles)) + data


OLD_STORAGE = Pickle.storage(extra=b"N")
OLD = Pickle.dict(a=Pickle.tensor([2, 2], [2, 1], storage=OLD_STORAGE))


def test_the_old_builder_makes_a_file_that_opens_here_and_in_torch(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(old_file(OLD))
    assert bytes(open_checkpoint(path).read("a")) == bytes(16)
    assert torch.load(path, weights_only=True)["a"].tolist() == [[0, 0], [0, 0]]


def test_a_view_of_a_storage_in_a_very_old_file_reads_as_in_torch(tmp_path: Path) -> None:
    view = Pickle.tuple(Pickle.text("view"), Pickle.integer(1), Pickle.integer(3))
    tensor = Pickle.tensor([2], [1], offset=1, storage=Pickle.storage(extra=view))
    path = tmp_path / "a.bin"
    path.write_bytes(old_file(Pickle.dict(a=tensor), data=b"\4" + bytes(7) + bytes(range(16))))
    assert bytes(open_checkpoint(path).read("a")) == bytes(range(8, 16))
    assert bytes(torch.load(path, weights_only=True)["a"].numpy()) == bytes(range(8, 16))


def test_a_view_beyond_its_storage_is_refused(tmp_path: Path) -> None:
    view = Pickle.tuple(Pickle.text("view"), Pickle.integer(2), Pickle.integer(3))
    tensor = Pickle.tensor([2], [1], storage=Pickle.storage(extra=view))
    assert "a view inside a storage of 4 elements, found one up to 5" in refusal(
        tmp_path, old_file(Pickle.dict(a=tensor))
    )


def test_an_old_file_cut_in_its_storages_names_the_missing_bytes(tmp_path: Path) -> None:
    assert "16 bytes in storage '0', found 9: 7 bytes are missing" in refusal(tmp_path, old_file(OLD)[:-7])


def test_an_old_file_cut_in_its_pickles_is_named(tmp_path: Path) -> None:
    assert "found a file that ends in one" in refusal(tmp_path, old_file(OLD)[:150])


def test_an_old_file_whose_storage_has_another_size_is_named(tmp_path: Path) -> None:
    assert "4 elements in storage '0', found 5" in refusal(tmp_path, old_file(OLD, data=b"\5" + bytes(27)))


@pytest.mark.parametrize(
    "keys",
    [b"N", b"]", b"](" + Pickle.text("1") + b"e", b"](" + Pickle.text("0") * 2 + b"e", b"](K\x00e"],
)
def test_an_old_file_whose_list_of_storages_is_wrong_is_refused(tmp_path: Path, keys: bytes) -> None:
    assert "a list of its storages" in refusal(tmp_path, old_file(OLD, keys))


def test_an_old_file_of_another_byte_order_is_refused(tmp_path: Path) -> None:
    assert "little-endian" in refusal(tmp_path, old_file(OLD).replace(b"little_endian\x88", b"little_endian\x89"))


def test_an_old_file_that_hides_a_command_is_refused_and_not_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    value = Pickle.dict(a=Pickle.call("posix.system", Pickle.text(f"touch {ran}")))
    assert "the global 'posix.system'" in unsafe(tmp_path, old_file(value))
    assert not ran.exists()


# Bombs: bounded work and memory, whatever the file says


def nested_tuples(depth: int) -> bytes:
    """Twice itself, ``depth`` times over: 2^depth leaves in a few bytes each."""
    return b"N" + b"".join(b"q" + bytes([level]) + b"h" + bytes([level]) + b"\x86" for level in range(depth))


BOMBS = {
    "a dict key that takes for ever to hash": b"}" + nested_tuples(60) + b"Ns",
    "a key of many numbers, again and again": b"(" + b"K\x00" * 200_000 + b"tq\x00" + b"}h\x00Ns" * 50_000 + b"N",
    "one list in many sets": b"]("
    + b"N" * 200_000
    + b"eq\x00"
    + b"c__builtin__\nset\nh\x00\x85R" * 20_000
    + b"\x87\x87",
    "a value that takes for ever to print": Pickle.dict(a=SOUND, b=nested_tuples(60) + b"\x85") + b"N",
    "a value that takes for ever to search": Pickle.dict(b=nested_tuples(60)),
    "a list within itself": b"]q\x00h\x00a",
    "tuples nested 200_000 deep": b"N" + b"\x85" * 200_000,
    "marks nested 200_000 deep": b"(" * 200_000,
    "200_000 empty lists": b"(" + b"]" * 200_000 + b"t",
    "200_000 memo entries": b"N" + b"".join(b"r" + n.to_bytes(4, "little") for n in range(200_000)),
    "a memo index of four billion": b"Nr\xff\xff\xff\xff",
    "a text of four gigabytes": b"X\xff\xff\xff\xff",
    "a number of 255 bytes as a shape": Pickle.call(
        "torch._utils._rebuild_tensor",
        Pickle.storage(),
        b"K\x00",
        Pickle.tuple(b"\x8a\xff" + b"\x7f" * 255),
        Pickle.tuple(b"K\x01"),
    ),
    "a global without an end": b"c" + b"x" * 1_000_000,
    "nothing at all": b"",
    "more taken than put": b"\x87\x87",
    "taken from below a mark": b"N(\x85",
}


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_quickly_and_in_little_memory(tmp_path: Path, bomb: str, zipped: bool) -> None:
    path = tmp_path / "pytorch_model.bin"
    path.write_bytes(torch_zip(BOMBS[bomb]) if zipped else old_file(BOMBS[bomb]))
    nbytes = path.stat().st_size
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises((CorruptCheckpoint, UnsafeCheckpoint)) as caught:
        open_checkpoint(path)
    elapsed_s, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 2000
    assert elapsed_s < 20
    assert peak < 2_000_000 + 40 * nbytes


def test_reading_a_pytorch_file_imports_no_torch_and_no_pickle(tmp_path: Path) -> None:
    path = tmp_path / "pytorch_model.bin"
    path.write_bytes(torch_zip(Pickle.dict(a=SOUND)))
    code = (
        "import sys; from loadstone.checkpoint import open_checkpoint; open_checkpoint(sys.argv[1]).read('a');"
        "print(sorted({'torch', 'pickle', '_pickle', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
