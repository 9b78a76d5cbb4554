"""FNet: BERT with a Fourier transform in place of attention. It mixes padding in too: no mask hides anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

from loadstone.architectures import bert, encoders
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Chain, Layer, Residual
from loadstone.architectures.components.leaves import Dropout
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.configs.keys import Refusal
from loadstone.core.records import record


class FNetConfig(encoders.EncoderConfig):
    """The keys of an FNet model. Defaults are those of FNet base."""

    model_type = "fnet"

    vocab_size: int = 32000
    hidden_act: str = "gelu_new"
    type_vocab_size: int = 4
    use_tpu_fourier_optimizations: bool = False
    tpu_short_seq_length: int = 512
    pad_token_id: int | None = 3
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2

    without = ("num_attention_heads", "attention_probs_dropout_prob", "classifier_dropout")
    positive = tuple(name for name in encoders.EncoderConfig.positive if name != "num_attention_heads")
    refused: ClassVar = {
        **encoders.EncoderConfig.refused,
        "is_decoder": Refusal((False,), "this family is bidirectional"),
    }
    irrelevant: ClassVar = {
        **encoders.EncoderConfig.irrelevant,
        "use_tpu_fourier_optimizations": "the same transform by matrices",
        "tpu_short_seq_length": "the size of these matrices",
    }

    def check_together(self) -> None:
        """Nothing: there are no heads into which the width would be cut."""

    @property
    def head_dropout(self) -> float:
        return self.hidden_dropout_prob


@record
class Fourier(Component):
    """The real part of the Fourier transform over tokens and width (arXiv:2105.03824, equation 3)."""

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.fft2_real(x)


@record
class MappedEmbeddings(Embeddings):
    """Embeddings, and a map after their norm."""

    projection: Part = field(kw_only=True)

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        return run(self.projection, Embeddings.compute(self, run, given))


def embeddings(config: FNetConfig) -> MappedEmbeddings:
    """BERT's, with a map before the dropout."""
    plain = encoders.bert_embeddings(config)
    projection = Part("projection", encoders.linear(config, config.hidden_size, config.hidden_size))
    return MappedEmbeddings(
        tokens=plain.tokens,
        position=plain.position,
        segment=plain.segment,
        norm=plain.norm,
        projection=Part("", Chain((projection, Part("dropout", Dropout(config.hidden_dropout_prob))))),
    )


def layer(config: FNetConfig) -> Layer:
    """A layer with ``fourier`` where BERT's has ``attention``."""
    fourier = Residual(Part("self", Fourier()), end=Part("output", encoders.bert_output(config)))
    return Layer((Part("fourier", fourier), Part("", encoders.bert_feed_forward(config))))


def blueprint(config: FNetConfig, pooler: bool = True) -> Tower:
    """The bare model. In transformers all classes have the pooler, whether they read what it says or not."""
    layers = [layer(config) for _ in range(config.num_hidden_layers)]
    return encoders.bert_tower(config, Part("embeddings", embeddings(config)), layers, pooler=True)


FAMILY = Family(
    config=FNetConfig,
    stem="FNet",
    prefix="fnet",
    heads=bert.heads("FNet", "fnet", blueprint, also=()),
    rules=encoders.RULES,
    leftovers=(*encoders.LEFTOVERS, "fourier.self.dft_mat_hidden", "fourier.self.dft_mat_seq"),
    class_names={
        **bert.CLASS_NAMES,
        "MappedEmbeddings": "{}Embeddings",
        "fourier": "{}FourierTransform",
        "fourier.self": "{}BasicFourierTransform",
        "fourier.output": "{}BasicOutput",
    },
    sources="arXiv:2105.03824",
)
