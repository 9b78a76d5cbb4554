"""Formats are found in their folders: looked for, opened and written by what each says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from loadstone import checkpoint as folder
from loadstone.checkpoint import names, open_checkpoint, registry
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError, CheckpointNotFound
from loadstone.saving.checkpoint import SaveOptions, save_checkpoint
from loadstone.transfer.outgoing import OutgoingTensor

RAW = '''
from pathlib import Path

from loadstone.checkpoint.format import Format
from loadstone.core.tensors import DType, StoredTensor
from loadstone.transfer.outgoing import TensorRange, FilePlan


class Raw(Format):
    """The bytes of one tensor, which has the name of its file."""

    name = "raw"
    rank = 60
    suffixes = (".raw", ".bytes")
    stem = "raw_model"
    other_names = ("weights.bytes",)
    written_as = "raw"

    def read(self, path, faults):
        nbytes = path.stat().st_size
        if not nbytes:
            faults.damaged(path, "bytes", "none", "Write it again")
        return [StoredTensor(path.stem, DType.UINT8, (nbytes,), path, 0, nbytes)], {}

    def hub_names(self, metadata):
        return str.lower

    def plan(self, tensors, metadata):
        (tensor,) = tensors
        return FilePlan((TensorRange(tensor, tensor.range),), tensor.nbytes)


FORMAT = Raw()
'''

CACHES = (
    registry.formats,
    registry.suffixes,
    registry.formats_in_folders,
    registry.written_formats,
    names._variants,
)


@pytest.fixture
def raw(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A format that is one folder."""
    place = tmp_path_factory.mktemp("formats")
    (place / "raw").mkdir()
    (place / "raw" / "__init__.py").write_text(RAW)
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(place)])
    for cache in CACHES:
        cache.cache_clear()
    yield
    for cache in CACHES:
        cache.cache_clear()
    sys.modules.pop(f"{folder.__name__}.raw", None)
    vars(folder).pop("raw", None)


def test_one_file_is_found_by_its_usual_name_by_its_others_and_by_its_suffix(raw: None, tmp_path: Path) -> None:
    for name in ("raw_model.raw", "weights.bytes", "any.bytes"):
        path = tmp_path / name
        path.write_bytes(b"abc")
        opened = open_checkpoint(path if name == "any.bytes" else tmp_path)
        assert (opened.format, opened.files) == ("raw", (path,))
        assert bytes(opened.read(path.stem)) == b"abc"
        path.unlink()


def test_shards_are_found_by_their_index_whose_names_become_the_hubs(raw: None, tmp_path: Path) -> None:
    (tmp_path / "one.raw").write_bytes(b"1")
    (tmp_path / "two.raw").write_bytes(b"22")
    index = tmp_path / "raw_model.raw.index.fp16.json"
    index.write_text(json.dumps({"weight_map": {"ONE": "one.raw", "TWO": "two.raw"}}))
    opened = open_checkpoint(tmp_path, variant="fp16")
    assert opened.index == index and opened.keys() == {"one", "two"}
    with pytest.raises(CheckpointNotFound, match=r"raw_model\.raw, raw_model\.raw\.index\.json.*variant='fp16'"):
        open_checkpoint(tmp_path)


def test_formats_of_a_lower_rank_are_read_first_unless_another_is_preferred(raw: None, tmp_path: Path) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "model.safetensors")
    (tmp_path / "raw_model.raw").write_bytes(b"abc")
    assert open_checkpoint(tmp_path).format == "safetensors"
    assert open_checkpoint(tmp_path, prefer="raw").format == "raw"
    assert open_checkpoint(tmp_path, use_safetensors=False).format == "raw"
    with pytest.raises(ArgumentError, match=r"'safetensors', 'pytorch', 'flax', 'tensorflow', 'raw'$"):
        open_checkpoint(tmp_path, prefer="gguf")


def test_it_is_written_under_its_names_and_takes_the_place_of_what_a_reader_would_prefer(
    raw: None, tmp_path: Path
) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "model.safetensors")
    tensor = OutgoingTensor("raw_model", DType.UINT8, (3,), lambda start, stop: memoryview(b"abc")[start:stop])
    written = save_checkpoint(tmp_path, [tensor], SaveOptions(weight_format="raw"))
    assert written == list(tmp_path.iterdir()) == [tmp_path / "raw_model.raw"]
    assert written[0].read_bytes() == b"abc"


def test_ranks_suffixes_and_names_belong_to_one_format_each() -> None:
    formats = registry.formats()
    for each in ([format.rank for format in formats], [suffix for format in formats for suffix in format.suffixes]):
        assert len(set(each)) == len(each) >= 5
    usual = [candidate.name for candidate in names.candidates(None, None)]
    assert len(set(usual)) == len(usual)
    assert list(registry.suffixes()) == [".safetensors", ".bin", ".pt", ".pth", ".msgpack", ".h5", ".keras", ".gguf"]


def test_opening_safetensors_imports_no_other_reader_and_no_writer(tmp_path: Path) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "model.safetensors")
    code = (
        f"import sys, loadstone; loadstone.open_checkpoint({str(tmp_path)!r});"
        "inner = [name for name in sys.modules if name.startswith('loadstone.checkpoint.') and name.count('.') > 2];"
        "print(sorted(inner))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    safetensors = "loadstone.checkpoint.safetensors"
    assert ran.stdout == f"{[f'{safetensors}.fast_header', f'{safetensors}.read']}\n"
