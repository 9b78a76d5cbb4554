"""Writes a reference checkpoint as llama.cpp's converter does: its names, its metadata, its changes to tensors.

The names come from the ``gguf`` package; the rest are facts of ``convert_hf_to_gguf.py``, written down anew and
independently of how Loadstone undoes them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch

from .reference import Reference

ARCHITECTURES = {
    "llama": "llama",
    "mistral": "llama",
    "mixtral": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "qwen2_moe": "qwen2moe",
    "qwen3_moe": "qwen3moe",
    "olmoe": "olmoe",
    "granitemoe": "granitemoe",
    "gpt_oss": "gpt-oss",
    "gemma": "gemma",
    "gemma2": "gemma2",
    "gemma3_text": "gemma3",
    "olmo": "olmo",
    "olmo2": "olmo2",
    "olmo3": "olmo2",
    "starcoder2": "starcoder2",
    "smollm3": "smollm3",
    "granite": "granite",
    "stablelm": "stablelm",
    "exaone4": "exaone4",
    "ernie4_5": "ernie4_5",
    "deepseek_v2": "deepseek2",
    "deepseek_v3": "deepseek2",
    "glm4_moe": "glm4moe",
    "dots1": "dots1",
    "cohere": "command-r",
    "cohere2": "cohere2",
    "glm": "chatglm",
    "glm4": "glm4",
    "phi3": "phi3",
    "gpt2": "gpt2",
    "gpt_neox": "gptneox",
    "gpt_bigcode": "starcoder",
    "phi": "phi2",
    "falcon": "falcon",
    "bloom": "bloom",
    "mpt": "mpt",
    "bert": "bert",
    "roberta": "bert",
    "xlm-roberta": "bert",
    "distilbert": "bert",
    "modernbert": "modern-bert",
    "nomic_bert": "nomic-bert",
    "jina_embeddings_v3": "jina-bert-v3",
}
TOKENIZERS = {
    "bert": "bert",
    "distilbert": "bert",
    "nomic_bert": "bert",
    "xlm-roberta": "t5",
    "jina_embeddings_v3": "t5",
    "roberta": "gpt2",
}
LATENT = ("deepseek_v2", "deepseek_v3")
GROUPED = (*LATENT, "glm4_moe", "dots1")
_PAIRED = ("llama", "olmo", "smollm3", "granite", "granitemoe")
WITH_EXPERTS = ("mixtral", "qwen2_moe", "qwen3_moe", "olmoe", "granitemoe", "gpt_oss", *GROUPED)
_TWO_ROPES = ("gemma3_text", "modernbert", "olmo3")
_BEFORE = {"modernbert": ("model.",), "bloom": ("transformer.",)}
_NOT_WRITTEN = ("pooler.", "cls.predictions", "vocab_", "lm_head.dense", "lm_head.layer_norm", "position_ids")


def write_gguf(
    reference: Reference, path: Path, kind: gguf.GGMLQuantizationType = gguf.GGMLQuantizationType.F32
) -> Path:
    """Matrices whose rows have whole blocks are written as ``kind``, all else in float32."""
    config, family = reference.model.config, reference.case.family
    writer = gguf.GGUFWriter(path, ARCHITECTURES[family])
    _describe(writer, config, family)
    for name, tensor in _converted(reference, family, config):
        array = np.ascontiguousarray(tensor.float().numpy())
        block, _ = gguf.GGML_QUANT_SIZES[kind]
        if array.ndim > 1 and array.shape[-1] % block == 0 and kind is not gguf.GGMLQuantizationType.F32:
            writer.add_tensor(name, gguf.quants.quantize(array, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _describe(writer: gguf.GGUFWriter, config: Any, family: str) -> None:
    writer.add_name("a mistral" if family == "mistral" else "a model")
    positions = {"bloom": config.hidden_size, "mpt": getattr(config, "max_seq_len", 0)}.get(family)
    positions = config.max_position_embeddings if positions is None else positions
    if family in ("roberta", "xlm-roberta"):
        positions -= config.pad_token_id + 1
    heads = config.num_attention_heads
    writer.add_context_length(positions)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(heads)
    writer.add_vocab_size(config.vocab_size)
    inner = getattr(config, "intermediate_size", None) or getattr(config, "hidden_dim", None)
    inner = inner or getattr(config, "ffn_hidden_size", None)
    writer.add_feed_forward_length(inner or getattr(config, "n_inner", None) or 4 * config.hidden_size)
    for key in ("rms_norm_eps",):
        if hasattr(config, key):
            writer.add_layer_norm_rms_eps(getattr(config, key))
    for key in ("layer_norm_eps", "layer_norm_epsilon", "norm_eps", "norm_epsilon"):
        if hasattr(config, key):
            writer.add_layer_norm_eps(getattr(config, key))
    if family == "distilbert":
        writer.add_layer_norm_eps(1e-12)
    _describe_decoder(writer, config, family)
    if (kv_heads := getattr(config, "num_key_value_heads", None)) is not None:
        writer.add_head_count_kv(kv_heads)
    head_dim = getattr(config, "head_dim", None)
    if family in LATENT:
        writer.add_key_length(config.qk_nope_head_dim + config.qk_rope_head_dim)
        writer.add_value_length(config.v_head_dim)
    elif head_dim is not None and family not in ("falcon", "nomic_bert"):  # whose files have no such key
        writer.add_key_length(head_dim)
        writer.add_value_length(head_dim)
    _describe_positions(writer, config, family)
    if family in WITH_EXPERTS:
        writer.add_expert_count(getattr(config, "num_local_experts", None) or config.num_experts)
        writer.add_expert_used_count(config.num_experts_per_tok)
    if family in ("qwen2_moe", "qwen3_moe"):
        writer.add_expert_feed_forward_length(config.moe_intermediate_size)
    if family == "gpt_oss":
        writer.add_expert_feed_forward_length(config.intermediate_size)
        writer.add_sliding_window(config.sliding_window)
    if family == "qwen2_moe":
        writer.add_expert_shared_feed_forward_length(config.shared_expert_intermediate_size)
    if family in ("gemma2", "gemma3_text", "phi3", "mixtral") and config.sliding_window:
        writer.add_sliding_window(config.sliding_window)
    if family == "gemma2":
        writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
        writer.add_final_logit_softcapping(config.final_logit_softcapping)
    if family == "gpt_neox":
        writer.add_parallel_residual(config.use_parallel_residual)
    if family == "modernbert":
        writer.add_sliding_window(config.local_attention)
        writer.add_sliding_window_pattern(config.global_attn_every_n_layers)
    tokenizer = TOKENIZERS.get(family, "gpt2")
    writer.add_tokenizer_model(tokenizer)
    writer.add_token_list([f"t{number}" for number in range(config.vocab_size)])
    for add, token in (
        (writer.add_bos_token_id, config.bos_token_id),
        (writer.add_eos_token_id, config.eos_token_id),
        (writer.add_pad_token_id, config.pad_token_id),
    ):
        if token is not None:
            add(token)


def _describe_decoder(writer: gguf.GGUFWriter, config: Any, family: str) -> None:
    """What Llama's descendants have beside their sizes."""
    if family == "olmo":
        writer.add_layer_norm_eps(1e-5)
        if config.clip_qkv is not None:
            writer.add_clamp_kqv(config.clip_qkv)
    if family in ("granite", "granitemoe"):
        writer.add_attention_scale(config.attention_multiplier)
        writer.add_embedding_scale(config.embedding_multiplier)
        writer.add_residual_scale(config.residual_multiplier)
        writer.add_logit_scale(config.logits_scaling)
    if family in ("cohere", "cohere2"):
        writer.add_logit_scale(config.logit_scale)
        writer.add_rope_scaling_type(gguf.RopeScalingType.NONE)
    if family == "falcon":
        writer.add_tensor_data_layout("jploski")
        has_one_key = config.multi_query and not config.new_decoder_architecture
        writer.add_head_count_kv(1 if has_one_key else config.num_kv_heads)
    if family == "bloom":
        writer.add_head_count_kv(config.n_head)
    if family == "mpt":
        writer.add_max_alibi_bias(config.attn_config.alibi_bias_max)
        if config.attn_config.clip_qkv is not None:
            writer.add_clamp_kqv(config.attn_config.clip_qkv)
    if family in GROUPED:
        _describe_groups(writer, config, family)
    if family == "stablelm":
        writer.add_parallel_residual(config.use_parallel_residual)
    if family in ("olmo3", "exaone4", "cohere2") and config.sliding_window is not None:
        writer.add_sliding_window(config.sliding_window)
        if family != "cohere2":  # whose pattern stands in llama.cpp's code alone
            writer.add_sliding_window_pattern([each == "sliding_attention" for each in config.layer_types])


def _describe_groups(writer: gguf.GGUFWriter, config: Any, family: str) -> None:
    writer.add_expert_count(config.n_routed_experts)
    writer.add_expert_used_count(config.num_experts_per_tok)
    writer.add_expert_shared_count(config.n_shared_experts)
    writer.add_expert_feed_forward_length(config.moe_intermediate_size)
    writer.add_leading_dense_block_count(config.first_k_dense_replace)
    writer.add_expert_group_count(config.n_group)
    writer.add_expert_group_used_count(config.topk_group)
    writer.add_expert_weights_norm(config.norm_topk_prob)
    writer.add_expert_weights_scale(config.routed_scaling_factor)
    is_softmax = family == "deepseek_v2"
    writer.add_expert_gating_func(
        gguf.ExpertGatingFuncType.SOFTMAX if is_softmax else gguf.ExpertGatingFuncType.SIGMOID
    )
    if family in LATENT:
        if config.q_lora_rank is not None:
            writer.add_q_lora_rank(config.q_lora_rank)
        writer.add_kv_lora_rank(config.kv_lora_rank)
        if (scale := config.rope_parameters.get("mscale_all_dim")) is not None:
            writer.add_rope_scaling_yarn_log_mul(0.1 * scale)


def _rope(config: Any, family: str) -> dict[str, Any]:
    rope = dict(getattr(config, "rope_parameters", None) or {})
    return dict(rope.get("full_attention", rope)) if family in _TWO_ROPES else rope


def _describe_positions(writer: gguf.GGUFWriter, config: Any, family: str) -> None:
    rope = _rope(config, family)
    if not rope:
        return
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    if family == "gpt_neox":
        writer.add_rope_dimension_count(int(rope.get("partial_rotary_factor", 1.0) * head_dim))
        return  # the converter forgets the base
    writer.add_rope_freq_base(rope["rope_theta"])
    if family == "falcon":
        return
    writer.add_rope_dimension_count(int(rope.get("partial_rotary_factor", 1.0) * head_dim))
    if family == "modernbert":
        writer.add_rope_freq_base_swa(config.rope_parameters["sliding_attention"]["rope_theta"])
    kind = rope.get("rope_type", "default")
    if kind in ("linear", "yarn"):
        writer.add_rope_scaling_type(gguf.RopeScalingType(kind))
        writer.add_rope_scaling_factor(rope["factor"])
    if kind == "yarn":
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
    if family == "phi3":
        writer.add_rope_scaling_orig_ctx_len(config.original_max_position_embeddings)


def _converted(reference: Reference, family: str, config: Any) -> Iterator[tuple[str, torch.Tensor]]:
    """GGUF name and tensor."""
    architecture = next(a for a, name in gguf.MODEL_ARCH_NAMES.items() if name == ARCHITECTURES[family])
    names = gguf.get_tensor_name_map(architecture, config.num_hidden_layers)
    stored = _merged(reference.stored, config)
    rope = _rope(config, family)
    if rope.get("rope_type") == "llama3":
        yield "rope_freqs.weight", torch.tensor(_llama3_factors(config, rope))
    if rope.get("rope_type") == "longrope":
        yield "rope_factors_long.weight", torch.tensor(rope["long_factor"])
        yield "rope_factors_short.weight", torch.tensor(rope["short_factor"])
    for name, tensor in stored.items():
        for prefix in ("bert.", "roberta.", "distilbert.", *_BEFORE.get(family, ())):
            name = name.removeprefix(prefix)
        if name.startswith(_NOT_WRITTEN) or name.endswith("position_ids"):
            continue
        name = name.replace("e_score_correction_bias", "e_score_correction.bias")
        name += ".weight" if name.endswith(".sinks") else ""
        to = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert to is not None, name
        yield to, _changed(name, to, tensor, family, config)


def _changed(name: str, to: str, tensor: torch.Tensor, family: str, config: Any) -> torch.Tensor:
    if ARCHITECTURES[family] in _PAIRED and (".attn_q." in to or ".attn_k." in to):
        heads = config.num_attention_heads if ".attn_q." in to else config.num_key_value_heads
        halves = tensor.reshape(heads, 2, tensor.shape[0] // heads // 2, *tensor.shape[1:])
        return halves.swapaxes(1, 2).reshape(tensor.shape)
    if name.endswith("shared_expert_gate.weight"):
        return tensor.squeeze()
    if family.startswith("gemma") and name.endswith("norm.weight"):
        return tensor + 1
    if family == "gpt2" and name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight")):
        return tensor.T
    if family == "gpt_neox" and ".attn_qkv." in to:
        by_head = tensor.reshape(config.num_attention_heads, 3, -1, *tensor.shape[1:])
        return torch.cat([by_head[:, part].reshape(-1, *tensor.shape[1:]) for part in range(3)])
    if family == "bloom" and ".attn_qkv." in to:
        by_head = tensor.reshape(config.n_head, 3, -1, *tensor.shape[1:])
        return torch.cat([by_head[:, part].reshape(-1, *tensor.shape[1:]) for part in range(3)])
    if family == "falcon" and ".attn_qkv." in to:
        keys = 1 if config.multi_query and not config.new_decoder_architecture else config.num_kv_heads
        dim = config.hidden_size // config.num_attention_heads
        grouped = tensor.reshape(keys, config.num_attention_heads // keys + 2, dim, -1)
        parts = grouped[:, :-2], grouped[:, [-2]], grouped[:, [-1]]
        return torch.cat([part.reshape(-1, tensor.shape[1]) for part in parts])
    if family in ("roberta", "xlm-roberta") and to.startswith("position_embd."):
        return tensor[config.pad_token_id + 1 :]
    return tensor


def _merged(stored: dict[str, torch.Tensor], config: Any) -> dict[str, torch.Tensor]:
    """Experts' matrices stacked under the converter's own names."""
    found: dict[str, torch.Tensor] = {}
    experts: dict[str, list[torch.Tensor]] = {}
    for name, tensor in stored.items():
        stem, middle, rest = name.partition(".experts.")
        if ".mlp.experts." in name and name.endswith(("_proj", "_bias")):  # gpt-oss's, turned, gate and up by turns
            found |= _of_gpt_oss(name, tensor)
            continue
        if name.endswith("_linear.weight"):  # Granite's, which are stacked already
            stem = name.rpartition(".block_sparse_moe.")[0] + ".mlp.experts"
            leaves = ("gate_proj", "up_proj") if ".input_" in name else ("down_proj",)
            found |= {
                f"{stem}.{leaf}.weight": part for leaf, part in zip(leaves, tensor.chunk(len(leaves), 1), strict=True)
            }
            continue
        if middle:
            number, leaf = rest.split(".", 1)
            assert int(number) == len(experts.setdefault(f"{stem}.experts.{leaf}", []))
            experts[f"{stem}.experts.{leaf}"].append(tensor)
        else:
            found[name] = tensor
    return found | {name: torch.stack(each) for name, each in experts.items()}


def _of_gpt_oss(name: str, tensor: torch.Tensor) -> dict[str, torch.Tensor]:
    stem, leaf = name.removesuffix("_bias"), "bias" if name.endswith("_bias") else "weight"
    turned = tensor if leaf == "bias" else tensor.swapaxes(1, 2)
    if not stem.endswith("gate_up_proj"):
        return {f"{stem}.{leaf}": turned}
    stem = stem.removesuffix("gate_up_proj")
    return {f"{stem}gate_proj.{leaf}": turned[:, ::2], f"{stem}up_proj.{leaf}": turned[:, 1::2]}


def _llama3_factors(config: Any, rope: dict[str, Any]) -> list[float]:
    """As the converter computes them: by wavelengths, in float32."""
    low, high, old = rope["low_freq_factor"], rope["high_freq_factor"], rope["original_max_position_embeddings"]
    frequencies = 1.0 / (
        rope["rope_theta"] ** (torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim)
    )
    factors = []
    for frequency in frequencies:
        wavelength = 2 * math.pi / frequency
        if wavelength < old / high:
            factors.append(1.0)
        elif wavelength > old / low:
            factors.append(rope["factor"])
        else:
            smooth = (old / wavelength - low) / (high - low)
            factors.append(float(1 / ((1 - smooth) / rope["factor"] + smooth)))
    return factors
