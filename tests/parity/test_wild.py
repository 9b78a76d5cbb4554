"""Checkpoints as they are found: other prefixes, old names, tied or fused or unused tensors, old configs, faults."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

import loadstone
from loadstone import errors

from .cases import CASES, CLASSES, Case
from .reference import Reference, Store, assert_close, assert_outputs_close, auto_class, for_bare, kept, make_inputs
from .selections import pairs, trunk_pairs

PLAIN = {case.family: case for case in CASES if case.variant == "plain"}
LMS = pairs("causal_lm", "masked_lm", plain_only=True)
LM_OF = {case.family: head for case, head in (parameter.values for parameter in LMS)}


def write(folder: Path, reference: Reference, tensors: Mapping[str, torch.Tensor], **config: Any) -> Path:
    """A checkpoint of ``tensors`` with the reference's config, some keys replaced."""
    folder.mkdir(exist_ok=True)
    saved = json.loads((reference.folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(saved | config))
    save_file({name: t.contiguous().clone() for name, t in tensors.items()}, folder / "model.safetensors")
    return folder


def load(folder: Path, head: str, **options: Any) -> tuple[Any, dict[str, Any]]:
    """Our model and its loading info."""
    model, info = auto_class(head, loadstone).from_pretrained(
        folder, attn_implementation="eager", output_loading_info=True, **options
    )
    return model.eval(), info


def assert_same_outputs(model: Any, reference: Reference) -> None:
    inputs = make_inputs(reference.case, "right")
    with torch.no_grad():
        assert_outputs_close(model(**inputs), reference(**inputs), kept(inputs))


def named(error: errors.FaultsError) -> str:
    return "\n".join(map(str, error.faults))


# --- prefixes and heads --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("family", "head"), [key for key in CLASSES if key[1] != "base"], ids=lambda value: value)
def test_head_from_a_bare_file_starts_anew_and_says_so(store: Store, tmp_path: Path, family: str, head: str) -> None:
    """The file's names bear no prefix; what the head adds is initialized and listed, and nothing else."""
    case = PLAIN[family]
    bare, whole = store.reference(case, "base"), store.reference(case, head)
    model, info = load(write(tmp_path, bare, bare.stored), head)
    state = model.state_dict()
    prefix = whole.model.base_model_prefix + "."
    taken = {prefix + name: tensor for name, tensor in bare.stored.items() if prefix + name in state}
    assert [name for name, tensor in taken.items() if not state[name].equal(tensor)] == []

    added = {name for name in whole.slots if not name.startswith(prefix)}
    assert set(info["missing_keys"]) == added
    assert all(word.split(".")[0] in str(model.load_report) for word in added)
    assert {name.removeprefix(prefix).split(".")[0] for name in info["unexpected_keys"]} <= {"pooler"}
    inputs = make_inputs(case, "right", head=head)
    with torch.no_grad():
        ours = model(**inputs, output_hidden_states=True).hidden_states[-1]
    assert_close(ours[kept(inputs)], bare(**for_bare(inputs)).last_hidden_state[kept(inputs)], "hidden states")


@pytest.mark.parametrize(("case", "head"), pairs(plain_only=True))
def test_bare_model_from_a_file_with_a_head(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    """The prefix is taken off; the head's tensors are left over; only a pooler may start anew."""
    whole = store.reference(case, head)
    model, info = load(whole.folder, "base")
    prefix = whole.model.base_model_prefix + "."
    assert {name.split(".")[0] for name in info["missing_keys"]} <= {"pooler"}
    assert set(info["unexpected_keys"]) == {n for n in whole.slots if not n.startswith(prefix) and head != "base"}
    inputs = make_inputs(case, "right", head=head)
    with torch.no_grad():
        ours = model(**for_bare(inputs)).last_hidden_state
    expected = whole(**inputs, output_hidden_states=True).hidden_states[-1]
    assert_close(ours[kept(inputs)], expected[kept(inputs)], "last_hidden_state")


@pytest.mark.parametrize(
    ("family", "head"),
    [(family, head) for family, head in CLASSES if head not in ("base", LM_OF[family])],
    ids=lambda value: value,
)
def test_task_head_over_a_language_models_file(store: Store, family: str, head: str) -> None:
    """Also where the two classes call the bare model by different names (llama's question answering)."""
    case = PLAIN[family]
    source, whole = store.reference(case, LM_OF[family]), store.reference(case, head)
    model, info = load(source.folder, head)
    known = {name.removeprefix(source.model.base_model_prefix + ".") for name in source.slots}
    prefix = whole.model.base_model_prefix + "."
    assert set(info["missing_keys"]) == {name for name in whole.slots if name.removeprefix(prefix) not in known}
    inputs = make_inputs(case, "right", head=head)
    with torch.no_grad():
        ours = model(**inputs, output_hidden_states=True).hidden_states[-1]
    expected = source(**for_bare(inputs), output_hidden_states=True).hidden_states[-1]
    assert_close(ours[kept(inputs)], expected[kept(inputs)], "hidden states")


# --- names and layouts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta", "electra", "mpnet", "distilbert"])
def test_legacy_gamma_and_beta(store: Store, tmp_path: Path, family: str) -> None:
    reference = store.reference(PLAIN[family], "masked_lm")
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
        for name, tensor in reference.stored.items()
    }
    assert old.keys() != reference.stored.keys()
    model, info = load(write(tmp_path, reference, old), "masked_lm", strict=True)
    assert not info["missing_keys"]
    assert_same_outputs(model, reference)


TIED = [p for p in pairs("causal_lm", "masked_lm") if p.values[0].config.get("tie_word_embeddings", True)]


@pytest.mark.parametrize("stored", ["both", "second_only"])
@pytest.mark.parametrize(("case", "head"), TIED)
def test_tied_tensors_may_be_stored_under_either_name(
    store: Store, tmp_path: Path, case: Case, head: str, stored: str
) -> None:
    reference = store.reference(case, head)
    if not reference.tied:
        assert case.family in (
            "llama",
            "mistral",
            "mixtral",
            "qwen2",
            "qwen3",
            "qwen3_moe",
            "olmo2",
            "phi3",
            "gpt_neox",
        )
        return
    tensors = dict(reference.stored)
    for second, first in reference.tied.items():
        tensors[second] = tensors[first] if stored == "both" else tensors.pop(first)
    model, info = load(write(tmp_path, reference, tensors), head)
    assert not info["missing_keys"]
    assert_same_outputs(model, reference)


@pytest.mark.parametrize(("case", "head"), LMS)
def test_state_dict_pickled_from_transformers_memory(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    """``torch.save(model.state_dict())``: its in-memory names, stacked experts, and tied tensors twice."""
    reference = store.reference(case, head)
    reference.model.config.save_pretrained(tmp_path)
    torch.save(reference.model.state_dict(), tmp_path / "pytorch_model.bin")
    model, info = load(tmp_path, head)
    assert not info["missing_keys"]
    assert_same_outputs(model, reference)


UNUSED: dict[str, tuple[str, ...]] = {
    "bert": ("bert.embeddings.position_ids",),
    "roberta": ("roberta.embeddings.position_ids",),
    "xlm-roberta": ("roberta.embeddings.position_ids",),
    "electra": ("electra.embeddings.position_ids",),
    "distilbert": ("distilbert.embeddings.position_ids",),
    "mpnet": ("mpnet.embeddings.position_ids",),
    "llama": ("model.layers.0.self_attn.rotary_emb.inv_freq", "model.layers.1.self_attn.rotary_emb.inv_freq"),
    "mistral": ("model.layers.1.self_attn.rotary_emb.inv_freq", "model.rotary_emb.inv_freq"),
    "gpt2": ("transformer.h.0.attn.bias", "transformer.h.1.attn.masked_bias"),
    "gpt_neox": (
        "gpt_neox.layers.0.attention.bias",
        "gpt_neox.layers.0.attention.masked_bias",
        "gpt_neox.layers.1.attention.rotary_emb.inv_freq",
    ),
}


@pytest.mark.parametrize("family", UNUSED)
def test_unused_buffers_of_old_files_are_passed_over(store: Store, tmp_path: Path, family: str) -> None:
    head = LM_OF[family]
    reference = store.reference(PLAIN[family], head)
    extra = {name: torch.arange(40)[None] for name in UNUSED[family]}
    model, info = load(write(tmp_path, reference, reference.stored | extra), head)
    assert not info["missing_keys"]
    assert set(info["unexpected_keys"]) <= set(extra)
    assert_same_outputs(model, reference)


def fuse(tensors: Mapping[str, torch.Tensor], parts: tuple[str, ...], whole: str) -> dict[str, torch.Tensor]:
    """Every layer's ``parts`` joined along their rows into ``whole``, weights and biases alike."""
    result = dict(tensors)
    for name in tensors:
        if f".{parts[0]}." in name:
            names = [name.replace(f".{parts[0]}.", f".{part}.") for part in parts]
            result[name.replace(f".{parts[0]}.", f".{whole}.")] = torch.cat([result.pop(n) for n in names])
    return result


def split(tensors: Mapping[str, torch.Tensor], whole: str, rows: Mapping[str, int]) -> dict[str, torch.Tensor]:
    """The reverse of ``fuse``."""
    result = dict(tensors)
    for name in tensors:
        if f".{whole}." in name:
            pieces = result.pop(name).split(list(rows.values()))
            result |= {name.replace(f".{whole}.", f".{part}."): p for part, p in zip(rows, pieces, strict=True)}
    return result


@pytest.mark.parametrize("family", ["llama", "mistral", "qwen2", "qwen3", "gemma"])
def test_fused_projections_fill_split_slots(store: Store, tmp_path: Path, family: str) -> None:
    reference = store.reference(PLAIN[family], "causal_lm")
    tensors = fuse(reference.stored, ("q_proj", "k_proj", "v_proj"), "qkv_proj")
    tensors = fuse(tensors, ("gate_proj", "up_proj"), "gate_up_proj")
    assert not any("q_proj" in name or "up_proj." in name.replace("gate_up", "") for name in tensors)
    model, info = load(write(tmp_path, reference, tensors), "causal_lm", strict=True)
    assert not info["missing_keys"]
    assert_same_outputs(model, reference)


def test_split_projections_fill_fused_slots(store: Store, tmp_path: Path) -> None:
    reference = store.reference(PLAIN["phi3"], "causal_lm")
    tensors = split(reference.stored, "qkv_proj", {"q_proj": 32, "k_proj": 16, "v_proj": 16})
    tensors = split(tensors, "gate_up_proj", {"gate_proj": 44, "up_proj": 44})
    model, info = load(write(tmp_path, reference, tensors), "causal_lm", strict=True)
    assert not info["missing_keys"]
    assert_same_outputs(model, reference)


def test_key_mapping_renames_stored_tensors(store: Store, tmp_path: Path) -> None:
    reference = store.reference(PLAIN["llama"], "causal_lm")
    renamed = {re.sub(r"^model\.", "net.backbone.", name): tensor for name, tensor in reference.stored.items()}
    model, _ = load(
        write(tmp_path, reference, renamed), "causal_lm", key_mapping={r"^net\.backbone\.": "model."}, strict=True
    )
    assert_same_outputs(model, reference)


# --- configs of transformers 4 -------------------------------------------------------------------------------------


def as_version_4(config: dict[str, Any], family: str) -> dict[str, Any]:
    """The config.json that transformers 4 would have written for the same model."""
    old = config | {"torch_dtype": config["dtype"], "transformers_version": "4.46.0"}
    del old["dtype"]
    rope = old.pop("rope_parameters", None)
    if family == "qwen3_moe":
        old["num_experts"] = old.pop("num_local_experts")
    if rope is None:
        return old
    if family == "modernbert":
        old["global_rope_theta"] = rope["full_attention"]["rope_theta"]
        old["local_rope_theta"] = rope["sliding_attention"]["rope_theta"]
        del old["layer_types"]
        return old
    if family == "gemma3_text":
        old["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        rope = rope["full_attention"]
    scaling = {key: value for key, value in rope.items() if key not in ("rope_theta", "partial_rotary_factor")}
    names = ("rotary_emb_base", "rotary_pct") if family == "gpt_neox" else ("rope_theta", "partial_rotary_factor")
    old[names[0]] = rope["rope_theta"]
    if "partial_rotary_factor" in rope:
        old[names[1]] = rope["partial_rotary_factor"]
    if family != "gemma3_text" and scaling["rope_type"] in ("linear", "dynamic", "longrope"):
        scaling["type"] = scaling.pop("rope_type")  # the older spelling; gemma3 came after it
    old["rope_scaling"] = None if scaling.get("rope_type") == "default" else scaling
    if family == "phi3" and old["rope_scaling"]:
        del old["rope_scaling"]["original_max_position_embeddings"]
    return old


@pytest.mark.parametrize(("case", "head"), trunk_pairs())
def test_config_of_transformers_4_means_the_same(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    reference = store.reference(case, head)
    saved = json.loads((reference.folder / "config.json").read_text())
    write(tmp_path, reference, reference.stored)
    (tmp_path / "config.json").write_text(json.dumps(as_version_4(saved, case.family)))
    model, info = load(tmp_path, head)
    assert not info["missing_keys"]
    assert_same_outputs(model, reference)


# --- faults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "head"), trunk_pairs(plain_only=True))
def test_missing_tensor_is_named_and_nothing_else(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    reference = store.reference(case, head)
    lost = next(name for name in sorted(reference.stored) if re.search(r"\.?(layers?|h)\.1\.", name))
    rest = {name: tensor for name, tensor in reference.stored.items() if name != lost}
    with pytest.raises(errors.MissingTensors) as caught:
        load(write(tmp_path, reference, rest), head)
    assert len(caught.value.faults) == 1
    stacked = re.sub(r"\.experts\.\d+\..*", ".experts", lost)
    assert stacked in named(caught.value)


@pytest.mark.parametrize(
    ("family", "head", "lost"),
    [
        ("roberta", "masked_lm", "lm_head.dense.weight"),
        ("bert", "base", "pooler.dense.bias"),
        ("electra", "sequence_classification", "classifier.dense.weight"),
        ("llama", "token_classification", "score.bias"),
    ],
)
def test_half_a_head_is_no_head(store: Store, tmp_path: Path, family: str, head: str, lost: str) -> None:
    """A part that may be absent as a whole may not be absent in part: that is damage."""
    reference = store.reference(PLAIN[family], head)
    rest = {name: tensor for name, tensor in reference.stored.items() if name != lost}
    with pytest.raises(errors.MissingTensors, match=re.escape(lost)):
        load(write(tmp_path, reference, rest), head)


@pytest.mark.parametrize(("case", "head"), LMS)
def test_every_wrong_shape_is_named_with_both_shapes(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    reference = store.reference(case, head)
    tensors = dict(reference.stored)
    wrong = [name for name in sorted(tensors) if tensors[name].dim() == 1][:2]
    for name in wrong:
        tensors[name] = torch.zeros(7)
    with pytest.raises(errors.ShapeMismatch) as caught:
        load(write(tmp_path, reference, tensors), head)
    text = named(caught.value)
    assert len(caught.value.faults) == 2
    assert all(name in text for name in wrong)
    assert "7" in text
    assert str(reference.stored[wrong[0]].shape[0]) in text


@pytest.mark.parametrize(("case", "head"), pairs("sequence_classification", plain_only=True))
def test_other_number_of_labels_needs_ignore_mismatched_sizes(store: Store, case: Case, head: str) -> None:
    reference = store.reference(case, head)
    last = [name for name in reference.stored if reference.stored[name].shape[0] == 3]
    with pytest.raises(errors.ShapeMismatch) as caught:
        load(reference.folder, head, num_labels=5)
    assert all(name in named(caught.value) for name in last)
    model, info = load(reference.folder, head, num_labels=5, ignore_mismatched_sizes=True)
    assert {entry[0] for entry in info["mismatched_keys"]} == set(last)
    assert model.config.num_labels == 5
    state = model.state_dict()
    kept_whole = {name: tensor for name, tensor in reference.stored.items() if name in state and name not in last}
    assert [name for name, tensor in kept_whole.items() if not state[name].equal(tensor)] == []
    with torch.no_grad():
        assert model(**make_inputs(case, "right", head=head)).logits.shape == (3, 5)


def test_tensor_that_nothing_takes_is_listed_and_refused_when_strict(store: Store, tmp_path: Path) -> None:
    reference = store.reference(PLAIN["bert"], "masked_lm")
    folder = write(tmp_path, reference, reference.stored | {"bert.somewhere.else.weight": torch.ones(3)})
    model, info = load(folder, "masked_lm")
    assert info["unexpected_keys"] == ["bert.somewhere.else.weight"]
    assert_same_outputs(model, reference)
    with pytest.raises(errors.UnusedTensors, match=r"bert\.somewhere\.else\.weight"):
        load(folder, "masked_lm", strict=True)
