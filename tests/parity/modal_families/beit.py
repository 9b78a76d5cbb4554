"""BEiT."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .vit import numbers

MASKED = torch.tensor([[1, 0, 0, 1, 0, 1], [0, 0, 1, 0, 1, 0]], dtype=torch.bool)


def inputs(class_name: str, config: Any) -> Inputs:
    """A picture that is not of the size that there are positions for."""
    given: dict[str, Any] = {
        "pixel_values": numbers(2, config.num_channels, 2 * config.patch_size, 3 * config.patch_size)
    }
    if class_name == "BeitForImageClassification":
        given["labels"] = torch.tensor([2, 0])
    if class_name == "BeitForMaskedImageModeling" and config.use_mask_token:
        given |= {"bool_masked_pos": MASKED, "labels": torch.tensor([3, 1, 4, 1, 5])}
    if class_name == "BeitForSemanticSegmentation":
        given["labels"] = torch.randint(0, config.num_labels, (2, 9, 7), generator=torch.Generator().manual_seed(1))
        given["labels"][:, :3] = config.semantic_loss_ignore_index
    return given


PARITY = ModalFamily(
    family="beit",
    config="BeitConfig",
    plain=dict(
        hidden_size=12,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=10,
        image_size=8,
        patch_size=4,
        vocab_size=20,
        use_relative_position_bias=True,
        use_mask_token=True,
        out_indices=[1, 2, 3, 4],
        add_fpn=True,
        pool_scales=[1, 2],
        auxiliary_channels=6,
        num_labels=3,
    ),
    inputs=inputs,
    main="BeitForSemanticSegmentation",
    awkward={
        "pyramid": dict(
            out_indices=[0, 2, 3, -1],
            use_relative_position_bias=False,
            use_shared_relative_position_bias=True,
            use_mean_pooling=False,
        ),
        "subset": dict(
            add_fpn=False, out_indices=None, out_features=["stem", "stage3"], use_absolute_position_embeddings=True
        ),
        "flat": dict(
            add_fpn=False,
            out_indices=None,
            out_features=["stage4"],
            reshape_hidden_states=False,
            use_mean_pooling=False,
        ),
        "shared": dict(
            use_relative_position_bias=False,
            use_shared_relative_position_bias=True,
            use_absolute_position_embeddings=True,
            use_mean_pooling=False,
            use_mask_token=False,
            hidden_act="relu",
            auxiliary_num_convs=2,
            auxiliary_concat_input=True,
        ),
        "plain": dict(
            use_relative_position_bias=False,
            layer_scale_init_value=0.0,
            num_channels=1,
            num_attention_heads=3,
            use_auxiliary_head=False,
        ),
    },
    # A class for each pixel needs four layers, each by its number from the first on.
    refuses=dict.fromkeys(("pyramid", "subset", "flat"), ("BeitForSemanticSegmentation",)),
    # Files of version 4 have no prefix, which transformers reads too; it writes it before two names.
    misspelled={"BeitBackbone": ("beit.", "")},
    wide=dict(hidden_size=96, intermediate_size=160, image_size=32, vocab_size=200, auxiliary_channels=64),
)
