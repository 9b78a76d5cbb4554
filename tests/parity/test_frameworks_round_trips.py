"""What Flax and TensorFlow load and save: PyTorch's numbers and PyTorch's bytes, which others read."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from .cases import Case
from .frameworks import SIDES, TORCH, Models, Side, in_frameworks, load
from .reference import Reference, assert_outputs_close, auto_class, kept, make_inputs
from .selections import KINDS, LAYOUTS, crossed, pairs, trunk_pairs

SMALL = 20_000
"""Bytes a shard, so that every tiny model is split into several."""


LMS_OF_EACH_LAYOUT = pairs("causal_lm", "masked_lm", plain_only=True, families=LAYOUTS)


def assert_same_state(side: Side, model: object, reference: object) -> None:
    """Every slot of PyTorch's model with the same bits; of tied slots, one name is enough."""
    expected, actual = TORCH.state(reference), side.state(model)
    assert set(actual) <= set(expected)
    held = {tensor.data_ptr() for name, tensor in expected.items() if name in actual}
    assert [name for name, tensor in expected.items() if tensor.data_ptr() not in held] == []
    assert [name for name in actual if not same_bits(actual[name], expected[name])] == []


def same_bits(first: torch.Tensor, second: torch.Tensor) -> bool:
    return first.dtype == second.dtype and first.equal(second)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_same_files(folder: Path, expected: Path) -> None:
    ours, theirs = contents(folder), contents(expected)
    assert ours.keys() == theirs.keys()
    assert [name for name in theirs if ours[name] != theirs[name]] == []


@in_frameworks(pairs())
def test_every_slot_has_pytorchs_name_and_bits(models: Models, framework: str, case: Case, head: str) -> None:
    model = models.of(framework, case, head)
    assert_same_state(SIDES[framework], model, models.torch(case, head))
    assert type(model).__name__ == SIDES[framework].prefix + type(models.torch(case, head)).__name__


TIES = [
    each for each in trunk_pairs() if "tie_word_embeddings" in each.values[0].changed and each.values[0].family in KINDS
]


@in_frameworks(trunk_pairs(plain_only=True) + TIES)
def test_saved_files_are_pytorchs_byte_for_byte(
    models: Models, tmp_path: Path, framework: str, case: Case, head: str
) -> None:
    """The same names in the same order, tied weights once, experts one by one; the configs alike too."""
    models.torch(case, head).save_pretrained(tmp_path / "torch")
    models.of(framework, case, head).save_pretrained(tmp_path / framework)
    assert_same_files(tmp_path / framework, tmp_path / "torch")


@in_frameworks(LMS_OF_EACH_LAYOUT)
def test_saved_shards_are_pytorchs_byte_for_byte(
    models: Models, tmp_path: Path, framework: str, case: Case, head: str
) -> None:
    models.torch(case, head).save_pretrained(tmp_path / "torch", max_shard_size=SMALL)
    models.of(framework, case, head).save_pretrained(tmp_path / framework, max_shard_size=SMALL)
    assert_same_files(tmp_path / framework, tmp_path / "torch")
    assert "model.safetensors.index.json" in contents(tmp_path / framework)


@in_frameworks(LMS_OF_EACH_LAYOUT)
def test_what_is_saved_is_read_by_pytorch_and_transformers(
    models: Models, tmp_path: Path, framework: str, case: Case, head: str
) -> None:
    reference = models.store.reference(case, head)
    models.of(framework, case, head).save_pretrained(tmp_path)
    model, info = auto_class(head).from_pretrained(tmp_path, attn_implementation="eager", output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    assert not info["mismatched_keys"]
    assert type(model) is type(reference.model)
    inputs = make_inputs(case, "right")
    with torch.no_grad():
        assert_outputs_close(model.eval()(**inputs), reference(**inputs), kept(inputs), tolerance=1e-6)
    assert_same_state(TORCH, load(TORCH, tmp_path, head, strict=True), models.torch(case, head))


@in_frameworks(LMS_OF_EACH_LAYOUT)
def test_own_folder_comes_back_bit_for_bit_also_when_saved_onto_itself(
    models: Models, tmp_path: Path, framework: str, case: Case, head: str
) -> None:
    side, folder = SIDES[framework], tmp_path / "model"
    models.of(framework, case, head).save_pretrained(folder, max_shard_size=SMALL)
    model = load(side, folder, head, strict=True)
    model.save_pretrained(folder)
    assert [path.name for path in folder.glob("*.safetensors*")] == ["model.safetensors"]
    assert_same_state(side, model, models.torch(case, head))
    assert_same_state(side, load(side, folder, head, strict=True), models.torch(case, head))


@in_frameworks(crossed(LMS_OF_EACH_LAYOUT, ["bfloat16", "float16"]), "dtype")
def test_half_precision_is_kept_by_auto_and_saved_as_pytorch_does(
    models: Models, tmp_path: Path, framework: str, case: Case, head: str, dtype: str
) -> None:
    """Loaded in half precision, saved, loaded by ``"auto"`` and by default (float32): each time PyTorch's bits."""
    side = SIDES[framework]
    torchs = load(TORCH, models.folder(case, head), head, dtype=dtype)
    torchs.save_pretrained(tmp_path / "torch")
    load(side, models.folder(case, head), head, dtype=dtype).save_pretrained(tmp_path / framework)
    assert_same_files(tmp_path / framework, tmp_path / "torch")
    assert_same_state(side, load(side, tmp_path / framework, head, dtype="auto"), torchs)
    assert_same_state(side, load(side, tmp_path / framework, head), load(TORCH, tmp_path / "torch", head))


def as_shards(reference: Reference, folder: Path) -> None:
    reference.model.save_pretrained(folder, max_shard_size=SMALL)
    assert (folder / "model.safetensors.index.json").exists()


def as_bin(reference: Reference, folder: Path) -> None:
    reference.model.config.save_pretrained(folder)
    torch.save(reference.stored, folder / "pytorch_model.bin")


def as_memory_bin(reference: Reference, folder: Path) -> None:
    """``torch.save(model.state_dict())``: names of transformers' memory, stacked experts, tied tensors twice."""
    reference.model.config.save_pretrained(folder)
    torch.save(reference.model.state_dict(), folder / "pytorch_model.bin")


def as_old_names(reference: Reference, folder: Path) -> None:
    """The norms' names of BERT's first checkpoints, where the family ever had them, in shards of ``.bin``."""
    reference.model.config.save_pretrained(folder)
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
        for name, tensor in reference.stored.items()
    }
    files = [f"pytorch_model-{number:05d}-of-00002.bin" for number in (1, 2)]
    parts = [dict(list(old.items())[start::2]) for start in (0, 1)]
    weight_map = {}
    for file, part in zip(files, parts, strict=True):
        torch.save(part, folder / file)
        weight_map |= dict.fromkeys(part, file)
    total = sum(tensor.nbytes for tensor in old.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))


WRITERS = {"shards": as_shards, "bin": as_bin, "memory_bin": as_memory_bin, "old_names": as_old_names}


@in_frameworks(crossed(LMS_OF_EACH_LAYOUT, WRITERS), "written")
def test_every_layout_that_pytorch_reads_is_read(
    models: Models, tmp_path: Path, framework: str, case: Case, head: str, written: str
) -> None:
    WRITERS[written](models.store.reference(case, head), tmp_path)
    side = SIDES[framework]
    assert_same_state(side, load(side, tmp_path, head), models.torch(case, head))
