"""Files of Nomic BERT, GTE and Jina embeddings v3 as they lie on the Hub, for code that comes with them.

transformers has classes of its own for these families; as there, no such code is asked for where a class here serves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.errors import InvalidConfig, UntrustedCode

from .modal import Made
from .modal_families.roformer import SIZES, inputs

NOMIC = {
    "activation_function": "swiglu",
    "architectures": ["NomicBertModel"],
    "attn_pdrop": 0.0,
    "auto_map": {
        "AutoConfig": "nomic-ai/nomic-bert-2048--configuration_hf_nomic_bert.NomicBertConfig",
        "AutoModel": "nomic-ai/nomic-bert-2048--modeling_hf_nomic_bert.NomicBertModel",
        "AutoModelForMaskedLM": "nomic-ai/nomic-bert-2048--modeling_hf_nomic_bert.NomicBertForPreTraining",
    },
    "causal": False,
    "dense_seq_output": True,
    "embd_pdrop": 0.0,
    "fused_bias_fc": True,
    "fused_dropout_add_ln": True,
    "initializer_range": 0.02,
    "layer_norm_epsilon": 1e-12,
    "max_trained_positions": 64,
    "mlp_fc1_bias": False,
    "mlp_fc2_bias": False,
    "model_type": "nomic_bert",
    "n_embd": 24,
    "n_head": 4,
    "n_inner": 19,
    "n_layer": 2,
    "n_positions": 256,
    "pad_vocab_size_multiple": 64,
    "parallel_block": False,
    "parallel_block_tied_norm": False,
    "prenorm": False,
    "qkv_proj_bias": False,
    "reorder_and_upcast_attn": False,
    "resid_pdrop": 0.0,
    "rotary_emb_base": 1000,
    "rotary_emb_fraction": 1.0,
    "rotary_emb_interleaved": False,
    "rotary_emb_scale_base": None,
    "rotary_scaling_factor": None,
    "scale_attn_by_inverse_layer_idx": False,
    "scale_attn_weights": True,
    "summary_type": "cls_index",
    "torch_dtype": "float32",
    "type_vocab_size": 2,
    "use_cache": True,
    "use_flash_attn": True,
    "use_rms_norm": False,
    "use_xentropy": True,
    "vocab_size": 97,
}
GTE = {
    "architectures": ["NewModel"],
    "attention_probs_dropout_prob": 0.0,
    "auto_map": {"AutoConfig": "configuration.NewConfig", "AutoModel": "modeling.NewModel"},
    "classifier_dropout": None,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 24,
    "initializer_range": 0.02,
    "intermediate_size": 19,
    "layer_norm_eps": 1e-12,
    "layer_norm_type": "layer_norm",
    "logn_attention_clip1": False,
    "logn_attention_scale": False,
    "max_position_embeddings": 64,
    "model_type": "new",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "pack_qkv": True,
    "pad_token_id": 0,
    "position_embedding_type": "rope",
    "rope_scaling": {"factor": 2.0, "type": "ntk"},
    "rope_theta": 160000,
    "type_vocab_size": 2,
    "unpad_inputs": False,
    "use_memory_efficient_attention": False,
    "vocab_size": 97,
}


def put(config: Mapping[str, Any], weights: Mapping[str, torch.Tensor], folder: Path) -> Path:
    (folder / "config.json").write_text(json.dumps(config))
    save_file(dict(weights), folder / "model.safetensors", {"format": "pt"})
    return folder


def same(ours: Any, made: Made, field: str = "last_hidden_state") -> bool:
    given = {name: value for name, value in inputs("Model", made.model.config).items() if name != "labels"}
    with torch.no_grad():
        return bool((ours.eval()(**given)[field] - made.model(**given)[field]).abs().max() < 1e-5)


def test_a_file_of_nomic_s_code_is_loaded_without_it(tmp_path: Path) -> None:
    config = transformers.NomicBertConfig(**SIZES)
    made = Made("NomicBertModel", config, tmp_path)
    put(NOMIC, load_file(tmp_path / "model.safetensors"), tmp_path)
    model = loadstone.AutoModel.from_pretrained(tmp_path)
    assert type(model) is loadstone.NomicBertModel
    assert same(model, made)
    assert not model.load_report.unused and not model.load_report.initialized
    scaled = loadstone.AutoConfig.from_pretrained(tmp_path, rotary_scaling_factor=2)
    assert scaled.rope_parameters == {"rope_theta": 1000, "rope_type": "dynamic", "factor": 2}


def test_a_language_model_of_nomic_s_code_calls_its_body_bert(tmp_path: Path) -> None:
    made = Made("NomicBertForMaskedLM", transformers.NomicBertConfig(**SIZES), tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    other = {name.replace("nomic_bert.", "bert."): value for name, value in stored.items()}
    put(NOMIC, other, tmp_path)
    assert same(loadstone.NomicBertForMaskedLM.from_pretrained(tmp_path), made, "logits")
    assert loadstone.NomicBertModel.from_pretrained(tmp_path).load_report.initialized == {}


@pytest.mark.parametrize("keys", [{"num_experts": 8, "moe_every_n_layers": 2}, {"qkv_proj_bias": True}])
def test_what_only_nomic_s_code_computes_is_refused_by_name(keys: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig, match=next(iter(keys))):
        loadstone.NomicBertConfig.from_dict({**NOMIC, **keys})


def test_a_file_of_alibaba_s_code_is_read_by_the_class_that_is_named(tmp_path: Path) -> None:
    """Its fixed scaling is a larger base, and then linear: transformers' class has no other way to say it."""
    scaling = dict(rope_type="linear", factor=2.0 ** (2 / 6), rope_theta=320000.0)
    config = transformers.GteConfig(**{**SIZES, "type_vocab_size": 2, "pad_token_id": 0}, rope_parameters=scaling)
    made = Made("GteForSequenceClassification", config, tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    other = {name.replace("gte.", "new."): value for name, value in stored.items()}
    put({**GTE, "num_labels": 3}, other, tmp_path)
    assert same(loadstone.GteForSequenceClassification.from_pretrained(tmp_path), made, "logits")
    with pytest.raises(UntrustedCode):
        loadstone.AutoModel.from_pretrained(tmp_path)


def test_adapters_in_a_file_of_jina_s_code_are_passed_over_and_said_to_be_unused(tmp_path: Path) -> None:
    made = Made("JinaEmbeddingsV3Model", transformers.JinaEmbeddingsV3Config(**SIZES), tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    other = {}
    for name, value in stored.items():
        stem, _, leaf = name.rpartition(".")
        if leaf == "weight" and value.dim() == 2:
            other[f"roberta.{stem}.parametrizations.weight.original"] = value
            other[f"roberta.{stem}.parametrizations.weight.0.lora_A"] = torch.ones(5, 4, 3)
        else:
            other[f"roberta.{name}"] = value
    keys = json.loads((tmp_path / "config.json").read_text())
    rope = keys.pop("rope_parameters")
    put({**keys, "rotary_emb_base": rope["rope_theta"], "position_embedding_type": "rotary"}, other, tmp_path)
    model = loadstone.JinaEmbeddingsV3Model.from_pretrained(tmp_path)
    assert same(model, made, "pooler_output")
    assert {name for name in other if name.endswith("lora_A")} == set(model.load_report.unused)
