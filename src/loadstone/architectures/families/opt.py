"""OPT: positions counted over what the attention mask lets through; OPT-350m norms after, and projects embeddings."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.class_names import DECODERS
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Chain, Layer, post_norm, pre_norm
from loadstone.architectures.components.leaves import Embedding, LayerNorm, Linear
from loadstone.architectures.components.towers import Tower, Wrapped
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, QUESTION_ANSWERING, SEQUENCE_CLASSIFICATION
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig

_POSITION_OFFSET = 2  # fairseq reserved the first rows of the position table


class OPTConfig(PretrainedConfig):
    """The keys of an OPT model. Defaults are those of OPT-125m."""

    model_type = "opt"

    vocab_size: int = 50272
    hidden_size: int = 768
    num_hidden_layers: int = 12
    ffn_dim: int = 3072
    max_position_embeddings: int = 2048
    do_layer_norm_before: bool = True
    _remove_final_layer_norm: bool = False
    word_embed_proj_dim: int | None = None
    dropout: float = 0.1
    attention_dropout: float = 0.0
    num_attention_heads: int = 12
    activation_function: str = "relu"
    layerdrop: float = 0.0
    init_std: float = 0.02
    pad_token_id: int | None = 1
    bos_token_id: int | None = 2
    eos_token_id: int | list[int] | None = 2
    enable_bias: bool = True
    layer_norm_elementwise_affine: bool = True

    refused: ClassVar = {**declarations.REFUSED_BY_DECODERS, **declarations.WITHOUT_ROPE}
    irrelevant: ClassVar = declarations.IRRELEVANT_TO_DECODERS
    follows: ClassVar = {
        "word_embed_proj_dim": Rule(lambda config, given: config.hidden_size if given is None else given)
    }
    positive = (
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "ffn_dim",
        "max_position_embeddings",
        "word_embed_proj_dim",
        "num_attention_heads",
    )

    def check_together(self) -> None:
        decoders.divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)


def blueprint(config: OPTConfig) -> Wrapped:
    """The bare model."""
    width, heads, std, bias = config.hidden_size, config.num_attention_heads, config.init_std, config.enable_bias
    narrow = config.word_embed_proj_dim or width
    head_dim = width // heads
    norm = LayerNorm(width, affine=config.layer_norm_elementwise_affine)
    feed_forward = FeedForward(
        up=Part("fc1", Linear(width, config.ffn_dim, bias, std)),
        activation=config.activation_function,
        down=Part("fc2", Linear(config.ffn_dim, width, bias, std)),
    )
    layers, step = [], pre_norm if config.do_layer_norm_before else post_norm
    for index in range(config.num_hidden_layers):
        names = ("q_proj", "k_proj", "v_proj")
        attention = Attention(
            heads=heads,
            kv_heads=heads,
            head_dim=head_dim,
            projections=tuple(Part(name, Linear(width, width, bias, std)) for name in names),
            output=Part("out_proj", Linear(width, width, bias, std)),
            scale=head_dim**-0.5,
            dropout=config.attention_dropout,
            index=index,
        )
        layers.append(
            Layer(
                (
                    step(Part("self_attn", attention), Part("self_attn_layer_norm", norm), config.dropout),
                    step(Part("", feed_forward), Part("final_layer_norm", norm), config.dropout),
                ),
                skip=config.layerdrop,
            )
        )
    projected = narrow != width
    embeddings = Embeddings(
        tokens=Part("embed_tokens", Embedding(config.vocab_size, narrow, decoders.padding(config), std=std)),
        position=Part("embed_positions", Embedding(config.max_position_embeddings + _POSITION_OFFSET, width, std=std)),
        project=Part("project_in", Linear(narrow, width, False, std)) if projected else None,
        positions="mask",
        offset=_POSITION_OFFSET,
    )
    last = []
    if config.do_layer_norm_before and not config._remove_final_layer_norm:
        last.append(Part("final_layer_norm", norm))
    if projected:
        last.append(Part("project_out", Linear(width, narrow, False, std)))
    decoder = Tower(
        stem=Part("", embeddings),
        stack=decoders.stack(layers),
        norm=Part("", Chain(tuple(last))),
        width=narrow,
    )
    return Wrapped(Part("decoder", decoder))


FAMILY = Family(
    config=OPTConfig,
    stem="OPT",
    prefix="model",
    heads=decoders.decoder_heads(
        "OPT",
        blueprint,
        decoders.HeadParts(embedding="decoder.embed_tokens"),
        tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, QUESTION_ANSWERING),
    ),
    class_names={"decoder": "{}Decoder", **DECODERS},
    sources="arXiv:2205.01068",
)
