"""The same as :mod:`.configs` for decoders from before Llama: Phi-2, Falcon, BLOOM, MPT, StarCoder.

llama.cpp has one GELU, the one with tanh, for whichever a model was trained with; that of most models of a family is
taken here.
"""

from __future__ import annotations

from loadstone.checkpoint.gguf.configs import common, gpt2, rope_scaling
from loadstone.checkpoint.gguf.decoder_configs import layer_normed, partial
from loadstone.checkpoint.gguf.metadata import Facts, Values


def phi(facts: Facts) -> Values:
    """Phi-1, 1.5 and 2."""
    return partial(facts, layer_normed(facts, "phi"))


def falcon(facts: Facts) -> Values:
    """Falcon without ALiBi and biases: with one key for all queries as the 7B model, or with several."""
    heads, keys = facts.size("attention.head_count"), facts.number("attention.head_count_kv", 1)
    return common(facts, "falcon") | {
        "max_position_embeddings": facts.size("context_length"),
        "hidden_size": facts.size("embedding_length"),
        "num_hidden_layers": facts.size("block_count"),
        "ffn_hidden_size": facts.size("feed_forward_length"),
        "num_attention_heads": heads,
        "num_kv_heads": keys,
        "new_decoder_architecture": keys != 1,
        "num_ln_in_parallel_attn": 2 if "blk.0.attn_norm_2.weight" in facts.shapes else 1,
        "layer_norm_epsilon": facts.need_real("attention.layer_norm_epsilon"),
        "rope_theta": facts.real("rope.freq_base", 10000.0),
        "rope_scaling": rope_scaling(facts),
    }


def bloom(facts: Facts) -> Values:
    """BLOOM, whose inner width is always four times the outer."""
    return common(facts, "bloom") | {
        "hidden_size": facts.size("embedding_length"),
        "n_layer": facts.size("block_count"),
        "n_head": facts.size("attention.head_count"),
        "layer_norm_epsilon": facts.need_real("attention.layer_norm_epsilon"),
    }


def mpt(facts: Facts) -> Values:
    """MPT with ALiBi; a file of one without says that its bias is 0, and is refused."""
    width, steepest = facts.size("embedding_length"), facts.real("attention.max_alibi_bias", 0.0)
    if steepest < 1 or steepest != int(steepest):
        facts.refuse("mpt.attention.max_alibi_bias", "an integer above 0: ALiBi's", steepest)
    return common(facts, "mpt") | {
        "max_seq_len": facts.size("context_length"),
        "d_model": width,
        "n_layers": facts.size("block_count"),
        "n_heads": facts.size("attention.head_count"),
        "expansion_ratio": facts.size("feed_forward_length") // max(width, 1),
        "layer_norm_epsilon": facts.need_real("attention.layer_norm_epsilon"),
        "attn_config": {
            "clip_qkv": facts.real("attention.clamp_kqv", 0.0) or None,
            "alibi_bias_max": int(steepest),
        },
    }


def gpt_bigcode(facts: Facts) -> Values:
    """StarCoder and SantaCoder."""
    return gpt2(facts) | {"model_type": "gpt_bigcode", "activation_function": "gelu"}
