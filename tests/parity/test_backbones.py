"""What is particular to models that read several hidden states of a tower: depths, poses, classes for each pixel."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig

from .frameworks import SIDES
from .modal import Made
from .modal_families import dpt
from .test_modal_families import KNOWN, config_of


@pytest.fixture(scope="module")
def posing(tmp_path_factory: pytest.TempPathFactory) -> Made:
    known = KNOWN["vitpose"]
    return Made(known.main, config_of(known, known.main, known.awkward["experts"]), tmp_path_factory.mktemp("vitpose"))


@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
def test_experts_and_keypoints_that_there_are_not_are_named(posing: Made, framework: str) -> None:
    good: dict[str, Any] = dict(KNOWN["vitpose"].inputs(posing.class_name, posing.model.config))
    for changes, message in (
        ({"dataset_index": None}, "Give dataset_index"),
        ({"dataset_index": torch.tensor([0, 3, 1])}, r"dataset_index has \[0, 3, 1\], expected 0 to 2"),
        ({"flip_pairs": torch.tensor([[0, 5]])}, r"flip_pairs has \[\[0, 5\]\], expected keypoints from 0 to 4"),
        ({"flip_pairs": torch.tensor([0, 1])}, r"flip_pairs has shape \(2,\)"),
        ({"pixel_values": good["pixel_values"][..., :11]}, r"expected \(batch, 3, 18, 12\)"),
    ):
        with pytest.raises(ArgumentError, match=message):
            SIDES[framework].call(posing.of(framework), **{**good, **changes})


def test_a_loss_without_another_head_is_that_of_the_logits() -> None:
    """Where transformers has none."""
    known = KNOWN["dpt"]
    config = loadstone.DPTConfig(**{**known.plain, "use_auxiliary_head": False})
    model = loadstone.DPTForSemanticSegmentation(config).eval()
    given = dict(dpt.inputs("DPTForSemanticSegmentation", loadstone.DPTConfig(**known.plain)))
    with torch.no_grad():
        out = model(**given)
    wide = F.interpolate(out.logits, given["labels"].shape[1:], mode="bilinear", align_corners=False)
    torch.testing.assert_close(out.loss, F.cross_entropy(wide, given["labels"], ignore_index=255))


@pytest.mark.parametrize(
    ("stem", "values", "key"),
    [
        (
            "DepthAnything",
            {"backbone_config": {"model_type": "swinv2"}},
            "backbone_config.model_type': expected 'dinov2'",
        ),
        ("DepthAnything", {"backbone_config": {"out_features": ["stage99"]}}, "out_features"),
        ("DepthAnything", {"reassemble_hidden_size": 7}, "reassemble_hidden_size"),
        ("DepthAnything", {"patch_size": 7}, "patch_size"),
        ("DPT", {"neck_hidden_sizes": [8]}, "neck_hidden_sizes"),
        ("DPT", {"reassemble_factors": [4, 2, 1, 0]}, "reassemble_factors"),
        ("DPT", {"reassemble_factors": [4, 2, 1, 0.3]}, "reassemble_factors"),
        ("DPT", {"backbone_out_indices": [2, 5, 8, 12]}, "backbone_out_indices"),
        ("DPT", {"num_hidden_layers": None}, "num_hidden_layers"),
        ("DPT", {"head_in_index": 4}, "head_in_index"),
        ("DPT", {"is_hybrid": True}, "is_hybrid"),
        ("DPT", {"add_projection": True, "fusion_hidden_size": 8}, "fusion_hidden_size"),
        ("Beit", {"use_relative_position_bias": True, "use_shared_relative_position_bias": True}, "one of the two"),
        ("Beit", {"pool_scales": [0]}, "pool_scales"),
        ("Beit", {"drop_path_rate": 1.0}, "drop_path_rate"),
        ("VitPose", {"backbone_config": {"patch_size": [4, 4]}}, "patch_size"),
        ("VitPose", {"backbone_config": {"num_experts": 2, "part_features": 768}}, "part_features"),
    ],
)
def test_configs_that_contradict_themselves_are_refused(stem: str, values: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidConfig, match=key):
        getattr(loadstone, f"{stem}Config")(**values)


def test_the_maps_of_a_pyramid_are_four() -> None:
    for indices in ([1, 2, 3], [0, 1, 2, 3], [1, 2, 3, 13]):
        with pytest.raises(InvalidConfig, match="out_indices"):
            loadstone.BeitForSemanticSegmentation(loadstone.BeitConfig(out_indices=indices))


def test_a_class_of_each_pixel_is_read_from_dpt_s_own_tower_alone() -> None:
    config = loadstone.DPTConfig(backbone_config={"out_indices": [1, 2, 3, 4]})
    with pytest.raises(InvalidConfig, match="backbone_config"):
        loadstone.DPTForSemanticSegmentation(config)
