"""What is particular to the kin of CLIP: towers out of the file of both, pictures of any shape, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig

from .frameworks import SIDES
from .modal import Made
from .modal_families import siglip2
from .test_modal_families import KNOWN, config_of

WHOLE = {
    "siglip": "SiglipModel",
    "siglip2": "Siglip2Model",
    "chinese_clip": "ChineseCLIPModel",
    "clipseg": "CLIPSegModel",
}


@pytest.fixture(scope="module", params=WHOLE)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Made]:
    name = request.param
    return name, Made(WHOLE[name], config_of(KNOWN[name], WHOLE[name]), tmp_path_factory.mktemp(name))


def test_each_tower_comes_out_of_a_file_of_both(whole: tuple[str, Made]) -> None:
    name, each = whole
    stored = load_file(each.folder / "model.safetensors")
    for class_name, part in KNOWN[name].parts.items():
        model = getattr(loadstone, class_name).from_pretrained(each.folder)
        prefix = part.replace("config", "model")
        for slot, value in model.state_dict().items():
            if slot not in model.load_report.initialized:
                assert value.equal(stored[f"{prefix}.{slot}"]), slot
        # Files of both have nothing over the first token of a Chinese text.
        assert {slot.split(".")[0] for slot in model.load_report.initialized} <= {"pooler"}


@pytest.fixture(scope="module")
def seeing(tmp_path_factory: pytest.TempPathFactory) -> Made:
    name = "Siglip2VisionModel"
    return Made(name, config_of(KNOWN["siglip2"], name), tmp_path_factory.mktemp("siglip2"))


def test_a_picture_one_patch_wide_has_the_positions_of_one_that_lies(seeing: Made) -> None:
    """In a table turned likewise."""
    model = seeing.of("torch")
    patches = torch.zeros(1, 6, model.config.num_channels * model.config.patch_size**2)

    def positions(*shape: int) -> torch.Tensor:
        with torch.no_grad():
            out = model(pixel_values=patches, spatial_shapes=torch.tensor([shape]), output_hidden_states=True)
        return out.hidden_states[0]

    upright = positions(6, 1)
    table = model.embeddings.position_embedding.weight
    kept = table.detach().clone()
    with torch.no_grad():
        table.copy_(kept.reshape(3, 3, -1).transpose(0, 1).reshape(9, -1))
        torch.testing.assert_close(positions(1, 6), upright)
        table.copy_(kept)


@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
@pytest.mark.parametrize("shape", [(0, 3), (3, 4), (-1, -2)])
def test_shapes_of_no_patches_or_too_many_are_named(seeing: Made, framework: str, shape: tuple[int, int]) -> None:
    given: dict[str, Any] = dict(siglip2.inputs(seeing.class_name, seeing.model.config))
    given["spatial_shapes"] = torch.tensor([[2, 5], [4, 2], shape])
    with pytest.raises(ArgumentError, match=rf"{shape[0]} × {shape[1]} patches for picture 2"):
        SIDES[framework].call(seeing.of(framework), **given)


def test_towers_that_cannot_be_compared_are_refused(tmp_path: Path) -> None:
    for values, key in (
        ({"text_config": {"projection_size": 5}}, "text_config.projection_size"),
        ({"vision_config": {"vision_use_head": False}}, "vision_config.vision_use_head"),
    ):
        with pytest.raises(InvalidConfig, match=key):
            loadstone.SiglipModel(loadstone.SiglipConfig(**values))
    with pytest.raises(InvalidConfig, match="num_patches"):
        loadstone.Siglip2VisionConfig(num_patches=8)
