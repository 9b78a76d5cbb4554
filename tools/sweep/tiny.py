"""A config of a model type with everything in it small: general rules over the names of its keys, then a table."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from .overrides import OVERRIDES

WIDTH, INNER_WIDTH, HEADS, KV_HEADS, HEAD_WIDTH, VOCABULARY = 64, 96, 4, 2, 16, 320
_FEWEST_LAYERS, _MOST_LAYERS = 2, 4
_LAYERS = re.compile(
    r"(num_hidden_layers|num_layers|n_layers?|(en|de)coder_layers|num_(en|de)coder_layers|depth|num_blocks|n_blocks"
    r"|^layers|num_.*_layers|num_layer|.*_depth|num_.*_blocks|.*_layers)$"
)
_NOT_LAYERS = re.compile(r"(feature_levels|conv|feat_extract|upsampl|downsampl|dense|speech_decoder_p|skip|moe|nextn)")
_AXES = (
    r"(qwen2_vl|qwen2_5_vl|qwen2_5_omni|qwen3_vl|paddleocr_vl|glm4v|glm46v|glm_ocr|glm_image|glmga|ernie4_5_vl)"
    r"(_moe)?_?(text)?$"
)
"""Types whose rotary embeddings have three axes: their classes have a default that only fits heads of 128."""
_DROPPED = {"transformers_version", "architectures", "_name_or_path", "dtype", "_attn_implementation", "id2label"}
_DROPPED |= {"label2id", "num_labels", "quantization_config"}
_HEADS = ("num_attention_heads", "n_heads", "num_heads")
_STAGES = {"stage_names", "out_features", "out_indices", "_out_features", "_out_indices"}

LIMITS: tuple[tuple[str, int], ...] = (
    (r"rotary_dim$", HEAD_WIDTH // 2),
    (r"mamba_(num|n)_heads$", 2 * HEADS),
    (r"mamba_d_ssm$", 2 * WIDTH),
    (r"(num_key_value_heads|kv_heads|num_kv_heads|n_head_kv|num_query_groups|key_value_heads)$", KV_HEADS),
    (r"(^|_)(linear_num_key_heads)$", KV_HEADS),
    (r"(attention_heads|num_heads|n_heads?|(^|_)heads|value_heads|num_attention_head)$", HEADS),
    (r"qk_(rope|nope)_head_dim$", HEAD_WIDTH // 2),
    (r"(head_dim|d_kv|d_head|head_size|dim_head|kv_channels|key_value_dim|head_width|attention_head_dim)$", HEAD_WIDTH),
    (r"(q|kv|o)_lora_rank$", HEAD_WIDTH),
    (
        r"(intermediate_size|ffn_dim|d_ff|inner_dim|n_inner|intermediate_dim|mlp_dim|ffn_hidden_size|dim_feedforward"
        r"|feedforward_(dim|channels)|hidden_features|conformer_.*dim|ff_dim|ffn_size|feed_forward_size|mlp_hidden_size"
        r"|linear_units|expert_ffn_hidden_size|intermediate|expert_dim)$",
        INNER_WIDTH,
    ),
    (
        r"(hidden_size|d_model|hidden_dim|embed_dim|n_embd|projection_dim|embedding_size|(^|_)dim|width|d_embed"
        r"|embedding_dim|mask_feature_size|hidden_channels|encoder_dim|embed_proj_dim|emb_size|output_size|emb_dim"
        r"|num_features|input_size|hidden_width|proj_dim|output_channels|vector_quantization_hidden_dimension|text_dim|projector_dim|out_channels|projection_size|bottleneck_dim"
        r"|channels|out_dim|output_dim|embed_size|base_dim|.*_units|hidden_act_dim|d_latents|latent_dim)$",
        WIDTH,
    ),
    (r"(num_experts|num_local_experts|n_routed_experts|moe_num_experts|num_routed_experts|num_.*experts)$", 4),
    (r"(num_experts_per_tok|top_k|moe_k|moe_topk|num_selected_experts|.*experts_per_tok.*)$", 2),
    (r"(n_group|topk_group|moe_n_group|num_expert_group)$", 1),
    (r"(first_k_dense_replace|num_dense_layers|moe_layer_start_index|num_nextn_predict_layers)$", 1),
    (
        r"(max_position_embeddings|n_positions|max_source_positions|max_target_positions|n_ctx|seq_length|max_length"
        r"|context_length|max_seq_len|max_.*positions|block_size|max_position|max_seq_length|max_text_len)$",
        512,
    ),
    (r"(num_queries|num_query_tokens|num_latents|num_learnable_queries|.*num_queries|max_queries)$", 10),
    (r"(codebook_size|num_embeddings|num_embeddings_per_codebook)$", 256),
    (r"(num_codebooks|num_quantizers|n_codebooks)$", 4),
    (
        r"(upsample_groups|flow_size|upsample_initial_channel|decoder_hidden_size|encoder_hidden_size|mamba_dt_rank)$",
        WIDTH,
    ),
    (r"(time_step_rank|base_channels|num_filters|model_hidden_channels|decoder_channels)$", 32),
    (r"num_pos_feats$", WIDTH // 2),
    (r"zero_expert_num$", 4),
    (r"(mamba_|ssm_)?(d_state|state_size|ssm_state_size)$", 16),
    (r"(chunk_size|mamba_chunk_size)$", 8),
)
"""Pattern of a key → what its value may be at most; the first that fits counts."""
_LISTED: tuple[tuple[str, int], ...] = (
    (r"depths?$", 1),
    (r"heads$", 2),
    (r"(upsampl|downsampl)", 3),
    (r"decoder_in_channels$", WIDTH),
    (
        r"(hidden_sizes|embed_dims?|channels|dims?|hidden_size|encoder_hidden_sizes|conv_dim|widths|.*_channels|neck_hidden_sizes|tdnn_dim|embed_dim_per_stage|backbone_channel_list)$",
        32,
    ),
    (r"intermediate_size", 96),
)
"""The same for each entry of a list of integers."""


def tiny(model_type: str) -> Any:
    """The config of a model type, small; raises whatever the config class raises."""
    from transformers import CONFIG_MAPPING

    config_class = CONFIG_MAPPING[model_type]
    override = OVERRIDES.get(model_type, {})
    whole = override.get("_whole")
    if whole is not None:
        return config_class(**_with_configs(whole))
    values = shrunk(config_class(**_with_configs(override.get("_arguments", {}))).to_dict())
    _merge(values, {key: value for key, value in override.items() if not key.startswith("_")})
    return config_class.from_dict(values)


def shrunk(values: Mapping[str, Any]) -> dict[str, Any]:
    """A config's values, made small."""
    return _Shrinking().config(values)


class _Shrinking:
    """One config with all its sub-configs: token ids that were equal stay equal, others stay apart."""

    def __init__(self) -> None:
        self._tokens: dict[int, int] = {}

    def config(self, values: Mapping[str, Any]) -> dict[str, Any]:
        values = {key: value for key, value in values.items() if key not in _DROPPED}
        layers = {value for key, value in values.items() if _counts_layers(key, value)}
        stages = _stages(values)
        kept = _kept_layers(values, layers, max(_FEWEST_LAYERS, stages))
        heads = {each for key in _HEADS if isinstance(each := values.get(key), int)}
        made: dict[str, Any] = {}
        for key, value in values.items():
            if stages and key in _STAGES:
                continue
            if isinstance(value, Mapping) and ("model_type" in value or key.endswith("config")):
                value = self.config(value) if not _by_layer(value) else self._cut(value, kept)
            elif isinstance(value, Mapping):
                value = {inner: _sections(inner, each) for inner, each in value.items()}
            elif isinstance(value, list) and len(value) in kept:
                value = self._value(key, [value[place] for place in kept[len(value)]])
            elif _counts_layers(key, value):
                value = len(kept[value])
            elif key == "head_dim" and value is None:
                value = HEAD_WIDTH
            elif key == "num_key_value_heads" and (value is None or value in heads):
                value = HEADS
            else:
                value = self._value(key, value)
            made[key] = value
        if "qk_rope_head_dim" in made and values.get("head_dim") == values["qk_rope_head_dim"]:
            made["head_dim"] = made["qk_rope_head_dim"]
        if re.match(_AXES, str(values.get("model_type"))) and "rope_type" in (made.get("rope_parameters") or ()):
            half = int(HEAD_WIDTH * made["rope_parameters"].get("partial_rotary_factor", 1.0)) // 2
            made["rope_parameters"]["mrope_section"] = [half - half // 4 * 2, half // 4, half // 4]
        if stages:
            count = made["num_hidden_layers"]
            made["out_features"] = [f"stage{number}" for number in range(count - stages + 1, count + 1)]
        return made

    def _cut(self, value: Mapping[Any, Any], kept: Mapping[int, list[int]]) -> dict[Any, Any]:
        """What a mapping by layer says of the layers that stay, under their new numbers."""
        (places,) = kept.values() or [[]]
        found = {int(key): each for key, each in value.items()}
        return {new: self.config(found[old]) for new, old in enumerate(places) if old in found}

    def _value(self, key: str, value: Any) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, list):
            return _limited_list(key, value) or _sections(key, value)
        if not isinstance(value, int):
            return value
        lower = key.lower()
        if re.search(r"(token_id|token_index|_id|(?<!per)_token)$", lower):
            return self._token(value)
        if re.search(r"(^|_)(vocab_size|vocabulary_size|n_vocab|n_tokens|text_vocab_size|.*vocab_size.*)$", lower):
            return min(value, VOCABULARY)
        for pattern, most in LIMITS:
            if re.search(pattern, lower):
                return min(value, most)
        return value

    def _token(self, token: int) -> int:
        """Small ones stay, so that no two become the same; the others count down from the end of the vocabulary."""
        if token < VOCABULARY // 2:
            return token
        return self._tokens.setdefault(token, VOCABULARY - 1 - len(self._tokens))


def _counts_layers(key: str, value: object) -> bool:
    return (
        isinstance(value, int)
        and not isinstance(value, bool)
        and value > _FEWEST_LAYERS
        and re.search(_LAYERS, key) is not None
        and re.search(_NOT_LAYERS, key) is None
    )


def _kept_layers(values: Mapping[str, Any], counts: set[int], fewest: int) -> dict[int, list[int]]:
    """Number of layers → which of them stay: one of each kind that lists as long as this tell apart."""
    kept = {}
    for count in counts:
        lists = [value for value in values.values() if isinstance(value, list) and len(value) == count]
        for value in values.values():
            if _by_layer(value):
                found = {int(layer): each for layer, each in value.items()}
                lists.append([found.get(layer) for layer in range(count)])
        kinds = [repr([each[place] for each in lists]) for place in range(count)]
        first = sorted(kinds.index(kind) for kind in dict.fromkeys(kinds))[:_MOST_LAYERS]
        while len(first) < min(fewest, count):
            first.append(next(place for place in range(count) if place not in first))
        kept[count] = sorted(first)
    return kept


def _by_layer(value: object) -> bool:
    """Whether it is a mapping by the number of a layer."""
    return isinstance(value, Mapping) and bool(value) and all(str(key).isdigit() for key in value)


def _stages(values: Mapping[str, Any]) -> int:
    """How many stages a backbone gives whose stages are its layers; 0 where there is no such thing."""
    names, count = values.get("stage_names"), values.get("num_hidden_layers")
    given = values.get("out_features")
    return len(given) if isinstance(names, list) and isinstance(count, int) and len(names) == count + 1 and given else 0


def _limited_list(key: str, value: list[Any]) -> list[int] | None:
    if not value or not all(isinstance(each, int) and not isinstance(each, bool) for each in value):
        return None
    for pattern, most in _LISTED:
        if re.search(pattern, key.lower()):
            return [min(each, most) for each in value]
    return None


def _sections(key: str, value: Any) -> Any:
    """Parts of a rotary embedding's width, for heads of ``HEAD_WIDTH``."""
    if key == "mrope_section" and isinstance(value, list) and len(value) == 3:
        return [HEAD_WIDTH // 4, HEAD_WIDTH // 8, HEAD_WIDTH // 8]
    if isinstance(value, Mapping):
        return {inner: _sections(inner, each) for inner, each in value.items()}
    return value


def _merge(values: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """``changes`` into ``values``, level by level; a sub-config that names its model type replaces what was there."""
    for key, value in changes.items():
        old = values.get(key)
        if isinstance(value, Mapping) and isinstance(old, dict) and "model_type" not in value:
            _merge(old, value)
        else:
            values[key] = copy.deepcopy(value)


def _with_configs(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """``{"_tiny": model type}`` stands for the small config of that type."""
    return {
        key: tiny(value["_tiny"]) if isinstance(value, Mapping) and "_tiny" in value else copy.deepcopy(value)
        for key, value in arguments.items()
    }
