"""T5: an encoder and a decoder that know positions by a learned bias alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from loadstone.architectures import declarations, encoder_decoders, text_to_text
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.encoder_decoder import EncoderDecoder
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Dropout, Linear, Scaled
from loadstone.architectures.components.towers import Wrapped
from loadstone.architectures.encoder_decoders import Built, tied
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import PRETRAINING, TEXT_ENCODING, TOKEN_CLASSIFICATION
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig


class T5Config(PretrainedConfig):
    """The keys of a T5 model. Defaults are those of T5 small."""

    model_type = "t5"
    attribute_map: ClassVar = {
        "hidden_size": "d_model",
        "num_hidden_layers": "num_layers",
        "num_attention_heads": "num_heads",
        "head_dim": "d_kv",
    }

    vocab_size: int = 32128
    d_model: int = 512
    d_kv: int = 64
    d_ff: int = 2048
    num_layers: int = 6
    num_decoder_layers: int | None = None
    num_heads: int = 8
    relative_attention_num_buckets: int = 32
    relative_attention_max_distance: int = 128
    dropout_rate: float = 0.1
    classifier_dropout: float = 0.0
    layer_norm_epsilon: float = 1e-6
    initializer_factor: float = 1.0
    feed_forward_proj: str = "relu"
    scale_decoder_outputs: bool | None = None
    is_encoder_decoder: bool = True
    decoder_start_token_id: int | None = None
    pad_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 1

    bias_in_every_layer: ClassVar[bool] = False
    """Whether each layer has a bias of its own; else all have the first one's."""
    refused: ClassVar = declarations.REFUSED_BY_ENCODER_DECODERS
    irrelevant: ClassVar = {
        **declarations.IRRELEVANT_TO_ENCODER_DECODERS,
        **dict.fromkeys(("dense_act_fn", "is_gated_act"), "it follows from feed_forward_proj"),
    }
    follows: ClassVar = {"num_decoder_layers": Rule(lambda config, given: given or config.num_layers)}
    positive = (
        *("vocab_size", "d_model", "d_kv", "d_ff", "num_layers", "num_decoder_layers", "num_heads"),
        *("relative_attention_num_buckets", "relative_attention_max_distance"),
    )

    def _take(self, values: Mapping[str, object]) -> None:
        super()._take(values)
        # Older files say it by tying: T5 1.0 is tied and scaled, 1.1 neither. Untying a model later changes no scale.
        if self.scale_decoder_outputs is None and isinstance(self.tie_word_embeddings, bool):
            self.__dict__["scale_decoder_outputs"] = self.tie_word_embeddings

    def check_together(self) -> None:
        text_to_text.check(self)


def blueprint(config: T5Config) -> EncoderDecoder:
    """The bare model."""
    return EncoderDecoder(
        encoder=Part("encoder", text_to_text.tower(config, config.num_layers, writes=False)),
        decoder=Part("decoder", text_to_text.tower(config, config.num_decoder_layers or 1, writes=True)),
        beside=(Part("shared", text_to_text.table(config)),),
        start=encoder_decoders.start_token(config),
        padding=config.pad_token_id,
    )


def encoder(config: T5Config) -> Wrapped:
    """The encoder alone."""
    tower = Part("encoder", text_to_text.tower(config, config.num_layers, writes=False))
    return Wrapped(tower, (Part("shared", text_to_text.table(config)),))


def conditional_generation(config: T5Config) -> Head:
    """``lm_head``, perhaps of hidden states that are scaled."""
    head = Part("lm_head", Linear(config.d_model, config.vocab_size, False, config.initializer_factor))
    scale = (Part("", Scaled(config.d_model**-0.5)),) if config.scale_decoder_outputs else ()
    return Head(Part("", blueprint(config)), Part("", Chain((*scale, head))))


def sequence_classification(config: T5Config) -> Head:
    """``classification_head`` over what is written for the end of the text."""
    width, labels, ends = config.d_model, config.num_labels, encoder_decoders.end_tokens(config)
    std = config.initializer_factor * width**-0.5
    head = encoder_decoders.classification_head(width, labels, std, config.classifier_dropout)
    return Head(Part("transformer", blueprint(config)), head, "end", labels, ends)


def token_classification(config: T5Config) -> Head:
    """``classifier`` over the encoder's output."""
    classifier = Part("classifier", Linear(config.d_model, config.num_labels, std=config.initializer_factor))
    steps = (Part("dropout", Dropout(config.classifier_dropout)), classifier)
    return Head(Part("transformer", encoder(config)), Part("", Chain(steps)), labels=config.num_labels)


def question_answering(config: T5Config) -> Head:
    """``qa_outputs`` over what is written."""
    outputs = Linear(config.d_model, config.num_labels, std=config.initializer_factor * config.d_model**-0.5)
    return Head(Part("", blueprint(config)), Part("qa_outputs", outputs), labels=2)


def heads(stem: str, also: tuple[str, ...] = ()) -> tuple[HeadSpec, ...]:
    """The classes of T5 and of families with the same modules. ``also``: other tasks of the one that writes."""
    return (
        *encoder_decoders.encoder_decoder_heads(
            stem,
            blueprint,
            language=Built(conditional_generation, "", also),
            sequence=Built(sequence_classification, "transformer."),
            answers=Built(question_answering, ""),
        ),
        HeadSpec(f"{stem}EncoderModel", TEXT_ENCODING, encoder, tied=tied("encoder")),
        HeadSpec(
            f"{stem}ForTokenClassification",
            TOKEN_CLASSIFICATION,
            token_classification,
            (("classifier",),),
            tied("encoder", prefix="transformer."),
            body=TEXT_ENCODING,
            differs={"inputs": ("input_ids", "attention_mask", "inputs_embeds")},
        ),
    )


FAMILY = Family(
    config=T5Config,
    stem="T5",
    prefix="transformer",
    heads=heads("T5", (PRETRAINING,)),
    leftovers=("EncDecAttention.relative_attention_bias.weight",),
    class_names={
        **dict.fromkeys(("encoder", "decoder"), "{}Stack"),
        "block.{}": "{}Block",
        "layer.0": "{}LayerSelfAttention",
        "layer.1": "{}LayerFF",
        "decoder.block.{}.layer.1": "{}LayerCrossAttention",
        "layer.2": "{}LayerFF",
        "FeedForward": "{}DenseActDense",
        "Gated": "{}DenseGatedActDense",
        "RMSNorm": "{}LayerNorm",
        "classification_head": "{}ClassificationHead",
    },
    sources="arXiv:1910.10683",
)
