"""CLIPSeg: what is looked for may be a text, a picture or a vector; pictures of any shape; what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig

from .frameworks import SIDES
from .modal import FRAMEWORKS, Made, note
from .modal_families import clipseg
from .modal_families.vit import numbers
from .test_modal_families import config_of

NAME = "CLIPSegForImageSegmentation"
PROMPTS = {
    "picture": {"conditional_pixel_values": numbers(3, 3, 8, 8)},
    "vector": {"conditional_embeddings": numbers(3, 6)},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(NAME, config_of(clipseg.PARITY, NAME), tmp_path_factory.mktemp("clipseg"))


def pictures(made: Made) -> dict[str, Any]:
    return {"pixel_values": clipseg.inputs(NAME, made.model.config)["pixel_values"]}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_a_picture_or_a_vector_is_looked_for(made: Made, prompt: dict[str, Any]) -> None:
    made.check({**pictures(made), **prompt}, "logits", "conditional_embeddings", frameworks=("torch",))


@pytest.mark.long
@pytest.mark.parametrize("framework", FRAMEWORKS[1:])
@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_a_picture_or_a_vector_in_the_other_frameworks(made: Made, prompt: dict[str, Any], framework: str) -> None:
    made.check({**pictures(made), **prompt}, "logits", "conditional_embeddings", frameworks=(framework,))


@pytest.mark.parametrize(("class_name", "part"), [("CLIPSegTextModel", "text"), ("CLIPSegVisionModel", "vision")])
def test_a_tower_comes_out_of_a_file_with_a_decoder(made: Made, class_name: str, part: str) -> None:
    stored = load_file(made.folder / "model.safetensors")
    for slot, value in getattr(loadstone, class_name).from_pretrained(made.folder).state_dict().items():
        assert value.equal(stored[f"clip.{part}_model.{slot}"]), slot


def test_the_outputs_within_the_output_agree(made: Made) -> None:
    given = {**clipseg.inputs(NAME, made.model.config), "output_hidden_states": True, "output_attentions": True}
    expected = made.expected(given)
    with torch.no_grad():
        ours = made.of("torch")(**given)
    compared = (("vision_model_output", "hidden_states"), ("vision_model_output", "attentions"))
    # The decoder of transformers does not show attention: eager attention is not asked of it.
    for output, field in (*compared, ("decoder_output", "hidden_states")):
        for index, (found, right) in enumerate(zip(ours[output][field], expected[output][field], strict=True)):
            note(NAME, (found - right).abs().max().item(), f"{output}.{field}[{index}]")
    assert [tuple(each.shape) for each in ours.decoder_output.attentions] == [(3, 2, 10, 10)] * 2


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_mask_has_the_shape_of_its_picture(made: Made, framework: str) -> None:
    """transformers takes each for a square. Two rows of eight patches are sixteen, and no square of four."""
    given = {"pixel_values": numbers(1, 3, 8, 32), "conditional_embeddings": numbers(1, 6)}
    logits = SIDES[framework].call(made.of(framework), **given).logits
    assert tuple(logits.shape) == (1, 8, 32)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Give input_ids, conditional_pixel_values or conditional_embeddings"),
        ({"conditional_embeddings": numbers(2, 6)}, "conditional_embeddings has 2 rows, expected 3"),
        (
            {"conditional_embeddings": numbers(3, 5)},
            r"conditional_embeddings has shape \(3, 5\), expected \(batch, 6\)",
        ),
    ],
)
def test_what_is_looked_for_is_checked(made: Made, framework: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        SIDES[framework].call(made.of(framework), **pictures(made), **given)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"extract_layers": []}, "extract_layers"),
        ({"extract_layers": [3, 12]}, "extract_layers"),
        ({"conditional_layer": 3}, "conditional_layer"),
        ({"vision_config": {"patch_size": [16, 8]}}, "patch_size"),
        ({"vision_config": {"patch_size": 2}, "use_complex_transposed_convolution": True}, "patch_size"),
        ({"reduce_dim": 1, "decoder_num_attention_heads": 1, "use_complex_transposed_convolution": True}, "reduce_dim"),
        ({"reduce_dim": 6}, "reduce_dim"),
    ],
)
def test_decoders_that_cannot_be_are_refused(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidConfig, match=key):
        loadstone.CLIPSegForImageSegmentation(loadstone.CLIPSegConfig(**changes))
