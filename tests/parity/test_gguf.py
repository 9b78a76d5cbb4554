"""Models from GGUF files compute what the checkpoints compute that the files were made of, in every family."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
import transformers

import loadstone

from .cases import PLAIN, Case
from .gguf_writing import ARCHITECTURES, write_gguf
from .modal_families import families
from .reference import Reference, Store, assert_close, make_inputs

ENCODERS = ("bert", "roberta", "xlm-roberta", "distilbert", "modernbert", "nomic_bert", "jina_embeddings_v3")
# What llama.cpp has no key for has the value that its code has.
FIXED: dict[str, dict[str, Any]] = {
    "gemma2": dict(query_pre_attn_scalar=12),
    "gemma3_text": dict(query_pre_attn_scalar=12, sliding_window_pattern=6, num_hidden_layers=7),
    "qwen3_moe": dict(norm_topk_prob=True),
    "gpt_bigcode": dict(activation_function="gelu"),
    "olmoe": dict(num_key_value_heads=4),
    "gpt_oss": dict(swiglu_limit=7.0),
    "smollm3": dict(no_rope_layer_interval=4, num_hidden_layers=5),
    "olmo3": dict(layer_types=None, num_hidden_layers=5),
    "cohere2": dict(layer_types=None, num_hidden_layers=5),
    "deepseek_v2": dict(norm_topk_prob=False),
    "dots1": dict(num_key_value_heads=4),
    "exaone4": dict(sliding_window=None, layer_types=["full_attention"] * 2),
}
PLAINS = PLAIN | {name: dict(each.plain) for name, each in families().items() if name in ARCHITECTURES}
_YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)
_LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)
_LONGROPE = dict(rope_type="longrope", short_factor=[1.0, 1.1, 1.3, 1.6], long_factor=[1.5, 2.0, 4.0, 8.0])
_DEEP = dict(
    rope_type="yarn",
    factor=4.0,
    original_max_position_embeddings=16,
    beta_fast=32,
    beta_slow=1,
    mscale=0.7,
    mscale_all_dim=0.7,
)
_LONG = dict(original_max_position_embeddings=9, max_position_embeddings=128)
VARIANTS: dict[str, dict[str, dict[str, Any]]] = {
    "llama": {
        "tied": dict(tie_word_embeddings=True),
        "head_dim": dict(head_dim=12),
        "biases": dict(attention_bias=True, mlp_bias=True),
        "linear": dict(rope_scaling=dict(rope_type="linear", factor=2.5)),
        "yarn": dict(rope_scaling=_YARN),
        "llama3": dict(
            rope_scaling=_LLAMA3 | dict(original_max_position_embeddings=8192),
            max_position_embeddings=65536,
            head_dim=16,
            rope_theta=500000.0,
        ),
        "factors": dict(
            rope_scaling=_LLAMA3 | dict(original_max_position_embeddings=24), max_position_embeddings=192, head_dim=16
        ),
    },
    "qwen2": {"tied": dict(tie_word_embeddings=True)},
    "gemma": {"multi_query": dict(num_key_value_heads=1)},
    "gemma3_text": {"linear": dict(rope_scaling=dict(rope_type="linear", factor=8.0))},
    "phi3": {
        "longrope": dict(rope_scaling=_LONGROPE, **_LONG),
        "partial": dict(partial_rotary_factor=0.5),
        "window": dict(sliding_window=5),
    },
    "gpt2": {"untied": dict(tie_word_embeddings=False), "inner": dict(n_inner=50)},
    "gpt_neox": {"sequential": dict(use_parallel_residual=False), "no_bias": dict(attention_bias=False)},
    "bert": {"two_segments": dict(type_vocab_size=2)},
    "olmo": {"clipped": dict(clip_qkv=0.5), "tied": dict(tie_word_embeddings=True, num_key_value_heads=4)},
    "olmo3": {"yarn": dict(rope_scaling=_YARN | dict(attention_factor=1.138629436111989))},  # what it is anyway
    "qwen2_moe": {"no biases": dict(qkv_bias=False, tie_word_embeddings=True)},
    "granitemoe": {"biases": dict(attention_bias=True, tie_word_embeddings=True, num_key_value_heads=1)},
    "granite": {"biases": dict(attention_bias=True, mlp_bias=True, tie_word_embeddings=True)},
    "stablelm": {
        "parallel": dict(use_parallel_residual=True, partial_rotary_factor=0.5),
        "biases": dict(use_qkv_bias=True),
    },
    "exaone4": {
        "llama3": dict(
            sliding_window=None,
            layer_types=["full_attention"] * 2,
            rope_scaling=_LLAMA3 | dict(original_max_position_embeddings=8192),
            max_position_embeddings=65536,
            head_dim=16,
            rope_theta=500000.0,
        ),
        # As many layers as the one model of whose windows llama.cpp knows.
        "windows": dict(sliding_window=5, layer_types=None, sliding_window_pattern=4, num_hidden_layers=64),
    },
    "ernie4_5": {"untied": dict(tie_word_embeddings=False, head_dim=12)},
    "cohere": {"normed": dict(use_qk_norm=True, num_hidden_layers=64)},
    "gpt_bigcode": {"untied": dict(tie_word_embeddings=False)},
    "phi": {"tied": dict(tie_word_embeddings=True, num_key_value_heads=4, partial_rotary_factor=1.0)},
    "falcon": {
        "groups": dict(new_decoder_architecture=True, num_kv_heads=2, tie_word_embeddings=False),
        "one norm": dict(new_decoder_architecture=True, num_kv_heads=2, num_ln_in_parallel_attn=1),
    },
    "mpt": {"clipped": dict(attn_config=dict(clip_qkv=0.5), tie_word_embeddings=False)},
    "deepseek_v2": {"lite": dict(q_lora_rank=None, topk_method="greedy", n_group=1, topk_group=1)},
    "deepseek_v3": {"yarn": dict(attention_bias=True, rope_scaling=_DEEP), "dense": dict(first_k_dense_replace=2)},
    "glm4_moe": {"unlike": dict(use_qk_norm=False, attention_bias=True, tie_word_embeddings=True)},
    "glm": {"whole": dict(attention_bias=False, partial_rotary_factor=1.0, tie_word_embeddings=True)},
    "nomic_bert": {"linear": dict(rope_scaling=dict(rope_type="linear", factor=2.5, rope_theta=1000.0))},
}


def case_of(family: str, variant: str = "plain", **changes: Any) -> Case:
    config = PLAINS[family] | FIXED.get(family, {}) | changes
    head = "base" if family in ENCODERS else "causal_lm"
    return Case(family, f"gguf-{variant}", config, (head,), 23 if variant != "plain" else 11)


CASES = [case_of(family) for family in ARCHITECTURES] + [
    case_of(family, name, **changes) for family, those in VARIANTS.items() for name, changes in those.items()
]


def outputs(model: Any, case: Case) -> torch.Tensor:
    with torch.no_grad():
        found = model.eval()(**make_inputs(case))
    result: torch.Tensor = found.last_hidden_state if case.heads == ("base",) else found.logits
    return result


def reference_of(store: Store, case: Case) -> Reference:
    return store.reference(case, case.heads[0])


def auto(case: Case, library: Any = loadstone) -> Any:
    return library.AutoModel if case.heads == ("base",) else library.AutoModelForCausalLM


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_model_from_gguf_computes_what_the_original_does(store: Store, case: Case, tmp_path: Path) -> None:
    reference = reference_of(store, case)
    write_gguf(reference, tmp_path / "x.gguf")
    model = auto(case).from_pretrained(tmp_path, gguf_file="x.gguf", attn_implementation="eager")
    assert model.config.model_type == case.family
    assert not model.load_report.unused
    assert all("pooler" in name for name in model.load_report.initialized)
    assert_close(outputs(model, case), outputs(reference.model, case), case.id)
    for name, tensor in model.state_dict().items():
        inexact = ("position_embeddings", "norm", "pooler")  # rows that no file has; 1 added and taken away; no file
        if name in reference.stored and not any(part in name for part in inexact):
            torch.testing.assert_close(tensor, reference.stored[name], rtol=0, atol=0, msg=name)


# What transformers' own way leaves at the default, whatever the file says, has the default here.
PEERS: dict[str, dict[str, Any]] = {
    "llama": {},
    "mistral": {},
    "qwen2": {},
    "qwen3": dict(head_dim=128),
    "qwen3_moe": dict(head_dim=128, moe_intermediate_size=768),
    "gemma2": dict(head_dim=256, query_pre_attn_scalar=256, attn_logit_softcapping=50.0, final_logit_softcapping=30.0),
    "gemma3_text": dict(head_dim=256, query_pre_attn_scalar=256),
    "phi3": {},
}


@pytest.mark.parametrize("family", PEERS)
def test_transformers_reads_the_same_model_from_the_file(store: Store, family: str, tmp_path: Path) -> None:
    case = case_of(family, "peer", **PEERS[family])
    write_gguf(reference_of(store, case), tmp_path / "x.gguf")
    theirs = auto(case, transformers).from_pretrained(tmp_path, gguf_file="x.gguf", attn_implementation="eager")
    ours = auto(case).from_pretrained(tmp_path, gguf_file="x.gguf", attn_implementation="eager")
    assert_close(outputs(ours, case), outputs(theirs, case), family)


def plain_copy(packed: Path, to: Path) -> Path:
    """The same file with every block's numbers in float32, as the ``gguf`` package has them."""
    reader = gguf.GGUFReader(packed)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(to, architecture)
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key != "general.architecture":
            of = field.types[1] if len(field.types) > 1 else None
            writer.add_key_value(key, field.contents(), field.types[0], of)
    for tensor in reader.tensors:
        numbers = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, np.ascontiguousarray(numbers))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return to


_INNER = ("intermediate_size", "moe_intermediate_size", "shared_expert_intermediate_size")
WIDE = dict.fromkeys((*_INNER, "hidden_dim", "n_inner"), 32)


KINDS = ("Q8_0", "Q4_1", "F16", "BF16", "MXFP4")
REARRANGED = ("llama", "mixtral", "gpt2", "gpt_neox", "gpt_oss")
"""Rows that change places, experts that are stacked, matrices that lie the other way, projections that are fused."""


@pytest.mark.parametrize(
    ("family", "kind"),
    [(family, kind) for family in ARCHITECTURES for kind in (KINDS if family in REARRANGED else KINDS[:1])],
)
def test_packed_tensors_are_arranged_as_plain_ones(store: Store, family: str, kind: str, tmp_path: Path) -> None:
    widths = {
        key: width for key, width in WIDE.items() if key in PLAINS[family] or (family, key) == ("gpt2", "n_inner")
    }
    case = case_of(family, "wide", **widths)
    packed = write_gguf(reference_of(store, case), tmp_path / "packed.gguf", gguf.GGMLQuantizationType[kind])
    found = auto(case).from_pretrained(packed).state_dict()
    expected = auto(case).from_pretrained(plain_copy(packed, tmp_path / "plain.gguf")).state_dict()
    assert found.keys() == expected.keys()
    for name, tensor in found.items():
        if "pooler" not in name:  # no file has it
            torch.testing.assert_close(tensor, expected[name], rtol=0, atol=0, msg=name)


def test_the_experts_of_old_mixtral_files_are_read_one_by_one(store: Store, tmp_path: Path) -> None:
    case = case_of("mixtral")
    whole = write_gguf(reference_of(store, case), tmp_path / "whole.gguf")
    reader = gguf.GGUFReader(whole)
    writer = gguf.GGUFWriter(tmp_path / "old.gguf", "llama")
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key != "general.architecture":
            of = field.types[1] if len(field.types) > 1 else None
            writer.add_key_value(key, field.contents(), field.types[0], of)
    for tensor in reader.tensors:
        stem, found, leaf = tensor.name.partition("_exps.")
        for number, each in enumerate(tensor.data if found else [tensor.data]):
            name = f"{stem}.{number}.{leaf}" if found else tensor.name
            writer.add_tensor(name, np.ascontiguousarray(each))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    old = auto(case).from_pretrained(tmp_path / "old.gguf").state_dict()
    for name, tensor in auto(case).from_pretrained(whole).state_dict().items():
        torch.testing.assert_close(old[name], tensor, rtol=0, atol=0, msg=name)


def test_old_phi_files_have_queries_keys_and_values_in_one_tensor(store: Store, tmp_path: Path) -> None:
    case = case_of("phi", "old", num_key_value_heads=4)
    whole = write_gguf(reference_of(store, case), tmp_path / "whole.gguf")
    reader = gguf.GGUFReader(whole)
    writer = gguf.GGUFWriter(tmp_path / "old.gguf", "phi2")
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key != "general.architecture":
            of = field.types[1] if len(field.types) > 1 else None
            writer.add_key_value(key, field.contents(), field.types[0], of)
    tensors = {tensor.name: tensor.data for tensor in reader.tensors}
    for name, data in tensors.items():
        if ".attn_q." in name:
            three = [tensors[name.replace("attn_q", f"attn_{each}")] for each in "qkv"]
            writer.add_tensor(name.replace("attn_q", "attn_qkv"), np.concatenate(three))
        elif ".attn_k." not in name and ".attn_v." not in name:
            writer.add_tensor(name, np.ascontiguousarray(data))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    old = auto(case).from_pretrained(tmp_path / "old.gguf").state_dict()
    for name, tensor in auto(case).from_pretrained(whole).state_dict().items():
        torch.testing.assert_close(old[name], tensor, rtol=0, atol=0, msg=name)


def test_llama_3_scaling_is_recognized_by_its_factors(store: Store, tmp_path: Path) -> None:
    variants = VARIANTS["llama"]
    found = []
    for name in ("llama3", "factors"):
        case = case_of("llama", name, **variants[name])
        path = write_gguf(reference_of(store, case), tmp_path / f"{name}.gguf")
        found.append(loadstone.AutoConfig.from_pretrained(path).rope_scaling)
    assert found[0] == _LLAMA3 | {"original_max_position_embeddings": 8192, "rope_theta": 500000.0}
    assert found[1]["rope_type"] == "longrope" and found[1]["attention_factor"] == 1.0


@pytest.mark.parametrize("framework", ["Flax", "TF"])
@pytest.mark.parametrize("family", ["llama", "qwen3_moe", "gpt2", "gpt_neox", "gemma2", "roberta"])
def test_other_frameworks_compute_the_same(store: Store, family: str, framework: str, tmp_path: Path) -> None:
    case = case_of(family)
    reference = reference_of(store, case)
    path = write_gguf(reference, tmp_path / "x.gguf", gguf.GGMLQuantizationType.Q8_0)
    name = "AutoModel" if case.heads == ("base",) else "AutoModelForCausalLM"
    model = getattr(loadstone, f"{framework}{name}").from_pretrained(path)
    inputs = {key: value.numpy() for key, value in make_inputs(case).items()}
    found = model(**inputs)
    numbers = np.asarray(found.last_hidden_state if case.heads == ("base",) else found.logits)
    assert_close(torch.tensor(numbers), outputs(auto(case).from_pretrained(path), case), case.id)
