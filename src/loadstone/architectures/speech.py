"""What families that hear have in common: keys, and the classifier over what an encoder hears."""

from __future__ import annotations

from typing import Any, ClassVar

from loadstone.architectures.components.base import Part
from loadstone.architectures.components.frame_lengths import FrameLengths
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layer_sum import LayerSum
from loadstone.architectures.components.leaves import Linear, Weight
from loadstone.architectures.components.span_mask import SpanMask
from loadstone.configs.pretrained import PretrainedConfig

CLASSIFIER = (("projector",), ("classifier",), ("layer_weights",))
"""The parts that a checkpoint may lack."""


class SpeechConfig(PretrainedConfig):
    """The keys that they share: what is hidden of a sound while training (arXiv:1904.08779), and the classifier's."""

    apply_spec_augment: bool = True
    mask_time_prob: float = 0.05
    mask_time_length: int = 10
    mask_time_min_masks: int = 2
    mask_feature_prob: float = 0.0
    mask_feature_length: int = 10
    mask_feature_min_masks: int = 0
    use_weighted_layer_sum: bool = False
    classifier_proj_size: int = 256

    positive: ClassVar[tuple[str, ...]] = ("mask_time_length", "mask_feature_length", "classifier_proj_size")


def masks(config: SpeechConfig, bands: int, frames: int) -> tuple[Part, ...]:
    """What is hidden of a sound (batch, bands, frames) while training."""
    spans = (
        SpanMask(2, frames, config.mask_time_prob, config.mask_time_length, config.mask_time_min_masks),
        SpanMask(1, bands, config.mask_feature_prob, config.mask_feature_length, config.mask_feature_min_masks),
    )
    return tuple(Part("", mask) for mask in spans if config.apply_spec_augment and mask.share > 0)


def audio_classification(config: Any, backbone: Part, std: float, frames: FrameLengths | None = None) -> Head:
    """``classifier`` over the mean of what ``projector`` makes of what is heard, or of a weighted mean of all hidden
    states. ``frames``: how many these are, where a mask is for samples."""
    narrow, count = config.classifier_proj_size, config.num_hidden_layers + 1
    layers = Part("", LayerSum(Part("layer_weights", Weight((count,), value=1 / count))))
    return Head(
        backbone,
        Part("classifier", Linear(narrow, config.num_labels, std=std)),
        pool="mean",
        labels=config.num_labels,
        layers=layers if config.use_weighted_layer_sum else None,
        project=Part("projector", Linear(config.hidden_size, narrow, std=std)),
        frames=frames,
    )
