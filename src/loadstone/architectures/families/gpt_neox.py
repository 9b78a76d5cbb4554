"""GPT-NeoX and Pythia: attention and feed-forward network side by side, rotary on part of each head."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Chain, Layer, Residual, Sum, pre_norm
from loadstone.architectures.components.leaves import Dropout, Embedding, LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.rope_config import RopePlace, RotaryConfig
from loadstone.architectures.rotary import make_rotary
from loadstone.core.naming_rules import Rule


class GPTNeoXConfig(RotaryConfig):
    """The keys of a GPT-NeoX model. Defaults are those of GPT-NeoX 20B."""

    model_type = "gpt_neox"
    without = ("rope_theta",)
    attribute_map: ClassVar = {"rope_theta": "rotary_emb_base", "partial_rotary_factor": "rotary_pct"}
    refused: ClassVar = declarations.REFUSED_BY_DECODERS
    irrelevant: ClassVar = declarations.IRRELEVANT_TO_DECODERS
    within: ClassVar = {
        "rotary_emb_base": RopePlace("rope_theta"),
        "rotary_pct": RopePlace("partial_rotary_factor"),
        "rope_scaling": None,
    }

    vocab_size: int = 50432
    hidden_size: int = 6144
    num_hidden_layers: int = 44
    num_attention_heads: int = 64
    intermediate_size: int = 24576
    hidden_act: str = "gelu"
    rotary_pct: float = 0.25
    rotary_emb_base: float = 10000.0
    attention_dropout: float = 0.0
    hidden_dropout: float = 0.0
    classifier_dropout: float | None = 0.1
    max_position_embeddings: int = 2048
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-5
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2
    tie_word_embeddings: bool = False
    use_parallel_residual: bool = True
    attention_bias: bool = True

    positive = (
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
        "max_position_embeddings",
    )

    def check_together(self) -> None:
        decoders.divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)


def blueprint(config: GPTNeoXConfig) -> Tower:
    """The bare model."""
    width, heads, std = config.hidden_size, config.num_attention_heads, config.initializer_range
    head_dim = width // heads
    rotary = make_rotary(
        head_dim=head_dim,
        theta=config.rotary_emb_base,
        max_position=config.max_position_embeddings,
        scaling=config.rope_scaling,
        partial=config.rotary_pct,
    )
    norm = LayerNorm(width, config.layer_norm_eps)
    feed_forward = FeedForward(
        up=Part("dense_h_to_4h", Linear(width, config.intermediate_size, std=std)),
        activation=config.hidden_act,
        down=Part("dense_4h_to_h", Linear(config.intermediate_size, width, std=std)),
    )
    layers = []
    for index in range(config.num_hidden_layers):
        attention = Attention(
            heads=heads,
            kv_heads=heads,
            head_dim=head_dim,
            projections=(Part("query_key_value", Linear(width, 3 * width, config.attention_bias, std)),),
            output=Part("dense", Linear(width, width, config.attention_bias, std)),
            scale=head_dim**-0.5,
            rotary=rotary,
            fused="heads",
            dropout=config.attention_dropout,
            index=index,
        )
        bodies = (Part("attention", attention), Part("mlp", feed_forward))
        norms = (Part("input_layernorm", norm), Part("post_attention_layernorm", norm))
        if config.use_parallel_residual:
            dropout = Part("", Dropout(config.hidden_dropout))
            branches = (Part("", Chain((norm, body, dropout))) for norm, body in zip(norms, bodies, strict=True))
            steps = [Part("", Residual(Part("", Sum(tuple(branches)))))]
        else:
            steps = [pre_norm(*pair, config.hidden_dropout) for pair in zip(bodies, norms, strict=True)]
        layers.append(Layer(tuple(steps)))
    table = Embedding(config.vocab_size, width, std=std)
    return Tower(
        stem=Part("", Embeddings(Part("embed_in", table), dropout=config.hidden_dropout)),
        stack=decoders.stack(layers),
        norm=Part("final_layer_norm", norm),
        width=width,
    )


FAMILY = Family(
    config=GPTNeoXConfig,
    stem="GPTNeoX",
    prefix="gpt_neox",
    heads=decoders.decoder_heads(
        "GPTNeoX",
        blueprint,
        decoders.HeadParts("gpt_neox", embedding="embed_in", lm_head="embed_out", token_classifier="classifier"),
    ),
    rules=(Rule("lm_head", "embed_out"),),
    leftovers=("attention.bias", "attention.masked_bias", "rotary_emb.inv_freq"),
    class_names={"layers.{}": "{}Layer"},
    sources="arXiv:2204.06745, arXiv:2304.01373",
)
