"""ConvNeXt."""

from __future__ import annotations

from . import ModalFamily
from .resnet import inputs_of

PARITY = ModalFamily(
    family="convnext",
    config="ConvNextConfig",
    plain=dict(hidden_sizes=[8, 12], depths=[2, 1], num_stages=2, num_labels=3, layer_scale_init_value=0.5),
    inputs=inputs_of("ConvNextForImageClassification"),
    main="ConvNextForImageClassification",
    awkward={
        "plain": dict(layer_scale_init_value=0.0, num_channels=1, hidden_act="relu", num_labels=1, patch_size=3),
        "one stage": dict(hidden_sizes=[6], depths=[1], num_stages=1, layer_norm_eps=1e-3),
        "stages": dict(out_indices=[0, -1]),
    },
    shown={"output_hidden_states": True},
    wide=dict(hidden_sizes=[96, 128]),
)
