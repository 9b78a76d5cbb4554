"""Round trips: what we save transformers reads, and what it saves we read, in every layout, to the same numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from .cases import Case
from .reference import Store, assert_close, assert_outputs_close, auto_class, kept, make_inputs
from .selections import LAYOUTS, crossed, pairs, trunk_pairs

SMALL = 20_000
"""Bytes a shard, so that every tiny model is split into several."""


def stored_in(folder: Path) -> dict[str, torch.Tensor]:
    """Every tensor of a folder of safetensors files."""
    tensors: dict[str, torch.Tensor] = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            tensors |= {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    return tensors


def ours_from(folder: Path, head: str, **options: Any) -> Any:
    import loadstone

    model = auto_class(head, loadstone).from_pretrained(folder, attn_implementation="eager", **options)
    return model.eval()


def assert_same_model(model: Any, store: Store, case: Case, head: str) -> None:
    """Bit for bit the same weights as ours from the plain folder, and the same outputs."""
    state, expected = model.state_dict(), store.ours(case, head).state_dict()
    assert state.keys() == expected.keys()
    assert [name for name in expected if not state[name].equal(expected[name])] == []
    inputs = make_inputs(case, "right")
    with torch.no_grad():
        assert_outputs_close(model(**inputs), store.ours(case, head)(**inputs), kept(inputs), tolerance=0.0)


@pytest.mark.parametrize(("case", "head"), trunk_pairs())
def test_what_we_save_is_what_transformers_saves(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    """The same names, shapes and bits in the file; tied weights once."""
    reference = store.reference(case, head)
    store.ours(case, head).save_pretrained(tmp_path)
    stored = stored_in(tmp_path)
    assert set(stored) == set(reference.stored)
    assert [name for name, tensor in reference.stored.items() if not stored[name].equal(tensor)] == []


@pytest.mark.parametrize(("case", "head"), trunk_pairs(plain_only=True))
def test_what_we_save_is_read_by_transformers_without_a_remark(
    store: Store, tmp_path: Path, case: Case, head: str
) -> None:
    reference = store.reference(case, head)
    store.ours(case, head).save_pretrained(tmp_path)
    model, info = auto_class(head).from_pretrained(tmp_path, attn_implementation="eager", output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    assert not info["mismatched_keys"]
    assert type(model) is type(reference.model)
    inputs = make_inputs(case, "right")
    with torch.no_grad():
        assert_outputs_close(model.eval()(**inputs), reference(**inputs), kept(inputs), tolerance=1e-6)


LMS_OF_EACH_LAYOUT = pairs("causal_lm", "masked_lm", plain_only=True, families=LAYOUTS)


@pytest.mark.parametrize(
    ("case", "head", "format"),
    crossed(LMS_OF_EACH_LAYOUT, ["safetensors", "bin"]),
)
def test_our_shards_are_read_by_transformers(store: Store, tmp_path: Path, case: Case, head: str, format: str) -> None:
    safe = format == "safetensors"
    store.ours(case, head).save_pretrained(tmp_path, max_shard_size=SMALL, safe_serialization=safe)
    name = "model.safetensors" if safe else "pytorch_model.bin"
    index = json.loads((tmp_path / f"{name}.index.json").read_text())
    shards = set(index["weight_map"].values())
    assert len(shards) > 1
    assert shards == {p.name for p in tmp_path.iterdir() if p.suffix in (".safetensors", ".bin")}
    reference = store.reference(case, head)
    assert set(index["weight_map"]) == set(reference.stored)
    total = sum(t.numel() * t.element_size() for t in reference.stored.values())
    assert index["metadata"]["total_size"] == total

    model, info = auto_class(head).from_pretrained(tmp_path, attn_implementation="eager", output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    inputs = make_inputs(case, "right")
    with torch.no_grad():
        assert_outputs_close(model.eval()(**inputs), reference(**inputs), kept(inputs), tolerance=1e-6)
    assert_same_model(ours_from(tmp_path, head), store, case, head)


@pytest.mark.parametrize(("case", "head"), LMS_OF_EACH_LAYOUT)
def test_shards_of_transformers_are_read(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    store.reference(case, head).model.save_pretrained(tmp_path, max_shard_size=SMALL)
    assert (tmp_path / "model.safetensors.index.json").exists()
    assert_same_model(ours_from(tmp_path, head), store, case, head)


def write_bin(folder: Path, tensors: dict[str, torch.Tensor], shards: int) -> None:
    """The layout of old: ``pytorch_model.bin``, or shards with an index."""
    if shards == 1:
        torch.save(tensors, folder / "pytorch_model.bin")
        return
    names = list(tensors)
    weight_map = {}
    for number in range(shards):
        file = f"pytorch_model-{number + 1:05d}-of-{shards:05d}.bin"
        part = names[number::shards]
        torch.save({name: tensors[name] for name in part}, folder / file)
        weight_map |= dict.fromkeys(part, file)
    index = {"metadata": {"total_size": 0}, "weight_map": weight_map}
    index["metadata"]["total_size"] = sum(t.numel() * t.element_size() for t in tensors.values())
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    ("case", "head", "layout"),
    crossed(LMS_OF_EACH_LAYOUT, ["single", "sharded"]),
)
def test_pytorch_bin_is_read(store: Store, tmp_path: Path, case: Case, head: str, layout: str) -> None:
    reference = store.reference(case, head)
    reference.model.config.save_pretrained(tmp_path)
    write_bin(tmp_path, reference.stored, shards={"single": 1, "sharded": 3}[layout])
    assert_same_model(ours_from(tmp_path, head), store, case, head)


@pytest.mark.parametrize(("case", "head"), LMS_OF_EACH_LAYOUT)
def test_our_own_folder_comes_back_bit_for_bit(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    """Through our own shards, saved onto the very folder that the model is mapped from."""
    folder = tmp_path / "model"
    store.ours(case, head).save_pretrained(folder, max_shard_size=SMALL)
    model = ours_from(folder, head)
    model.save_pretrained(folder)
    assert [p.name for p in folder.glob("*.safetensors*")] == ["model.safetensors"]
    assert_same_model(model, store, case, head)
    assert_same_model(ours_from(folder, head), store, case, head)


@pytest.mark.parametrize(("case", "head"), LMS_OF_EACH_LAYOUT)
def test_trained_weights_are_what_is_saved(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    """Training in place on mapped weights leaves the source file alone and reaches the saved one."""
    reference = store.reference(case, head)
    source = (reference.folder / "model.safetensors").read_bytes()
    model = ours_from(reference.folder, head)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.5)
    assert (reference.folder / "model.safetensors").read_bytes() == source
    model.save_pretrained(tmp_path)
    stored = stored_in(tmp_path)
    assert [name for name, tensor in reference.stored.items() if not stored[name].equal(tensor * 1.5)] == []


@pytest.mark.parametrize(("case", "head", "stored"), crossed(LMS_OF_EACH_LAYOUT, ["bfloat16", "float16"]))
def test_half_precision_checkpoint_loads_by_auto_and_as_float32(
    store: Store, tmp_path: Path, case: Case, head: str, stored: str
) -> None:
    reference = store.reference(case, head)
    config = json.loads((reference.folder / "config.json").read_text())
    config.pop("dtype")
    (tmp_path / "config.json").write_text(json.dumps(config | {"torch_dtype": stored}))
    dtype = getattr(torch, stored)
    halves = {name: tensor.to(dtype) for name, tensor in reference.stored.items()}
    save_file(halves, tmp_path / "model.safetensors", metadata={"format": "pt"})

    automatic = ours_from(tmp_path, head, torch_dtype="auto").state_dict()
    assert {t.dtype for t in automatic.values()} == {dtype}
    default = ours_from(tmp_path, head)
    assert {t.dtype for t in default.state_dict().values()} == {torch.float32}
    expected = auto_class(head).from_pretrained(tmp_path, attn_implementation="eager", dtype=torch.float32).eval()
    inputs = make_inputs(case)
    with torch.no_grad():
        assert_close(default(**inputs).logits, expected(**inputs).logits, "logits")
