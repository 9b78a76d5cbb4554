"""GGUF files written: all of it or nothing, and errors that say what such a file cannot be."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from frameworks.torch import tiny
from pipeline.test_quantized_checkpoint import FP8, to_blocks
from quantization.stored import quantized
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

import loadstone
from loadstone.checkpoint.gguf.header import read_metadata
from loadstone.errors import ArgumentError, InvalidConfig, MissingTensors, SaveError, TokenizerError
from loadstone.transfer import new_file


def put_tokenizer(folder: Path, rows: int = 27) -> None:
    letters = {letter: number for number, letter in enumerate("Ġabcdefghijklmnopqrstuvwxyz"[:rows])}
    made = Tokenizer(models.BPE(letters, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text("{}")


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny.saved(tiny.llama(), tmp_path_factory.mktemp("llama"))
    put_tokenizer(folder)
    return folder


def to_gguf(source: str | Path, path: Path, **options: Any) -> Any:
    return loadstone.convert(source, path, format="gguf", **options)


def changed(llama: Path, folder: Path, **config: Any) -> Path:
    shutil.copytree(llama, folder)
    values = json.loads((folder / "config.json").read_text()) | config
    (folder / "config.json").write_text(json.dumps(values))
    return folder


@pytest.mark.parametrize(("dtype", "kind"), [("float32", "F32"), ("float16", "F16"), ("bfloat16", "BF16")])
def test_without_a_type_it_is_that_of_the_weights(llama: Path, tmp_path: Path, dtype: str, kind: str) -> None:
    loadstone.convert(llama, tmp_path / "a", dtype=dtype)
    made = to_gguf(tmp_path / "a", tmp_path / "x.gguf")
    assert made.format == "gguf" and made.folder == tmp_path and made.files == (tmp_path / "x.gguf",)
    checkpoint = loadstone.open_checkpoint(tmp_path / "x.gguf")
    assert str(checkpoint["blk.0.attn_q.weight"].dtype) == dtype and kind
    assert str(checkpoint["blk.0.attn_norm.weight"].dtype) == "float32"
    assert loadstone.diff(tmp_path / "a", tmp_path / "x.gguf", ignore_dtype=True).is_empty
    assert json.dumps(made.to_json())


def test_a_gguf_file_becomes_another(llama: Path, tmp_path: Path) -> None:
    to_gguf(llama, tmp_path / "x.gguf", gguf_type="f32")
    made = to_gguf(tmp_path / "x.gguf", tmp_path / "more" / "y.gguf", gguf_type="f32", verify=True)
    assert made.is_verified
    assert loadstone.diff(tmp_path / "x.gguf", tmp_path / "more" / "y.gguf").is_empty
    back = loadstone.convert(tmp_path / "more" / "y.gguf", tmp_path / "b", dtype="float32")
    assert loadstone.diff(llama, tmp_path / "b").is_empty and "tokenizer.json" in {path.name for path in back.files}


def test_an_existing_file_is_replaced_only_when_asked(llama: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"old")
    with pytest.raises(ArgumentError, match="exists already"):
        to_gguf(llama, path)
    assert path.read_bytes() == b"old"
    to_gguf(llama, path, overwrite=True)
    assert path.read_bytes()[:4] == b"GGUF"
    with pytest.raises(ArgumentError, match="in place"):
        to_gguf(path, path, overwrite=True)
    assert [each.name for each in tmp_path.iterdir()] == ["x.gguf"]


@pytest.mark.parametrize(
    ("target", "options", "match"),
    [
        ("x", {}, "ends in .gguf"),
        ("x.gguf", {"gguf_type": "q4_k"}, "llama-quantize"),
        ("x.gguf", {"dtype": "float16"}, "gguf_type="),
        ("x.gguf", {"quantization_config": {"quant_method": "torchao"}}, "gguf_type="),
        ("folder.gguf", {}, "found a folder"),
    ],
)
def test_arguments_that_make_no_sense(
    llama: Path, tmp_path: Path, target: str, options: dict[str, Any], match: str
) -> None:
    (tmp_path / "folder.gguf").mkdir()
    with pytest.raises(ArgumentError, match=match):
        to_gguf(llama, tmp_path / target, **options)
    with pytest.raises(ArgumentError, match="only format='gguf'"):
        loadstone.convert(llama, tmp_path / "a", gguf_type="f16")
    assert [each.name for each in tmp_path.iterdir()] == ["folder.gguf"]


def test_what_no_file_can_say_is_refused(llama: Path, tmp_path: Path) -> None:
    for number, (config, match) in enumerate(
        (
            ({"hidden_act": "gelu"}, "hidden_act"),
            ({"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}}, "rope_type 'dynamic'"),
            ({"model_type": "opt"}, "GGUF files are written of these"),
            ({"model_type": "unheard"}, "GGUF files are written of these"),
        )
    ):
        folder = changed(llama, tmp_path / str(number), **config)
        with pytest.raises(InvalidConfig, match=match):
            to_gguf(folder, tmp_path / "x.gguf")
    assert not list(tmp_path.glob("*.gguf"))


def test_without_a_tokenizer_nothing_is_written(llama: Path, tmp_path: Path) -> None:
    folder = changed(llama, tmp_path / "a")
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    with pytest.raises(TokenizerError, match=r"tokenizer\.json"):
        to_gguf(folder, tmp_path / "x.gguf")
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_a_model_that_lacks_a_tensor_is_refused(llama: Path, tmp_path: Path) -> None:
    folder = changed(llama, tmp_path / "a")
    tensors = load_file(folder / "model.safetensors")
    del tensors["lm_head.weight"]
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(MissingTensors, match=r"lm_head\.weight"):
        to_gguf(folder, tmp_path / "x.gguf")


def test_packed_weights_are_dequantized_when_asked(llama: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fp8"
    folder.mkdir()
    quantized(llama, folder, FP8, to_blocks)
    put_tokenizer(folder)
    with pytest.raises(InvalidConfig, match="dequantize"):
        to_gguf(folder, tmp_path / "x.gguf")
    made = to_gguf(folder, tmp_path / "x.gguf", dequantize=True, gguf_type="f32", verify=True)
    assert made.unpacked
    loadstone.convert(folder, tmp_path / "b", dequantize=True, dtype="float32")
    assert loadstone.diff(tmp_path / "b", tmp_path / "x.gguf", ignore_dtype=True).is_empty


def test_values_beyond_float16_are_told(llama: Path, tmp_path: Path) -> None:
    folder = changed(llama, tmp_path / "a")
    tensors = load_file(folder / "model.safetensors")
    name = "model.layers.1.mlp.down_proj.weight"
    tensors[name][0, 0] = 1e6
    save_file(tensors, folder / "model.safetensors")
    assert to_gguf(folder, tmp_path / "x.gguf", gguf_type="f16").overflowed == (name,)
    assert to_gguf(folder, tmp_path / "y.gguf", gguf_type="bf16").overflowed == ()


def test_rows_that_are_no_whole_blocks_are_in_f16(tmp_path: Path) -> None:
    model = tiny.llama(hidden_size=32, intermediate_size=40)
    folder = tiny.saved(model, tmp_path / "a")
    put_tokenizer(folder)
    made = to_gguf(folder, tmp_path / "x.gguf", gguf_type="q8_0")
    assert made.fallbacks and all("ffn_down" in name for name in made.fallbacks)
    checkpoint = loadstone.open_checkpoint(tmp_path / "x.gguf")
    assert str(checkpoint[made.fallbacks[0]].dtype) == "float16"


def test_a_full_disk_leaves_what_was_there(llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(new_file, "reserve", full)
    with pytest.raises(SaveError, match="make room"):
        to_gguf(llama, path, overwrite=True)
    with pytest.raises(SaveError, match="make room"):
        to_gguf(llama, tmp_path / "new" / "x.gguf")
    assert path.read_bytes() == b"old" and [each.name for each in tmp_path.iterdir()] == ["x.gguf"]


def test_ctrl_c_leaves_what_was_there(llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"old")

    def interrupted(plans: dict[Path, Any], progress: Callable[[int], None]) -> None:
        for each in plans:
            each.write_bytes(b"GGUF")
        raise KeyboardInterrupt

    monkeypatch.setattr("loadstone.conversion.gguf.write_files", interrupted)
    with pytest.raises(KeyboardInterrupt):
        to_gguf(llama, path, overwrite=True)
    assert path.read_bytes() == b"old" and [each.name for each in tmp_path.iterdir()] == ["x.gguf"]


def test_what_a_killed_process_left_is_removed(llama: Path, tmp_path: Path) -> None:
    left = tmp_path / ".x.gguf.0123456789abcdef.loadstone-new"
    left.mkdir()
    (left / "x.gguf").write_bytes(b"part")
    to_gguf(llama, tmp_path / "x.gguf")
    assert [each.name for each in tmp_path.iterdir()] == ["x.gguf"]


def test_a_written_file_that_differs_is_not_put_in_place(
    llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loadstone.conversion import gguf

    write = gguf.write_files

    def damaged(plans: dict[Path, Any], progress: Callable[[int], None]) -> None:
        write(plans, progress=progress)
        (path,) = plans
        with open(path, "r+b") as file:
            file.seek(-64, 2)
            byte = file.read(1)
            file.seek(-64, 2)
            file.write(bytes([byte[0] ^ 1]))

    monkeypatch.setattr(gguf, "write_files", damaged)
    with pytest.raises(SaveError, match="not what was read"):
        to_gguf(llama, tmp_path / "x.gguf", verify=True)
    assert not list(tmp_path.iterdir())


def test_the_file_computes_what_the_model_does(llama: Path, tmp_path: Path) -> None:
    expected = loadstone.AutoModelForCausalLM.from_pretrained(llama)
    ids = torch.arange(3, 20)[None]
    for kind, tolerance in (("f16", 5e-3), ("bf16", 5e-2), ("q8_0", 5e-2)):
        to_gguf(llama, tmp_path / f"{kind}.gguf", gguf_type=kind)
        model = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path / f"{kind}.gguf")
        with torch.no_grad():
            found, wanted = model(ids).logits.numpy(), expected(ids).logits.numpy()
        assert np.abs(found - wanted).max() < tolerance * np.abs(wanted).max(), kind


def test_a_hub_id_gives_name_and_tokenizer(llama: Path, tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repo = tmp_path / "cache" / "models--some--llama"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text(commit)
    loadstone.convert(llama, repo / "snapshots" / commit)
    to_gguf("some/llama", tmp_path / "x.gguf", cache_dir=tmp_path / "cache", local_files_only=True)
    metadata = read_metadata(tmp_path / "x.gguf")
    assert metadata["general.name"] == "llama" and metadata["tokenizer.ggml.model"] == "gpt2"
    assert loadstone.diff(llama, tmp_path / "x.gguf", ignore_dtype=True).is_empty
