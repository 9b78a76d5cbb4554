"""Whisper: an encoder that hears thirty seconds of sound, and a decoder that writes down what is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from loadstone.architectures import decoders, fairseq, speech
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.encoder_decoder import EncoderDecoder
from loadstone.architectures.components.frames import Frames
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.leaves import Conv, Embedding, Linear
from loadstone.architectures.components.towers import Tower, Wrapped
from loadstone.architectures.fairseq import Side
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.initial import sinusoids_to_the_end
from loadstone.architectures.tasks import AUDIO_CLASSIFICATION, BARE, CAUSAL_LM, SPEECH, SPEECH_SEQ2SEQ
from loadstone.errors import Fault, InvalidConfig


class WhisperConfig(fairseq.FairseqConfig, speech.SpeechConfig):
    """The keys of a Whisper model. Defaults are those of Whisper tiny."""

    model_type = "whisper"

    num_mel_bins: int = 80
    max_source_positions: int = 1500
    max_target_positions: int = 448
    decoder_start_token_id: int | None = 50257
    pad_token_id: int | None = 50256
    bos_token_id: int | None = 50256
    eos_token_id: int | list[int] | None = 50256
    suppress_tokens: list[int] | None = None
    begin_suppress_tokens: list[int] | None = [220, 50256]  # noqa: RUF012 (copied for each config)
    apply_spec_augment: bool = False
    median_filter_width: int = 7

    irrelevant: ClassVar = {
        **fairseq.FairseqConfig.irrelevant,
        "scale_embedding": "no model of this family scales its embeddings, whatever is said",
        **dict.fromkeys(("suppress_tokens", "begin_suppress_tokens", "median_filter_width"), "of generation"),
    }
    positive = (
        *(*fairseq.FairseqConfig.positive, *speech.SpeechConfig.positive),
        *("num_mel_bins", "max_source_positions", "max_target_positions"),
    )

    def check_together(self) -> None:
        super().check_together()
        if self.d_model % 2:
            raise InvalidConfig([Fault("config key 'd_model'", "an even number: sines and cosines", str(self.d_model))])


def encoder(config: WhisperConfig, masks: tuple[Part, ...] = ()) -> Tower:
    """What hears. ``masks``: what is hidden from it while training."""
    width, std = config.d_model, config.init_std
    table = Embedding(config.max_source_positions, width, trained=False, initial=sinusoids_to_the_end)
    convolutions = (
        Part("conv1", Conv(config.num_mel_bins, width, (3,), padding=1, std=std)),
        Part("conv2", Conv(width, width, (3,), stride=2, padding=1, std=std)),
    )
    frames = Frames(convolutions, position=Part("embed_positions", table), dropout=config.dropout, masks=masks)
    return Side.of(config, "encoder", key_bias=False).tower(frames)


def decoder(config: WhisperConfig) -> Tower:
    """What writes."""
    tokens = Embedding(config.vocab_size, config.d_model, decoders.padding(config), std=config.init_std)
    positions = Embedding(config.max_target_positions, config.d_model, std=config.init_std)
    stem = Embeddings(Part("embed_tokens", tokens), Part("embed_positions", positions), dropout=config.dropout)
    return Side.of(config, "decoder", key_bias=False).tower(stem)


def blueprint(config: WhisperConfig) -> EncoderDecoder:
    """The bare model. Silence is no padding: all of it is heard, whatever a mask says."""
    masks = speech.masks(config, config.num_mel_bins, 2 * config.max_source_positions)
    return EncoderDecoder(
        encoder=Part("encoder", encoder(config, masks)),
        decoder=Part("decoder", decoder(config)),
        start=config.decoder_start_token_id,
        padding=config.pad_token_id,
        masked=False,
    )


def _written(config: WhisperConfig, backbone: Part) -> Head:
    return Head(backbone, Part("proj_out", Linear(config.d_model, config.vocab_size, False, config.init_std)))


def _tied(config: WhisperConfig) -> Mapping[str, str]:
    return {"proj_out.weight": "model.decoder.embed_tokens.weight"} if config.tie_word_embeddings else {}


_DECODER = {
    "inputs": ("input_ids", "attention_mask", "encoder_outputs", "past_key_values", "inputs_embeds", "position_ids"),
    "loss": "masked_token",  # labels are for the place itself
    "output": "CausalLMOutputWithCrossAttentions",
    "kept": ("past_key_values", "hidden_states", "attentions", "cross_attentions"),
}

FAMILY = Family(
    config=WhisperConfig,
    stem="Whisper",
    prefix="model",
    heads=(
        HeadSpec("WhisperModel", BARE, blueprint, differs={"inputs": SPEECH, "output": "Seq2SeqModelOutput"}),
        HeadSpec(
            "WhisperForConditionalGeneration",
            SPEECH_SEQ2SEQ,
            lambda config: _written(config, Part("model", blueprint(config))),
            (("proj_out",),),
            _tied,
        ),
        HeadSpec(
            "WhisperForCausalLM",
            CAUSAL_LM,
            lambda config: _written(
                config, Part("", Wrapped(Part("model.decoder", decoder(config)), encoded="memory"))
            ),
            (("proj_out",),),
            _tied,
            differs=_DECODER,
        ),
        HeadSpec(
            "WhisperForAudioClassification",
            AUDIO_CLASSIFICATION,
            lambda config: speech.audio_classification(
                config, Part("", Wrapped(Part("encoder", encoder(config)), encoded="output")), config.init_std
            ),
            speech.CLASSIFIER,
        ),
    ),
    class_names={
        "encoder": "{}Encoder",
        "encoder.layers.{}": "{}EncoderLayer",
        "decoder": "{}Decoder",
        "decoder.layers.{}": "{}DecoderLayer",
    },
    sources="arXiv:2212.04356",
)
