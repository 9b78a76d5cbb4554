"""Command R: attention beside the feed-forward network, over one norm; each value turns with the next."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.class_names import DECODERS
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.head_norm import HeadLayerNorm
from loadstone.architectures.components.layers import Layer, Residual, Sum
from loadstone.architectures.components.leaves import LayerNorm, Weight
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM


class BaseCohereConfig(decoders.DecoderConfig):
    """The keys that both generations share."""

    without = ("rms_norm_eps",)
    irrelevant: ClassVar = {
        **declarations.WITHOUT_CLASSES,
        "classifier_dropout": "of a token classifier, which this family has not",
    }

    vocab_size: int = 256000
    hidden_size: int = 8192
    intermediate_size: int = 22528
    num_hidden_layers: int = 40
    num_attention_heads: int = 64
    max_position_embeddings: int = 8192
    layer_norm_eps: float = 1e-5
    logit_scale: float | None = 0.0625
    pad_token_id: int | None = 0
    bos_token_id: int | None = 5
    eos_token_id: int | list[int] | None = 255001
    tie_word_embeddings: bool = True
    attention_bias: bool = False


class CohereConfig(BaseCohereConfig):
    """The keys of a Command R model. Defaults are those of Command R 35B."""

    model_type = "cohere"
    refused: ClassVar = declarations.but(declarations.REFUSED_BY_DECODERS, "logit_scale", "use_qk_norm")

    rope_theta: float = 500000.0
    use_qk_norm: bool = False


def tower(config: BaseCohereConfig, attentions: list[Attention]) -> Tower:
    """The bare model, with the attention of each layer."""
    norm = LayerNorm(config.hidden_size, config.layer_norm_eps, bias=False)
    feed_forward = Part("mlp", decoders.feed_forward(config))
    sums = (Part("", Sum((Part("self_attn", attention), feed_forward))) for attention in attentions)
    layers = [Layer((Part("", Residual(each, Part("input_layernorm", norm))),)) for each in sums]
    return decoders.tower(config, layers, norm)


PARTS = decoders.HeadParts(logits_scale=lambda config: 1.0 if config.logit_scale is None else config.logit_scale)
"""What the classes call their parts, and how logits are scaled."""


def attention(config: CohereConfig, index: int) -> Attention:
    """Llama's with another rotary, perhaps with a layer norm for each head of queries and of keys."""
    rotary = decoders.rotary(config)._replace(interleaved=True)
    plain = decoders.separate_attention(config, index, rotary=rotary, bias=config.attention_bias)
    if not config.use_qk_norm:
        return plain

    def normed(name: str, heads: int) -> Part:
        gains = Part("weight", Weight((heads, plain.head_dim), value=1.0))
        return Part(name, HeadLayerNorm(config.layer_norm_eps, (gains,)))

    return replace(plain, query_norm=normed("q_norm", plain.heads), key_norm=normed("k_norm", plain.kv_heads))


def blueprint(config: CohereConfig) -> Tower:
    """The bare model."""
    return tower(config, [attention(config, index) for index in range(config.num_hidden_layers)])


FAMILY = Family(
    config=CohereConfig,
    stem="Cohere",
    prefix="model",
    heads=decoders.decoder_heads("Cohere", blueprint, PARTS, tasks=(CAUSAL_LM,)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    class_names={**DECODERS, "HeadLayerNorm": "{}LayerNorm"},
    sources="https://huggingface.co/CohereLabs/c4ai-command-r-v01",
)
