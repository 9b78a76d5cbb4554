"""Falcon: one key for all queries (7B), a key for each of several groups (40B, 180B, 11B), or ALiBi (RW)."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Add, Chain, Layer, Residual, Sum, pre_norm
from loadstone.architectures.components.leaves import Embedding, LayerNorm, Linear
from loadstone.architectures.components.linear_bias import LinearBiasEmbeddings, geometric_slopes
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.rope_config import RotaryConfig
from loadstone.architectures.rotary import Rotary, make_rotary
from loadstone.errors import Fault, InvalidConfig


class FalconConfig(RotaryConfig):
    """The keys of a Falcon model. Defaults are those of Falcon 7B."""

    model_type = "falcon"
    attribute_map: ClassVar = {"n_embed": "hidden_size"}
    refused: ClassVar = declarations.but(declarations.REFUSED_BY_DECODERS, "alibi")
    irrelevant: ClassVar = declarations.IRRELEVANT_TO_DECODERS

    vocab_size: int = 65024
    hidden_size: int = 4544
    num_hidden_layers: int = 32
    num_attention_heads: int = 71
    num_ln_in_parallel_attn: int | None = None
    layer_norm_epsilon: float = 1e-5
    initializer_range: float = 0.02
    hidden_dropout: float = 0.0
    attention_dropout: float = 0.0
    num_kv_heads: int | None = None
    alibi: bool = False
    new_decoder_architecture: bool = False
    multi_query: bool = True
    parallel_attn: bool = True
    bias: bool = False
    max_position_embeddings: int = 2048
    bos_token_id: int | None = 11
    eos_token_id: int | list[int] | None = 11
    ffn_hidden_size: int | None = None
    activation: str = "gelu"
    classifier_dropout: float | None = None

    positive = (
        *("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_kv_heads"),
        *("max_position_embeddings", "ffn_hidden_size"),
    )

    @property
    def kv_heads(self) -> int:
        """How many keys and values a token has."""
        if self.multi_query and not self.new_decoder_architecture:
            return 1
        return self.num_kv_heads or self.num_attention_heads

    @property
    def norms(self) -> int:
        """How many norms a parallel layer has."""
        return self.num_ln_in_parallel_attn or (2 if self.new_decoder_architecture else 1)

    def check_together(self) -> None:
        decoders.divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)
        decoders.divide("num_attention_heads", self.num_attention_heads, "num_kv_heads", self.kv_heads)
        is_new, heads, faults = self.new_decoder_architecture, self.num_attention_heads, []
        if is_new and not self.parallel_attn:
            faults.append(Fault("config key 'parallel_attn'", "true, with new_decoder_architecture", "False"))
        if self.norms not in ((1, 2) if is_new else (1,)):
            expected = "1 or 2, and 2 with new_decoder_architecture alone"
            faults.append(Fault("config key 'num_ln_in_parallel_attn'", expected, str(self.norms)))
        if not is_new and not self.multi_query and self.kv_heads != heads:
            expected = f"num_attention_heads = {heads}, without multi_query and new_decoder_architecture"
            faults.append(Fault("config key 'num_kv_heads'", expected, str(self.kv_heads)))
        if faults:
            raise InvalidConfig(faults)


def attention(config: FalconConfig, index: int, rotary: Rotary | None) -> Attention:
    """``query_key_value``, whose queries lie with their keys unless all share one, and ``dense``."""
    width, heads, kv_heads, std = (
        config.hidden_size,
        config.num_attention_heads,
        config.kv_heads,
        config.initializer_range,
    )
    head_dim = width // heads
    fused = Linear(width, (heads + 2 * kv_heads) * head_dim, config.bias, std)
    return Attention(
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        projections=(Part("query_key_value", fused),),
        output=Part("dense", Linear(width, width, config.bias, std)),
        scale=head_dim**-0.5,
        rotary=rotary,
        fused="heads" if config.new_decoder_architecture or not config.multi_query else "blocks",
        dropout=config.attention_dropout if config.alibi else 0.0,  # as in Transformers
        index=index,
    )


def layer(config: FalconConfig, attention: Attention) -> Layer:
    """Both halves side by side, under one norm or two; or one after the other."""
    width, bias, std = config.hidden_size, config.bias, config.initializer_range
    inner, norm = config.ffn_hidden_size or 4 * width, LayerNorm(width, config.layer_norm_epsilon)
    feed_forward = FeedForward(
        up=Part("dense_h_to_4h", Linear(width, inner, bias, std)),
        activation=config.activation,
        down=Part("dense_4h_to_h", Linear(inner, width, bias, std)),
    )
    bodies = Part("self_attention", attention), Part("mlp", feed_forward)
    first = Part("input_layernorm", norm)
    if not config.parallel_attn:
        second = Part("post_attention_layernorm", norm)
        return Layer(
            (
                pre_norm(bodies[0], first, config.attention_dropout),
                pre_norm(bodies[1], second, config.hidden_dropout),
            )
        )
    end = Part("", Add(dropout=config.hidden_dropout)) if config.hidden_dropout else None
    if config.norms == 1:
        return Layer((Part("", Residual(Part("", Sum(bodies)), first, end)),))
    norms = Part("ln_attn", norm), Part("ln_mlp", norm)
    branches = tuple(Part("", Chain(pair)) for pair in zip(norms, bodies, strict=True))
    return Layer((Part("", Residual(Part("", Sum(branches)), end=end)),))


def blueprint(config: FalconConfig) -> Tower:
    """The bare model."""
    width, heads = config.hidden_size, config.num_attention_heads
    head_dim, rotary = width // heads, None
    stem: Embeddings
    tokens = Part("word_embeddings", Embedding(config.vocab_size, width, std=config.initializer_range))
    if config.alibi:
        stem = LinearBiasEmbeddings(tokens, slopes=geometric_slopes(heads), in_bfloat16=True, scale=head_dim**-0.5)
    else:
        stem = Embeddings(tokens)
        rotary = make_rotary(
            head_dim=head_dim,
            theta=config.rope_theta,
            max_position=config.max_position_embeddings,
            scaling=config.rope_parameters,
        )
    layers = [layer(config, attention(config, index, rotary)) for index in range(config.num_hidden_layers)]
    return Tower(
        stem=Part("", stem),
        stack=decoders.stack(layers, "h"),
        norm=Part("ln_f", LayerNorm(width, config.layer_norm_epsilon)),
        width=width,
    )


FAMILY = Family(
    config=FalconConfig,
    stem="Falcon",
    prefix="transformer",
    heads=decoders.decoder_heads(
        "Falcon",
        blueprint,
        decoders.HeadParts("transformer", embedding="word_embeddings", token_classifier="classifier"),
    ),
    leftovers=("rotary_emb.inv_freq", "self_attention.maybe_rotary.inv_freq", "self_attention.rotary.inv_freq"),
    class_names={"h.{}": "{}DecoderLayer"},
    sources="arXiv:2311.16867, arXiv:2306.01116",
)
