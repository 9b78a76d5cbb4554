"""GPT-BigCode (SantaCoder, StarCoder): GPT-2 whose queries all share one key and one value."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders, gpt2_layers
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.leaves import LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.families.gpt2 import GPT2Config
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, PRETRAINING, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION


class GPTBigCodeConfig(GPT2Config):
    """The keys of a GPT-BigCode model. Defaults are those of its reference implementation."""

    model_type = "gpt_bigcode"
    without = ("scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn")
    irrelevant: ClassVar = {
        **{name: why for name, why in GPT2Config.irrelevant.items() if name != "reorder_and_upcast_attn"},
        "attention_softmax_in_fp32": "it always is",
        "scale_attention_softmax_in_fp32": "scores are scaled in float32 anyway",
        "num_key_value_heads": "multi_query says it",
    }

    activation_function: str = "gelu_pytorch_tanh"
    multi_query: bool = True
    attention_softmax_in_fp32: bool = True
    scale_attention_softmax_in_fp32: bool = True


def blueprint(config: GPTBigCodeConfig) -> Tower:
    """The bare model."""
    width, heads, std = config.n_embd, config.n_head, config.initializer_range
    head_dim, kv_heads = width // heads, 1 if config.multi_query else heads
    # The ends of the residual branches start smaller, as in GPT-2.
    end = std / (2 * config.n_layer) ** 0.5
    norm, inner = LayerNorm(width, config.layer_norm_epsilon), config.n_inner or 4 * width
    feed_forward = FeedForward(
        up=Part("c_fc", Linear(width, inner, std=std)),
        activation=config.activation_function,
        down=Part("c_proj", Linear(inner, width, std=end)),
    )
    layers = []
    for index in range(config.n_layer):
        attention = Attention(
            heads=heads,
            kv_heads=kv_heads,
            head_dim=head_dim,
            projections=(Part("c_attn", Linear(width, (heads + 2 * kv_heads) * head_dim, std=std)),),
            output=Part("c_proj", Linear(width, width, std=end)),
            scale=head_dim**-0.5 if config.scale_attn_weights else 1.0,
            fused="blocks" if config.multi_query else "heads",
            dropout=config.attn_pdrop,
            index=index,
        )
        layers.append(gpt2_layers.layer(attention, feed_forward, norm, config.resid_pdrop))
    stem = gpt2_layers.embeddings(config.vocab_size, config.n_positions, width, std, config.embd_pdrop)
    return gpt2_layers.tower(stem, layers, norm, width)


FAMILY = Family(
    config=GPTBigCodeConfig,
    stem="GPTBigCode",
    prefix="transformer",
    heads=decoders.decoder_heads(
        "GPTBigCode",
        blueprint,
        decoders.HeadParts("transformer", embedding="wte", token_classifier="classifier"),
        also={CAUSAL_LM: (PRETRAINING,)},
        tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION),
    ),
    leftovers=("attn.bias", "attn.masked_bias"),
    class_names={"h.{}": "{}Block"},
    sources="arXiv:2301.03988, arXiv:2305.06161",
)
