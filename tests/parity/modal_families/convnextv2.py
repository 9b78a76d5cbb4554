"""ConvNeXt V2."""

from __future__ import annotations

from . import ModalFamily
from .resnet import inputs_of

PARITY = ModalFamily(
    family="convnextv2",
    config="ConvNextV2Config",
    plain=dict(hidden_sizes=[8, 12], depths=[2, 1], num_stages=2, num_labels=3),
    inputs=inputs_of("ConvNextV2ForImageClassification"),
    main="ConvNextV2ForImageClassification",
    # With ReLU some channels say nothing at all.
    awkward={
        "plain": dict(num_channels=1, hidden_act="relu", num_labels=1, patch_size=3),
        "stages": dict(out_indices=[0, -1]),
    },
    shown={"output_hidden_states": True},
    wide=dict(hidden_sizes=[96, 128]),
)
