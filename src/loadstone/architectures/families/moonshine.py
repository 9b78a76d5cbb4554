"""Moonshine: an encoder that hears sound as it is sampled, of any length, and a decoder that writes what is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.encoder_decoder import EncoderDecoder
from loadstone.architectures.components.feed_forward import FeedForward, GatedByLast
from loadstone.architectures.components.frame_lengths import FirstSamples, Step
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Layer, pre_norm
from loadstone.architectures.components.leaves import Activation, Conv, Embedding, GroupNorm, LayerNorm, Linear
from loadstone.architectures.components.samples import Samples
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.rope_config import RopePlace, RotaryConfig
from loadstone.architectures.rotary import make_rotary
from loadstone.architectures.tasks import BARE, SPEECH, SPEECH_SEQ2SEQ, TASKS
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig

Side = Literal["encoder", "decoder"]


def _kv_heads(side: Side) -> Rule:
    return Rule(lambda config, given: getattr(config, f"{side}_num_attention_heads") if given is None else given)


class MoonshineConfig(RotaryConfig):
    """The keys of a Moonshine model. Defaults are those of Moonshine tiny."""

    model_type = "moonshine"
    attribute_map: ClassVar = {
        "num_key_value_heads": "decoder_num_key_value_heads",
        "num_attention_heads": "decoder_num_attention_heads",
        "num_hidden_layers": "decoder_num_hidden_layers",
        "hidden_act": "decoder_hidden_act",
    }

    vocab_size: int = 32768
    hidden_size: int = 288
    intermediate_size: int = 1152
    encoder_num_hidden_layers: int = 6
    decoder_num_hidden_layers: int = 6
    encoder_num_attention_heads: int = 8
    decoder_num_attention_heads: int = 8
    encoder_num_key_value_heads: int | None = None
    decoder_num_key_value_heads: int | None = None
    pad_head_dim_to_multiple_of: int | None = None
    encoder_hidden_act: str = "gelu"
    decoder_hidden_act: str = "silu"
    max_position_embeddings: int = 512
    initializer_range: float = 0.02
    partial_rotary_factor: float = 0.9
    attention_bias: bool = False
    attention_dropout: float = 0.0
    is_encoder_decoder: bool = True
    decoder_start_token_id: int | None = 1
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2

    within: ClassVar = {**RotaryConfig.within, "partial_rotary_factor": RopePlace("partial_rotary_factor")}
    follows: ClassVar = {
        "encoder_num_key_value_heads": _kv_heads("encoder"),
        "decoder_num_key_value_heads": _kv_heads("decoder"),
    }
    refused: ClassVar = declarations.REFUSED_BY_ENCODER_DECODERS
    irrelevant: ClassVar = {
        **declarations.IRRELEVANT_TO_ENCODER_DECODERS,
        "id2label": "no class of this family tells classes apart",
        "pad_head_dim_to_multiple_of": "zeros for kernels that want them; results are the same",
    }
    positive = (
        *("vocab_size", "hidden_size", "intermediate_size", "max_position_embeddings"),
        *(
            f"{side}_num_{size}"
            for side in ("encoder", "decoder")
            for size in ("hidden_layers", "attention_heads", "key_value_heads")
        ),
    )

    def check_together(self) -> None:
        for side in ("encoder", "decoder"):
            heads, kv_heads = f"{side}_num_attention_heads", f"{side}_num_key_value_heads"
            decoders.divide("hidden_size", self.hidden_size, heads, getattr(self, heads))
            decoders.divide(heads, getattr(self, heads), kv_heads, getattr(self, kv_heads))


LENGTHS = FirstSamples((Step(127, 64), Step(7, 3), Step(3, 2)))


def stem(config: MoonshineConfig) -> Samples:
    """``conv1``, ``groupnorm``, ``conv2`` and ``conv3``."""
    width, std = config.hidden_size, config.initializer_range
    (first, by), (second, then), (third, last) = ((step.kernel, step.stride) for step in LENGTHS.steps)
    gelu = Part("", Activation("gelu"))
    steps = (
        Part("conv1", Conv(1, width, (first,), by, bias=False, std=std)),
        Part("", Activation("tanh")),
        Part("groupnorm", GroupNorm(1, width)),
        *(Part("conv2", Conv(width, 2 * width, (second,), then, std=std)), gelu),
        *(Part("conv3", Conv(2 * width, width, (third,), last, std=std)), gelu),
    )
    return Samples(steps, LENGTHS)


def attention(config: MoonshineConfig, index: int, side: Side, *, memory: bool = False) -> Attention:
    """``q_proj``, ``k_proj``, ``v_proj`` and ``o_proj``; ``memory``: over what the encoder says, without positions."""
    heads, kv_heads = (getattr(config, f"{side}_num_{kind}_heads") for kind in ("attention", "key_value"))
    width, dim, std, bias = (
        config.hidden_size,
        config.hidden_size // heads,
        config.initializer_range,
        config.attention_bias,
    )
    rotary = make_rotary(
        head_dim=dim,
        theta=config.rope_theta,
        max_position=config.max_position_embeddings,
        scaling=config.rope_parameters,
        partial=config.partial_rotary_factor,
    )
    outputs = {"q_proj": heads * dim, "k_proj": kv_heads * dim, "v_proj": kv_heads * dim}
    return Attention(
        heads=heads,
        kv_heads=kv_heads,
        head_dim=dim,
        projections=tuple(Part(name, Linear(width, count, bias, std)) for name, count in outputs.items()),
        output=Part("o_proj", Linear(heads * dim, width, False, std)),
        scale=dim**-0.5,
        causal=side == "decoder" and not memory,
        memory=memory,
        rotary=None if memory else rotary._replace(interleaved=True),
        dropout=config.attention_dropout,
        index=index,
    )


def layer(config: MoonshineConfig, index: int, side: Side) -> Layer:
    """A layer of the encoder, or one of the decoder, which looks at what the encoder says and has a gate."""
    width, inner, std = config.hidden_size, config.intermediate_size, config.initializer_range
    writes = side == "decoder"
    norm, down = LayerNorm(width, bias=False), Part("fc2", Linear(inner, width, std=std))
    up = Part("fc1", Linear(width, 2 * inner if writes else inner, std=std))
    own = pre_norm(Part("self_attn", attention(config, index, side)), Part("input_layernorm", norm))
    if not writes:
        feed_forward = FeedForward(up, config.encoder_hidden_act, down)
        return Layer((own, pre_norm(Part("mlp", feed_forward), Part("post_attention_layernorm", norm))))
    looking = Part("encoder_attn", attention(config, index, side, memory=True))
    gated = GatedByLast((up,), config.decoder_hidden_act, down)
    return Layer(
        (
            own,
            pre_norm(looking, Part("post_attention_layernorm", norm), if_read=True),
            pre_norm(Part("mlp", gated), Part("final_layernorm", norm)),
        )
    )


def tower(config: MoonshineConfig, side: Side) -> Tower:
    """What hears, or what writes."""
    width, writes = config.hidden_size, side == "decoder"
    layers = [layer(config, index, side) for index in range(getattr(config, f"{side}_num_hidden_layers"))]
    table = Embedding(config.vocab_size, width, decoders.padding(config), std=config.initializer_range)
    return Tower(
        stem=Part("", Embeddings(Part("embed_tokens", table)) if writes else stem(config)),
        stack=decoders.stack(layers),
        width=width,
        norm=Part("norm" if writes else "layer_norm", LayerNorm(width, bias=False)),
    )


def blueprint(config: MoonshineConfig) -> EncoderDecoder:
    """The bare model."""
    return EncoderDecoder(
        encoder=Part("encoder", tower(config, "encoder")),
        decoder=Part("decoder", tower(config, "decoder")),
        start=config.decoder_start_token_id,
        padding=config.pad_token_id,
        frames=LENGTHS,
    )


def conditional_generation(config: MoonshineConfig) -> Head:
    """``proj_out`` over what is written."""
    output = Linear(config.hidden_size, config.vocab_size, False, config.initializer_range)
    return Head(Part("model", blueprint(config)), Part("proj_out", output))


def _tied(config: PretrainedConfig) -> Mapping[str, str]:
    return {"proj_out.weight": "model.decoder.embed_tokens.weight"} if config.tie_word_embeddings else {}


_INPUTS = ("input_values", *SPEECH[1:])

FAMILY = Family(
    config=MoonshineConfig,
    stem="Moonshine",
    prefix="model",
    heads=(
        HeadSpec("MoonshineModel", BARE, blueprint, differs={"inputs": _INPUTS, "output": "Seq2SeqModelOutput"}),
        HeadSpec(
            "MoonshineForConditionalGeneration",
            SPEECH_SEQ2SEQ,
            conditional_generation,
            (("proj_out",),),
            _tied,
            differs={
                "inputs": _INPUTS,
                "doc": TASKS[SPEECH_SEQ2SEQ].doc.replace(
                    "``input_features`` (batch, bands, frames)", "``input_values`` (batch, samples)"
                ),
            },
        ),
    ),
    class_names={
        "encoder": "{}Encoder",
        "encoder.layers.{}": "{}EncoderLayer",
        "encoder.layers.{}.mlp": "{}EncoderMLP",
        "decoder": "{}Decoder",
        "decoder.layers.{}": "{}DecoderLayer",
        "decoder.layers.{}.mlp": "{}DecoderMLP",
    },
    sources="arXiv:2410.15608",
)
