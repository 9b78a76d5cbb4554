"""Layers and towers as fairseq names them: those of BART and Whisper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from loadstone.architectures import declarations
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Layer, post_norm, pre_norm
from loadstone.architectures.components.leaves import LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.decoders import divide, stack
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.records import record


class FairseqConfig(PretrainedConfig):
    """The keys that they share. Defaults are those of Whisper tiny."""

    attribute_map: ClassVar[Mapping[str, str]] = {
        "hidden_size": "d_model",
        "num_hidden_layers": "encoder_layers",
        **dict.fromkeys(("num_attention_heads", "num_key_value_heads"), "encoder_attention_heads"),
    }

    vocab_size: int = 51865
    d_model: int = 384
    encoder_layers: int = 4
    encoder_attention_heads: int = 6
    encoder_ffn_dim: int = 1536
    encoder_layerdrop: float = 0.0
    decoder_layers: int = 4
    decoder_attention_heads: int = 6
    decoder_ffn_dim: int = 1536
    decoder_layerdrop: float = 0.0
    decoder_start_token_id: int | None = None
    is_encoder_decoder: bool = True
    activation_function: str = "gelu"
    dropout: float = 0.0
    attention_dropout: float = 0.0
    activation_dropout: float = 0.0
    init_std: float = 0.02
    scale_embedding: bool = False

    positive: ClassVar[tuple[str, ...]] = (
        *("vocab_size", "d_model"),
        *(f"{side}_{size}" for side in ("encoder", "decoder") for size in ("layers", "attention_heads", "ffn_dim")),
    )
    refused: ClassVar[Mapping[str, Refusal]] = declarations.but(declarations.REFUSED_BY_ENCODER_DECODERS, "is_decoder")
    irrelevant: ClassVar[Mapping[str, str]] = {
        **declarations.IRRELEVANT_TO_ENCODER_DECODERS,
        "is_decoder": "the class says whether there is an encoder",
    }

    def check_together(self) -> None:
        divide("d_model", self.d_model, "encoder_attention_heads", self.encoder_attention_heads)
        divide("d_model", self.d_model, "decoder_attention_heads", self.decoder_attention_heads)


@record
class Side:
    """The layers of an encoder or a decoder."""

    width: int
    layers: int
    heads: int
    inner: int
    activation: str
    writes: bool = False
    """Whether it is a decoder, which looks at what an encoder says, where there is anything."""
    norm_first: bool = True
    """Whether norms come before what they belong to; else after the sum."""
    key_bias: bool = True
    std: float = 0.02
    dropout: float = 0.0
    attention_dropout: float = 0.0
    activation_dropout: float = 0.0
    skip: float = 0.0
    """While training, the chance to leave out a layer."""

    @classmethod
    def of(
        cls, config: Any, name: Literal["encoder", "decoder"], *, norm_first: bool = True, key_bias: bool = True
    ) -> Side:
        """That of a :class:`FairseqConfig`."""
        return cls(
            width=config.d_model,
            layers=getattr(config, f"{name}_layers"),
            heads=getattr(config, f"{name}_attention_heads"),
            inner=getattr(config, f"{name}_ffn_dim"),
            activation=config.activation_function,
            writes=name == "decoder",
            norm_first=norm_first,
            key_bias=key_bias,
            std=config.init_std,
            dropout=config.dropout,
            attention_dropout=config.attention_dropout,
            activation_dropout=config.activation_dropout,
            skip=getattr(config, f"{name}_layerdrop"),
        )

    def tower(self, stem: Component) -> Tower:
        """The stem and the ``layers``; with ``layer_norm`` at the end, where norms come first."""
        norm = Part("layer_norm", LayerNorm(self.width)) if self.norm_first else None
        layers = [self.layer(index) for index in range(self.layers)]
        return Tower(Part("", stem), stack(layers), self.width, norm)

    def layer(self, index: int) -> Layer:
        """``self_attn``, of a decoder ``encoder_attn``, ``fc1`` and ``fc2``, each with its norm."""
        feed_forward = FeedForward(
            up=Part("fc1", Linear(self.width, self.inner, std=self.std)),
            activation=self.activation,
            down=Part("fc2", Linear(self.inner, self.width, std=self.std)),
            dropout=self.activation_dropout,
        )
        attention = self._step(Part("self_attn", self.attention(index)), "self_attn_layer_norm")
        crossing: Sequence[Part] = ()
        if self.writes:
            looking = Part("encoder_attn", self.attention(index, memory=True))
            crossing = (self._step(looking, "encoder_attn_layer_norm", if_read=True),)
        return Layer((attention, *crossing, self._step(Part("", feed_forward), "final_layer_norm")), self.skip)

    def attention(self, index: int, *, memory: bool = False) -> Attention:
        """``q_proj``, ``k_proj``, ``v_proj``, ``out_proj``; ``memory``: over what the encoder says."""
        width, dim = self.width, self.width // self.heads
        biases = {"q_proj": True, "k_proj": self.key_bias, "v_proj": True}
        return Attention(
            heads=self.heads,
            kv_heads=self.heads,
            head_dim=dim,
            projections=tuple(Part(name, Linear(width, width, bias, self.std)) for name, bias in biases.items()),
            output=Part("out_proj", Linear(width, width, std=self.std)),
            scale=dim**-0.5,
            causal=self.writes and not memory,
            memory=memory,
            dropout=self.attention_dropout,
            index=index,
        )

    def _step(self, body: Part, norm: str, *, if_read: bool = False) -> Part:
        step = pre_norm if self.norm_first else post_norm
        return step(body, Part(norm, LayerNorm(self.width)), self.dropout, if_read=if_read)
