"""What a GGUF file says of its model → what ``config.json`` says of it, for each family.

Where llama.cpp has a number in its code and not in the file, it stands here, with where it comes from
(``src/llama-model.cpp`` of https://github.com/ggml-org/llama.cpp, ``load_hparams``).
"""

from __future__ import annotations

import math

from loadstone.checkpoint.gguf.metadata import Facts, Values
from loadstone.core.json_values import JsonObject

_LLAMA3 = {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
"""Of every Llama from 3.1 on; files hold only the factors that follow."""
_MOST_MISSING = 16
_PADDING = "tokenizer.ggml.padding_token_id"
CLASS_NAMES = {
    "bert": "BertModel",
    "bloom": "BloomForCausalLM",
    "camembert": "CamembertModel",
    "cohere": "CohereForCausalLM",
    "cohere2": "Cohere2ForCausalLM",
    "data2vec-text": "Data2VecTextModel",
    "deepseek_v2": "DeepseekV2ForCausalLM",
    "deepseek_v3": "DeepseekV3ForCausalLM",
    "distilbert": "DistilBertModel",
    "dots1": "Dots1ForCausalLM",
    "ernie4_5": "Ernie4_5ForCausalLM",
    "exaone4": "Exaone4ForCausalLM",
    "falcon": "FalconForCausalLM",
    "gemma": "GemmaForCausalLM",
    "gemma2": "Gemma2ForCausalLM",
    "gemma3_text": "Gemma3ForCausalLM",
    "glm": "GlmForCausalLM",
    "glm4": "Glm4ForCausalLM",
    "glm4_moe": "Glm4MoeForCausalLM",
    "gpt2": "GPT2LMHeadModel",
    "gpt_bigcode": "GPTBigCodeForCausalLM",
    "gpt_neox": "GPTNeoXForCausalLM",
    "gpt_oss": "GptOssForCausalLM",
    "granite": "GraniteForCausalLM",
    "jina_embeddings_v3": "JinaEmbeddingsV3Model",
    "granitemoe": "GraniteMoeForCausalLM",
    "llama": "LlamaForCausalLM",
    "mistral": "MistralForCausalLM",
    "mixtral": "MixtralForCausalLM",
    "modernbert": "ModernBertModel",
    "mpt": "MptForCausalLM",
    "nomic_bert": "NomicBertModel",
    "olmo": "OlmoForCausalLM",
    "olmo2": "Olmo2ForCausalLM",
    "olmo3": "Olmo3ForCausalLM",
    "phi": "PhiForCausalLM",
    "olmoe": "OlmoeForCausalLM",
    "phi3": "Phi3ForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "qwen2_moe": "Qwen2MoeForCausalLM",
    "qwen3": "Qwen3ForCausalLM",
    "qwen3_moe": "Qwen3MoeForCausalLM",
    "roberta": "RobertaModel",
    "smollm3": "SmolLM3ForCausalLM",
    "stablelm": "StableLmForCausalLM",
    "starcoder2": "Starcoder2ForCausalLM",
    "t5": "T5ForConditionalGeneration",
    "xlm-roberta": "XLMRobertaModel",
}
"""Model type → the class that such a file can fill: those of encoders lack the head of masked language models."""

ROBERTAS = ("roberta", "xlm-roberta", "camembert", "data2vec-text")
"""Those that compute like RoBERTa. A file does not say which: it is read as the first of them with its tokenizer."""


def common(facts: Facts, model_type: str) -> Values:
    """What every model says: the vocabulary, special tokens, whether the head has weights of its own."""
    vocabulary = facts.rows("token_embd.weight")
    values: Values = {
        "model_type": model_type,
        "vocab_size": vocabulary,
        "tie_word_embeddings": "output.weight" not in facts.shapes,
    }
    for key, name in (("bos_token_id", "bos"), ("eos_token_id", "eos"), ("pad_token_id", "padding")):
        if (token := facts.token(name, vocabulary)) is not None:
            values[key] = token
    return values


def decoder(facts: Facts, model_type: str) -> Values:
    """What all that have Llama's shape say."""
    return sizes(facts, model_type) | {"rms_norm_eps": facts.need_real("attention.layer_norm_rms_epsilon")}


def sizes(facts: Facts, model_type: str) -> Values:
    """The same but for the norms."""
    heads, width = facts.size("attention.head_count"), facts.size("embedding_length")
    return common(facts, model_type) | {
        "max_position_embeddings": facts.size("context_length"),
        "hidden_size": width,
        "num_hidden_layers": facts.size("block_count"),
        "intermediate_size": facts.size("feed_forward_length"),
        "num_attention_heads": heads,
        "num_key_value_heads": facts.number("attention.head_count_kv", heads),
        "head_dim": facts.number("attention.key_length", width // max(heads, 1)),
        "rope_theta": facts.real("rope.freq_base", 10000.0),
        "rope_scaling": rope_scaling(facts),
    }


def rope_scaling(facts: Facts) -> JsonObject | None:
    """How positions beyond those of the training are reached."""
    kind, factor = facts.word("rope.scaling.type"), facts.real("rope.scaling.factor", None)
    old = facts.real("rope.scale_linear", None)
    if kind is None and old is not None and old != 1:
        kind, factor = "linear", old
    if kind == "linear" and factor is not None:
        return {"rope_type": "linear", "factor": factor}
    if kind != "yarn":
        return None
    scaling = {
        "rope_type": "yarn",
        "factor": factor,
        "original_max_position_embeddings": facts.number("rope.scaling.original_context_length", None),
        "beta_fast": facts.real("rope.scaling.yarn_beta_fast", None),
        "beta_slow": facts.real("rope.scaling.yarn_beta_slow", None),
    }
    return {key: value for key, value in scaling.items() if value is not None}


def without_usual_factor(scaling: JsonObject) -> JsonObject:
    """The same without an ``attention_factor`` that is what YaRN takes anyway (arXiv:2309.00071, equation 22)."""
    factor, given = scaling.get("factor"), scaling.get("attention_factor")
    if scaling.get("rope_type") != "yarn" or not isinstance(factor, int | float) or not isinstance(given, int | float):
        return scaling
    usual = 0.1 * math.log(factor) + 1.0 if factor > 1 else 1.0
    return {key: value for key, value in scaling.items() if key != "attention_factor" or abs(given - usual) > 1e-6}


def llama(facts: Facts) -> Values:
    """Llama, Mistral, Mixtral: one architecture to llama.cpp."""
    experts = facts.number("expert_count", 0)
    name = facts.metadata.get("general.name")
    # Mistral is Llama to llama.cpp; only the name that people gave it tells.
    is_mistral = not experts and isinstance(name, str) and "mistral" in name.lower()
    values = divided(facts, decoder(facts, "mixtral" if experts else "mistral" if is_mistral else "llama"))
    if experts:
        values |= {"num_local_experts": experts, "num_experts_per_tok": facts.size("expert_used_count")}
    if experts or is_mistral:
        values["sliding_window"] = facts.number("attention.sliding_window", None)
    else:
        values |= {
            "attention_bias": "blk.0.attn_q.bias" in facts.shapes,
            "mlp_bias": "blk.0.ffn_up.bias" in facts.shapes,
        }
    return values


def divided(facts: Facts, values: Values) -> Values:
    """The same, with the scaling that the file has as a tensor."""
    factors = facts.factors("rope_freqs.weight")
    if factors is None or all(factor == 1 for factor in factors):
        return values
    return values | {"rope_scaling": frequency_factors(factors, values["rope_theta"])}


def frequency_factors(factors: list[float], theta: float) -> JsonObject:
    """What each frequency is divided by: as Llama 3 says it, where it is that, else one by one."""
    largest = max(factors)
    makes_sense = theta > 1 and all(0 < factor < math.inf for factor in factors)
    if makes_sense and all(
        math.isclose(factor, expected, rel_tol=1e-5)
        for factor, expected in zip(factors, _usual_factors(largest, theta, len(factors)), strict=True)
    ):
        return {"rope_type": "llama3", "factor": largest, **_LLAMA3}
    return {"rope_type": "longrope", "short_factor": [*factors], "long_factor": [*factors], "attention_factor": 1.0}


def _usual_factors(largest: float, theta: float, count: int) -> list[float]:
    return llama3_factors({**_LLAMA3, "factor": largest}, theta, count)


def llama3_factors(scaling: Values, theta: float, count: int) -> list[float]:
    """What Llama 3 divides each frequency by: more, the fewer turns it takes within the positions of the training."""
    low, high, factor = (float(scaling[key]) for key in ("low_freq_factor", "high_freq_factor", "factor"))
    factors = []
    for index in range(count):
        turns = scaling["original_max_position_embeddings"] * theta ** (-index / count) / (2 * math.pi)
        smooth = min(max((turns - low) / (high - low), 0.0), 1.0)
        factors.append(1 / ((1 - smooth) / factor + smooth))
    return factors


def qwen2(facts: Facts) -> Values:
    """Qwen 1.5 to 2.5."""
    return decoder(facts, "qwen2")


def qwen3(facts: Facts) -> Values:
    """Qwen 3."""
    return decoder(facts, "qwen3") | {"attention_bias": "blk.0.attn_q.bias" in facts.shapes}


def qwen3_moe(facts: Facts) -> Values:
    """Qwen 3 with experts; that their weights add up to 1 stands in llama.cpp's code."""
    return decoder(facts, "qwen3_moe") | {
        "num_experts": facts.size("expert_count"),
        "num_experts_per_tok": facts.size("expert_used_count"),
        "moe_intermediate_size": facts.size("expert_feed_forward_length"),
        "norm_topk_prob": facts.flag("expert_weights_norm", True),
        "attention_bias": "blk.0.attn_q.bias" in facts.shapes,
    }


def gemma(facts: Facts) -> Values:
    """Gemma 1."""
    return decoder(facts, "gemma")


def gemma2(facts: Facts) -> Values:
    """Gemma 2; only its largest divides scores by another number than the root of a head's size."""
    values = decoder(facts, "gemma2")
    return values | {
        "query_pre_attn_scalar": _scores_divisor(values, largest_layers=46),
        "sliding_window": facts.number("attention.sliding_window", 4096),
        "attn_logit_softcapping": facts.real("attn_logit_softcapping", 50.0),
        "final_logit_softcapping": facts.real("final_logit_softcapping", 30.0),
    }


def gemma3(facts: Facts) -> Values:
    """Gemma 3, its text part."""
    values = decoder(facts, "gemma3_text")
    return values | {
        "query_pre_attn_scalar": _scores_divisor(values, largest_layers=62),
        "sliding_window": facts.size("attention.sliding_window"),
        "sliding_window_pattern": facts.number("attention.sliding_window_pattern", 6),
        "rope_local_base_freq": facts.real("rope.freq_base_swa", 10000.0),
        "final_logit_softcapping": facts.real("final_logit_softcapping", None),
    }


def _scores_divisor(values: Values, largest_layers: int) -> float:
    """The square of what scores are divided by: llama.cpp knows the 27B models by their number of layers."""
    if values["num_hidden_layers"] == largest_layers:
        return int(values["hidden_size"] // max(values["num_attention_heads"], 1))
    return int(values["head_dim"])


def olmo2(facts: Facts) -> Values:
    """OLMo 2."""
    return decoder(facts, "olmo2")


def phi3(facts: Facts) -> Values:
    """Phi-3 and 3.5, and Phi-4 mini."""
    values = decoder(facts, "phi3")
    del values["head_dim"]
    width = values["hidden_size"] // max(values["num_attention_heads"], 1)
    context = values["max_position_embeddings"]
    values |= {
        "original_max_position_embeddings": facts.number("rope.scaling.original_context_length", context),
        "sliding_window": facts.number("attention.sliding_window", None),
        "partial_rotary_factor": facts.number("rope.dimension_count", width) / max(width, 1),
    }
    long, short = facts.factors("rope_factors_long.weight"), facts.factors("rope_factors_short.weight")
    if long is not None and short is not None:
        values["rope_scaling"] = {"rope_type": "longrope", "short_factor": short, "long_factor": long}
    return values


def gpt2(facts: Facts) -> Values:
    """GPT-2."""
    return common(facts, "gpt2") | {
        "n_positions": facts.size("context_length"),
        "n_embd": facts.size("embedding_length"),
        "n_layer": facts.size("block_count"),
        "n_head": facts.size("attention.head_count"),
        "n_inner": facts.size("feed_forward_length"),
        "layer_norm_epsilon": facts.need_real("attention.layer_norm_epsilon"),
    }


def gpt_neox(facts: Facts) -> Values:
    """GPT-NeoX and Pythia."""
    heads, width = facts.size("attention.head_count"), facts.size("embedding_length")
    return common(facts, "gpt_neox") | {
        "max_position_embeddings": facts.size("context_length"),
        "hidden_size": width,
        "num_hidden_layers": facts.size("block_count"),
        "intermediate_size": facts.size("feed_forward_length"),
        "num_attention_heads": heads,
        "layer_norm_eps": facts.need_real("attention.layer_norm_epsilon"),
        "rotary_pct": facts.size("rope.dimension_count") / max(width // max(heads, 1), 1),
        "rotary_emb_base": facts.real("rope.freq_base", 10000.0),
        "use_parallel_residual": facts.flag("use_parallel_residual", True),
        "attention_bias": "blk.0.attn_qkv.bias" in facts.shapes,
    }


def bert(facts: Facts) -> Values:
    """BERT and the sentence encoders that kept its shape."""
    return common(facts, "bert") | {
        "max_position_embeddings": facts.rows("position_embd.weight"),
        "hidden_size": facts.size("embedding_length"),
        "num_hidden_layers": facts.size("block_count"),
        "intermediate_size": facts.size("feed_forward_length"),
        "num_attention_heads": facts.size("attention.head_count"),
        "layer_norm_eps": facts.need_real("attention.layer_norm_epsilon"),
        "type_vocab_size": facts.rows("token_types.weight"),
        "tie_word_embeddings": True,
    }


def roberta(facts: Facts) -> Values:
    """RoBERTa, and XLM-RoBERTa, whose tokenizer is another."""
    values = bert(facts) | {"model_type": "xlm-roberta" if _tokenizer(facts) == "t5" else "roberta"}
    pad_token_id = facts.metadata.get(_PADDING, 1)
    # Positions are counted from it, so an invalid one is not ignored here.
    if (
        values.setdefault("pad_token_id", 1) != pad_token_id
        or not isinstance(pad_token_id, int)
        or not 0 <= pad_token_id < _MOST_MISSING
    ):
        facts.refuse(_PADDING, f"less than {_MOST_MISSING}", pad_token_id)
    values["max_position_embeddings"] += missing_positions(values)
    return values


def missing_positions(values: Values) -> int:
    """RoBERTa counts positions from the one after the padding token's; files leave out those before."""
    return int(values["pad_token_id"]) + 1


def _tokenizer(facts: Facts) -> object:
    return facts.metadata.get("tokenizer.ggml.model")


def distilbert(facts: Facts) -> Values:
    """DistilBERT."""
    return common(facts, "distilbert") | {
        "max_position_embeddings": facts.rows("position_embd.weight"),
        "dim": facts.size("embedding_length"),
        "n_layers": facts.size("block_count"),
        "hidden_dim": facts.size("feed_forward_length"),
        "n_heads": facts.size("attention.head_count"),
        "tie_word_embeddings": True,
    }


def modernbert(facts: Facts) -> Values:
    """ModernBERT."""
    return common(facts, "modernbert") | {
        "max_position_embeddings": facts.size("context_length"),
        "hidden_size": facts.size("embedding_length"),
        "num_hidden_layers": facts.size("block_count"),
        "intermediate_size": facts.size("feed_forward_length"),
        "num_attention_heads": facts.size("attention.head_count"),
        "norm_eps": facts.need_real("attention.layer_norm_epsilon"),
        "norm_bias": "output_norm.bias" in facts.shapes,
        "attention_bias": "blk.0.attn_qkv.bias" in facts.shapes,
        "mlp_bias": "blk.0.ffn_up.bias" in facts.shapes,
        "local_attention": facts.size("attention.sliding_window"),
        "global_attn_every_n_layers": facts.number("attention.sliding_window_pattern", 3),
        "global_rope_theta": facts.real("rope.freq_base", 160000.0),
        "local_rope_theta": facts.real("rope.freq_base_swa", 10000.0),
        "tie_word_embeddings": True,
    }


def _rotary_encoder(facts: Facts, model_type: str) -> Values:
    return common(facts, model_type) | {
        "max_position_embeddings": facts.size("context_length"),
        "hidden_size": facts.size("embedding_length"),
        "num_hidden_layers": facts.size("block_count"),
        "intermediate_size": facts.size("feed_forward_length"),
        "num_attention_heads": facts.size("attention.head_count"),
        "layer_norm_eps": facts.need_real("attention.layer_norm_epsilon"),
        "type_vocab_size": facts.rows("token_types.weight"),
        "rope_theta": facts.real("rope.freq_base", 10000.0),
        "rope_scaling": rope_scaling(facts),
        "tie_word_embeddings": True,
    }


def nomic_bert(facts: Facts) -> Values:
    """Nomic BERT, whose networks llama.cpp activates by SiLU."""
    return _rotary_encoder(facts, "nomic_bert") | {"hidden_act": "silu"}


def jina_embeddings_v3(facts: Facts) -> Values:
    """Jina embeddings v3, whose networks llama.cpp activates by GELU."""
    return _rotary_encoder(facts, "jina_embeddings_v3") | {"hidden_act": "gelu"}


def t5(facts: Facts) -> Values:
    """T5, 1.0 and 1.1. Its files say neither the activation nor whether the head's input is scaled: the gate and the
    head tell."""
    layers, tied = facts.size("block_count"), "output.weight" not in facts.shapes
    return common(facts, "t5") | {
        "d_model": facts.size("embedding_length"),
        "d_ff": facts.size("feed_forward_length"),
        "d_kv": facts.size("attention.key_length"),
        "num_heads": facts.size("attention.head_count"),
        "num_layers": layers,
        "num_decoder_layers": facts.number("decoder_block_count", layers),
        "relative_attention_num_buckets": facts.size("attention.relative_buckets_count"),
        "layer_norm_epsilon": facts.need_real("attention.layer_norm_epsilon"),
        "feed_forward_proj": "gated-gelu" if "enc.blk.0.ffn_gate.weight" in facts.shapes else "relu",
        "decoder_start_token_id": facts.number("decoder_start_token_id", 0),
        "scale_decoder_outputs": tied,
    }
