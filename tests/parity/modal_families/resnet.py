"""ResNet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from . import Inputs, ModalFamily


def inputs_of(classifier: str) -> Callable[[str, Any], Inputs]:
    """Pictures, with labels for the class that tells them apart."""

    def inputs(class_name: str, config: Any) -> Inputs:
        given: dict[str, Any] = {"pixel_values": pictures(config.num_channels)}
        if class_name == classifier:
            given["labels"] = torch.tensor([2, 0]) if config.num_labels > 1 else torch.tensor([0.3, -2.0])
        return given

    return inputs


def pictures(channels: int) -> torch.Tensor:
    """Of a size that is no multiple of anything."""
    return torch.randn(2, channels, 35, 27, generator=torch.Generator().manual_seed(7))


PARITY = ModalFamily(
    family="resnet",
    config="ResNetConfig",
    plain=dict(embedding_size=6, hidden_sizes=[8, 12], depths=[2, 1], num_labels=3),
    inputs=inputs_of("ResNetForImageClassification"),
    main="ResNetForImageClassification",
    awkward={
        "basic": dict(layer_type="basic", num_channels=1, hidden_act="silu", num_labels=1, hidden_sizes=[6, 10]),
        "early": dict(downsample_in_first_stage=True, downsample_in_bottleneck=True),
        "stages": dict(out_features=["stem", "stage2"]),
    },
    shown={"output_hidden_states": True},
    wide=dict(embedding_size=64, hidden_sizes=[64, 128]),
)
