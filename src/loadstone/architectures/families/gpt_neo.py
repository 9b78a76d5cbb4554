"""GPT-Neo: GPT-2 with separate maps, scores that are not scaled, and attention that is local in every other layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures import declarations, decoders, gpt2_layers
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

_KINDS = ("global", "local")


class GPTNeoConfig(PretrainedConfig):
    """The keys of a GPT-Neo model. Defaults are those of GPT-Neo 1.3B."""

    model_type = "gpt_neo"
    attribute_map: ClassVar = {"num_attention_heads": "num_heads", "num_hidden_layers": "num_layers"}
    refused: ClassVar = {**declarations.REFUSED_BY_DECODERS, **declarations.WITHOUT_ROPE}
    irrelevant: ClassVar = {
        **declarations.IRRELEVANT_TO_DECODERS,
        **dict.fromkeys(
            (f"summary_{name}" for name in ("type", "use_proj", "activation", "proj_to_labels", "first_dropout")),
            "of a head that no class of this family has",
        ),
    }

    vocab_size: int = 50257
    max_position_embeddings: int = 2048
    hidden_size: int = 2048
    num_layers: int = 24
    attention_types: list[Any] | None = None
    num_heads: int = 16
    intermediate_size: int | None = None
    window_size: int = 256
    activation_function: str = "gelu_new"
    resid_dropout: float = 0.0
    embed_dropout: float = 0.0
    attention_dropout: float = 0.0
    classifier_dropout: float | None = 0.1
    layer_norm_epsilon: float = 1e-5
    initializer_range: float = 0.02
    bos_token_id: int | None = 50256
    eos_token_id: int | list[int] | None = 50256

    positive = (
        *("vocab_size", "max_position_embeddings", "hidden_size", "num_layers", "num_heads", "intermediate_size"),
        "window_size",
    )

    def _take(self, values: Mapping[str, Any]) -> None:
        # attention_layers is attention_types written out: transformers writes it, and does not read it either.
        super()._take({name: value for name, value in values.items() if name != "attention_layers"})
        if self.attention_types is None and isinstance(self.num_layers, int):
            more = [[["global"], 1]] if self.num_layers % 2 else []
            self.__dict__["attention_types"] = [[list(_KINDS), self.num_layers // 2], *more]

    @property
    def attention_layers(self) -> list[str]:
        """``global`` or ``local``, for each layer; :class:`InvalidConfig` where ``attention_types`` does not say it."""
        kinds: list[str] = []
        for pair in self.attention_types or ():
            match pair:
                case [[*names], int(times)] if 0 <= len(names) * times <= self.num_layers:
                    kinds += names * times
                case _:
                    break
        else:
            if len(kinds) == self.num_layers and all(kind in _KINDS for kind in kinds):
                return kinds
        expected = f"[[[{' or '.join(_KINDS)}, …], how often], …] for {self.num_layers} layers"
        raise InvalidConfig([Fault("config key 'attention_types'", expected, repr(self.attention_types))])

    def check_together(self) -> None:
        decoders.divide("hidden_size", self.hidden_size, "num_heads", self.num_heads)
        _ = self.attention_layers


def blueprint(config: GPTNeoConfig) -> Tower:
    """The bare model."""
    width, heads, std = config.hidden_size, config.num_heads, config.initializer_range
    norm, inner = LayerNorm(width, config.layer_norm_epsilon), config.intermediate_size or 4 * width
    feed_forward = FeedForward(
        up=Part("c_fc", Linear(width, inner, std=std)),
        activation=config.activation_function,
        down=Part("c_proj", Linear(inner, width, std=std)),
    )
    layers = []
    for index, kind in enumerate(config.attention_layers):
        attention = Attention(
            heads=heads,
            kv_heads=heads,
            head_dim=width // heads,
            projections=tuple(Part(f"{name}_proj", Linear(width, width, False, std)) for name in "qkv"),
            output=Part("out_proj", Linear(width, width, std=std)),
            scale=1.0,
            window=config.window_size if kind == "local" else None,
            dropout=config.attention_dropout,
            index=index,
        )
        within = Chain((Part("attention", attention),))
        layers.append(gpt2_layers.layer(within, feed_forward, norm, config.resid_dropout))
    stem = gpt2_layers.embeddings(config.vocab_size, config.max_position_embeddings, width, std, config.embed_dropout)
    return gpt2_layers.tower(stem, layers, norm, width)


FAMILY = Family(
    config=GPTNeoConfig,
    stem="GPTNeo",
    prefix="transformer",
    heads=decoders.decoder_heads(
        "GPTNeo", blueprint, decoders.HeadParts("transformer", embedding="wte", token_classifier="classifier")
    ),
    leftovers=("attn.attention.bias", "attn.attention.masked_bias"),
    class_names={"h.{}": "{}Block", "attn": "{}Attention", "attn.attention": "{}SelfAttention"},
    sources="https://github.com/EleutherAI/gpt-neo",
)
