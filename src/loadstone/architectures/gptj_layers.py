"""What GPT-J and CodeGen have in common: one norm for both halves of a layer, rotary that turns neighbors."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.leaves import Embedding, LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.parallel_layers import parallel_layer
from loadstone.architectures.rotary import Rotary, make_rotary
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

ConfigT = TypeVar("ConfigT", bound="GPTJLikeConfig")


class GPTJLikeConfig(PretrainedConfig):
    """The keys that both have. Defaults are those of GPT-J 6B."""

    attribute_map: ClassVar = {
        "hidden_size": "n_embd",
        "max_position_embeddings": "n_positions",
        "num_attention_heads": "n_head",
        "num_hidden_layers": "n_layer",
    }
    refused: ClassVar = {
        **declarations.REFUSED_BY_DECODERS,
        **declarations.WITHOUT_ROPE,
        "scale_attn_weights": Refusal((True,), "scores are divided by the root of the width of a head"),
        "rotary": Refusal((True,), "positions are rotary"),
    }
    irrelevant: ClassVar = declarations.IRRELEVANT_TO_DECODERS

    vocab_size: int = 50400
    n_positions: int = 2048
    n_embd: int = 4096
    n_layer: int = 28
    n_head: int = 16
    rotary_dim: int = 64
    n_inner: int | None = None
    activation_function: str = "gelu_new"
    resid_pdrop: float = 0.0
    embd_pdrop: float = 0.0
    attn_pdrop: float = 0.0
    layer_norm_epsilon: float = 1e-5
    initializer_range: float = 0.02
    bos_token_id: int | None = 50256
    eos_token_id: int | list[int] | None = 50256
    tie_word_embeddings: bool = False

    positive = ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "n_inner", "rotary_dim")

    def check_together(self) -> None:
        head_dim = decoders.divide("n_embd", self.n_embd, "n_head", self.n_head)
        if self.rotary_dim % 2 or self.rotary_dim > head_dim:
            expected = f"an even number up to {head_dim}, the width of a head"
            raise InvalidConfig([Fault("config key 'rotary_dim'", expected, repr(self.rotary_dim))])


def rotary(config: GPTJLikeConfig) -> Rotary:
    """Of the first values of each head, each with the next."""
    dim = config.rotary_dim
    return make_rotary(head_dim=dim, theta=10000.0, max_position=config.n_positions)._replace(interleaved=True)


def tower(config: ConfigT, attention: Callable[[ConfigT, int], Attention]) -> Tower:
    """The bare model; ``attention``: of a layer, by its index."""
    width, std = config.n_embd, config.initializer_range
    norm, inner = LayerNorm(width, config.layer_norm_epsilon), config.n_inner or 4 * width
    feed_forward = FeedForward(
        up=Part("fc_in", Linear(width, inner, std=std)),
        activation=config.activation_function,
        down=Part("fc_out", Linear(inner, width, std=std)),
    )
    layers = []
    for index in range(config.n_layer):
        bodies = (Part("attn", attention(config, index)), Part("mlp", feed_forward))
        layers.append(parallel_layer(bodies, Part("ln_1", norm), config.resid_pdrop))
    table = Embedding(config.vocab_size, width, std=std)
    return Tower(
        stem=Part("", Embeddings(Part("wte", table), dropout=config.embd_pdrop, segment_from_tokens=True)),
        stack=decoders.stack(layers, "h"),
        norm=Part("ln_f", norm),
        width=width,
    )


PARTS = decoders.HeadParts("transformer", embedding="wte", lm_head_bias=True)
LEFTOVERS = ("attn.bias", "attn.masked_bias", "attn.causal_mask", "attn.embed_positions")
"""Masks and sines that older files carry."""
CLASS_NAMES = {"h.{}": "{}Block"}
