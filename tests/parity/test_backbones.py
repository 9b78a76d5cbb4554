"""What is particular to models that read several hidden states of a tower: depths, poses, classes for each pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig, MissingTensors

from .frameworks import SIDES
from .modal import FRAMEWORKS, Made
from .modal_families import beit, dpt
from .modal_families.vit import numbers
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
    for keys in ({"out_indices": [1, 2, 3]}, {"out_indices": [1, 2, 3, 4], "reshape_hidden_states": False}):
        with pytest.raises(InvalidConfig, match="'out_indices' and 'reshape_hidden_states'"):
            loadstone.BeitBackbone(loadstone.BeitConfig(add_fpn=True, **keys))


@pytest.mark.parametrize("class_name", ["BeitBackbone", "BeitForSemanticSegmentation"])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_picture_of_which_no_pyramid_can_be_made_is_named(class_name: str, framework: str) -> None:
    config = loadstone.BeitConfig(**KNOWN["beit"].plain)
    model = getattr(loadstone, SIDES[framework].prefix + class_name)(config)
    with pytest.raises(ArgumentError, match="pixel_values has 1 × 3 patches, expected at least 2 × 2"):
        SIDES[framework].call(model, pixel_values=torch.zeros(1, 3, 7, 12))


@pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(other, marks=pytest.mark.long) for other in FRAMEWORKS[1:])]
)
@pytest.mark.parametrize("variant", ["", "pyramid", "subset", "flat"])
def test_maps_of_one_size_and_of_four_agree(variant: str, framework: str, tmp_path: Path) -> None:
    """In all frameworks; of pictures that are no whole number of patches, too."""
    known = KNOWN["beit"]
    made = Made("BeitBackbone", config_of(known, "BeitBackbone", known.awkward.get(variant, {})), tmp_path)
    for pixels in (beit.inputs("BeitBackbone", made.model.config)["pixel_values"], numbers(1, 3, 19, 14)):
        inputs = {"pixel_values": pixels, **known.shown}
        made.check(inputs, "feature_maps", "hidden_states", "attentions", frameworks=(framework,))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_backbone_with_a_pyramid_is_made_of_a_classifier_s_file(framework: str, tmp_path: Path) -> None:
    """Of which all but the pyramid is read; transformers reads what is saved of it."""
    known, prefix = KNOWN["beit"], SIDES[framework].prefix
    keys = {**known.plain, **known.awkward["pyramid"], "add_fpn": False, "out_indices": None}
    classifier = Made("BeitForImageClassification", transformers.BeitConfig(**keys), tmp_path / "classifier")
    model = getattr(loadstone, f"{prefix}AutoBackbone").from_pretrained(
        classifier.folder, add_fpn=True, out_features=["stem", "stage1", "stage2", "stage4"]
    )
    assert type(model).__name__ == f"{prefix}BeitBackbone"
    assert {name.split(".")[0] for name in model.load_report.initialized} == {"fpn1", "fpn2"}
    model.save_pretrained(tmp_path / "saved")
    theirs, report = transformers.BeitBackbone.from_pretrained(tmp_path / "saved", output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"]
    pixels = numbers(2, 3, 8, 12)
    with torch.no_grad():
        expected = theirs.eval()(pixels).feature_maps
    model = model.eval() if framework == "torch" else model
    found = SIDES[framework].call(model, pixel_values=pixels).feature_maps
    assert [tuple(each.shape[2:]) for each in found] == [(8, 12), (4, 6), (2, 3), (1, 1)]
    for ours, each in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, each, atol=1e-4, rtol=0)


def test_a_class_of_each_pixel_is_read_from_dpt_s_own_tower_alone() -> None:
    config = loadstone.DPTConfig(backbone_config={"out_indices": [1, 2, 3, 4]})
    with pytest.raises(InvalidConfig, match="backbone_config"):
        loadstone.DPTForSemanticSegmentation(config)


def test_files_of_a_backbone_serve_other_classes_and_older_ones_lack_a_norm(tmp_path: Path) -> None:
    known = KNOWN["beit"]
    keys = {**known.awkward["pyramid"], "out_indices": [1, 2, 3, 4]}
    each = Made("BeitBackbone", config_of(known, "BeitBackbone", keys), tmp_path)
    reads_pixels = loadstone.BeitForSemanticSegmentation
    fresh = reads_pixels.from_pretrained(tmp_path).load_report.initialized
    assert {name.split(".")[0] for name in fresh} == {"decode_head", "auxiliary_head"}
    assert not loadstone.BeitModel.from_pretrained(tmp_path).load_report.initialized
    # Version 4 of transformers has no norm in a backbone, and no prefix before any name.
    stored = load_file(tmp_path / "model.safetensors")
    older = {name.removeprefix("beit."): value for name, value in stored.items() if "beit.layernorm" not in name}
    save_file(older, tmp_path / "model.safetensors")
    model = loadstone.BeitBackbone.from_pretrained(tmp_path).eval()
    assert model.load_report.initialized.keys() == {"layernorm.weight", "layernorm.bias"}
    pixels = numbers(2, 3, 8, 12)
    with torch.no_grad():
        ours, theirs = model(pixels).feature_maps, each.expected({"pixel_values": pixels}).feature_maps
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


def test_a_head_for_pixels_whose_pyramid_is_lost_is_not_filled_up(tmp_path: Path) -> None:
    known = KNOWN["beit"]
    Made("BeitForSemanticSegmentation", config_of(known, "BeitForSemanticSegmentation"), tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    kept = {name: value for name, value in stored.items() if not name.startswith(("fpn1", "fpn2"))}
    assert len(kept) < len(stored)
    save_file(kept, tmp_path / "model.safetensors")
    with pytest.raises(MissingTensors, match="fpn1"):
        loadstone.BeitForSemanticSegmentation.from_pretrained(tmp_path)
