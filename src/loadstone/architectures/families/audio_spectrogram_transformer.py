"""AST: a spectrogram as a picture, whose patches overlap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures.components import Chain, Component, Conv, Head, LayerNorm, Part, Tower, Weight
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import NAMES, LayersConfig, encoder, linear
from loadstone.architectures.inputs import Axis
from loadstone.architectures.tasks import AUDIO_CLASSIFICATION, BARE
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig


class ASTConfig(LayersConfig):
    """The keys of an AST model. Defaults are those of the model for AudioSet."""

    model_type = "audio-spectrogram-transformer"

    patch_size: int = 16
    qkv_bias: bool = True
    frequency_stride: int = 10
    time_stride: int = 10
    max_length: int = 1024
    num_mel_bins: int = 128

    positive: ClassVar[tuple[str, ...]] = (
        *(*LayersConfig.positive, "patch_size", "frequency_stride", "time_stride"),
        *("max_length", "num_mel_bins"),
    )

    def check_together(self) -> None:
        if self.patch_size > min(self.max_length, self.num_mel_bins):
            found = f"{self.patch_size}, {self.max_length} and {self.num_mel_bins}"
            where = "config keys 'patch_size', 'max_length' and 'num_mel_bins'"
            raise InvalidConfig([Fault(where, "a spectrogram of at least one patch", found)])


@record
class SpectrogramPatches(Component):
    """A spectrogram cut into patches, and tokens of the model's own before them (arXiv:2104.01778)."""

    projection: Part
    """A :class:`~loadstone.architectures.components.leaves.Conv` over bands and frames."""
    tokens: tuple[Part, ...]
    """Each a ``Weight`` (1, 1, width)."""
    position: Part
    """A ``Weight`` (1, tokens + patches, width)."""
    frames: int
    bands: int
    dropout: float = 0.0

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        return {"input_values": (Axis("batch"), Axis("frames", self.frames), Axis("bands", self.bands))}

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tokens + patches, width) of ``input_values`` (batch, frames, bands)."""
        xp = run.xp
        sound = run.take(given, "input_values", self.reads()["input_values"])
        x = run(self.projection, xp.permute_dims(sound, (0, 2, 1))[:, None])
        batch, width = xp.shape(x)[:2]
        x = xp.permute_dims(xp.reshape(x, (batch, width, -1)), (0, 2, 1))
        tokens = [xp.broadcast_to(run.weight(part), (batch, 1, width)) for part in self.tokens]
        return run.dropout(xp.concat((*tokens, x), axis=1) + run.weight(self.position), self.dropout)


@record
class MeanOfTwo(Component):
    """The mean of the first two hidden states."""

    def compute(self, run: Run, x: Array) -> Array:
        return (x[:, 0] + x[:, 1]) / 2


def blueprint(config: ASTConfig) -> Tower:
    """``embeddings``, ``encoder`` and ``layernorm``."""
    width, side, strides = config.hidden_size, config.patch_size, (config.frequency_stride, config.time_stride)
    sizes = (config.num_mel_bins, config.max_length)
    rows, columns = ((size - side) // stride + 1 for size, stride in zip(sizes, strides, strict=True))
    stem = SpectrogramPatches(
        Part("patch_embeddings.projection", Conv(1, width, (side, side), strides, std=config.initializer_range)),
        tuple(Part(name, Weight((1, 1, width))) for name in ("cls_token", "distillation_token")),
        Part("position_embeddings", Weight((1, rows * columns + 2, width))),
        config.max_length,
        config.num_mel_bins,
        config.hidden_dropout_prob,
    )
    return Tower(
        stem=Part("embeddings", stem),
        stack=encoder(config),
        width=width,
        norm=Part("layernorm", LayerNorm(width, config.layer_norm_eps)),
        pooler=Part("", MeanOfTwo()),
        shows_normed=False,
    )


def audio_classification(config: ASTConfig) -> Component:
    """``classifier`` over the mean of the two tokens."""
    norm = Part("layernorm", LayerNorm(config.hidden_size, config.layer_norm_eps))
    classifier = Chain((norm, Part("dense", linear(config, config.hidden_size, config.num_labels))))
    backbone = Part("audio_spectrogram_transformer", blueprint(config))
    return Head(backbone, Part("classifier", classifier), pool="pooler", labels=config.num_labels)


HEARS: Mapping[str, Any] = {"inputs": ("input_values",)}
"""What of its tasks is otherwise."""

FAMILY = Family(
    config=ASTConfig,
    stem="AST",
    prefix="audio_spectrogram_transformer",
    heads=(
        HeadSpec(
            "ASTModel",
            BARE,
            blueprint,
            differs={
                **HEARS,
                "doc": """``input_values`` (batch, frames, bands) → hidden states of the patches, and ``pooler_output``
                (batch, width), the mean of the two tokens.
                """,
                "options": ("output_attentions", "output_hidden_states", "return_dict"),
            },
        ),
        HeadSpec(
            "ASTForAudioClassification",
            AUDIO_CLASSIFICATION,
            audio_classification,
            (("classifier",),),
            differs={
                **HEARS,
                "doc": """Logits (batch, labels) of ``input_values`` (batch, frames, bands).

                With ``labels`` (batch,) or (batch, labels) the loss of ``config.problem_type``.
                """,
                "loss": "sequence_classes",
            },
        ),
    ),
    rules=NAMES,
    class_names={
        "encoder": "{}Encoder",
        "encoder.layer.{}": "{}Layer",
        "classifier": "{}MLPHead",
        "SpectrogramPatches": "{}Embeddings",
    },
    sources="arXiv:2104.01778",
)
