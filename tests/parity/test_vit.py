"""ViT in all three frameworks: pictures of any size and number of channels, masked pictures, bad input.

The rest is among :mod:`test_modal_families`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig, UnknownArgument

from .frameworks import SIDES, TORCH
from .modal import FRAMEWORKS, Made

TINY: dict[str, Any] = dict(
    hidden_size=12,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=10,
    image_size=8,
    patch_size=4,
    encoder_stride=4,
    num_labels=3,
)
CLASSES = ("ViTModel", "ViTForImageClassification", "ViTForMaskedImageModeling")
AWKWARD: dict[str, dict[str, Any]] = {
    # Five channels, heads that do not fill the width, no biases, a picture that is no multiple of the patch.
    "odd": dict(
        hidden_size=14,
        num_attention_heads=4,
        num_channels=5,
        image_size=11,
        patch_size=3,
        encoder_stride=3,
        qkv_bias=False,
        hidden_act="gelu_new",
        layer_norm_eps=1e-3,
        pooler_output_size=7,
        pooler_act="relu",
    ),
    "grey": dict(num_channels=1, image_size=4, num_hidden_layers=1, num_labels=1),
    "oblong": dict(image_size=[8, 12], patch_size=[4, 2]),
}

Making = Callable[..., Made]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Making:
    found: dict[tuple[str, str], Made] = {}

    def make(class_name: str, variant: str = "") -> Made:
        if (class_name, variant) not in found:
            config = transformers.ViTConfig(**TINY | AWKWARD.get(variant, {}))
            found[class_name, variant] = Made(class_name, config, tmp_path_factory.mktemp("vit"))
        return found[class_name, variant]

    return make


def pictures(variant: str = "", height: int = 0, width: int = 0) -> torch.Tensor:
    config = TINY | {"num_channels": 3} | AWKWARD.get(variant, {})
    size = config["image_size"]
    high, wide = (size, size) if isinstance(size, int) else size
    generator = torch.Generator().manual_seed(7)
    return torch.randn(2, config["num_channels"], height or high, width or wide, generator=generator)


@pytest.mark.parametrize("variant", AWKWARD)
@pytest.mark.parametrize("class_name", CLASSES)
def test_awkward_configs_agree_in_pytorch(made: Making, class_name: str, variant: str) -> None:
    field = {"ViTModel": "pooler_output", "ViTForImageClassification": "logits"}.get(class_name, "reconstruction")
    if (class_name, variant) == ("ViTForMaskedImageModeling", "oblong"):
        # transformers takes the patches for a square, of which there are 2 × 6.
        out = made(class_name, variant).of("torch")(pictures(variant))
        assert out.reconstruction.shape == (2, 3, 8, 24)
        return
    made(class_name, variant).check({"pixel_values": pictures(variant)}, field, frameworks=("torch",))


@pytest.mark.long
@pytest.mark.parametrize("variant", ["odd", "oblong"])
def test_awkward_configs_agree_in_the_other_frameworks(made: Making, variant: str) -> None:
    made("ViTForImageClassification", variant).check({"pixel_values": pictures(variant)}, "logits")


@pytest.mark.parametrize(("height", "width"), [(16, 16), (4, 4), (9, 21), (11, 8), (8, 8)])
def test_pictures_of_other_sizes_agree(made: Making, height: int, width: int) -> None:
    inputs = {"pixel_values": pictures("", height, width), "interpolate_pos_encoding": True}
    made("ViTForImageClassification").check(inputs, "logits", frameworks=("torch",))


def test_a_picture_of_another_size_agrees_in_all_frameworks(made: Making) -> None:
    inputs = {"pixel_values": pictures("", 9, 21), "interpolate_pos_encoding": True}
    made("ViTForImageClassification").check(inputs, "logits")


def test_an_oblong_model_interpolates_its_own_grid(made: Making) -> None:
    """Of 2 × 6 patches transformers makes a square, which fails."""
    model = made("ViTModel", "oblong").of("torch")
    own, same = (model(pictures("oblong"), interpolate_pos_encoding=flag).last_hidden_state for flag in (False, True))
    assert own.equal(same)
    assert model(pictures("oblong", 12, 12), interpolate_pos_encoding=True).last_hidden_state.shape == (2, 19, 12)


@pytest.mark.parametrize(
    ("variant", "labels"),
    [("", torch.tensor([1, 2])), ("", torch.tensor([[0.0, 1, 1], [1, 0, 0]])), ("grey", torch.tensor([0.3, -2.0]))],
    ids=["single", "multi", "regression"],
)
def test_losses_of_each_problem_agree(made: Making, variant: str, labels: torch.Tensor) -> None:
    each = made("ViTForImageClassification", variant)
    problem = each.model.config.problem_type
    try:
        each.model.config.problem_type = None
        each.check({"pixel_values": pictures(variant), "labels": labels}, "loss", frameworks=("torch",))
    finally:
        each.model.config.problem_type = problem


def test_parts_that_lie_elsewhere_compute_the_same(made: Making, tmp_path: Path) -> None:
    each = made("ViTForMaskedImageModeling")
    places = {
        "vit.embeddings": "disk",
        "vit.encoder.layer.0": "cpu",
        "vit.encoder.layer.1": "disk",
        "vit.layernorm": "cpu",
        "decoder": "disk",
    }
    model = loadstone.ViTForMaskedImageModeling.from_pretrained(
        each.folder, device_map=places, offload_folder=tmp_path
    ).eval()
    inputs = {"pixel_values": pictures(), "bool_masked_pos": torch.ones(2, 4, dtype=torch.bool)}
    with torch.no_grad():
        assert model(**inputs).reconstruction.equal(each.of("torch")(**inputs).reconstruction)


def test_a_body_alone_has_no_pooler_where_none_is_asked_for(made: Making) -> None:
    folder = made("ViTForMaskedImageModeling").folder
    model = loadstone.ViTModel.from_pretrained(folder, add_pooling_layer=False)
    assert model(pictures()).pooler_output is None
    assert set(model.load_report.unused) == {"decoder.0.weight", "decoder.0.bias"}, "the mask token is a leftover"


def test_a_model_in_bfloat16_takes_pictures_in_float32(made: Making) -> None:
    model = loadstone.ViTForImageClassification.from_pretrained(
        made("ViTForImageClassification").folder, dtype=torch.bfloat16
    )
    assert model(pictures()).logits.dtype == torch.bfloat16


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_inputs_that_do_not_fit_are_named(made: Making, framework: str) -> None:
    model, call = made("ViTForImageClassification").of(framework), SIDES[framework].call
    wrong = [
        (torch.zeros(2, 4, 8, 8), r"^pixel_values has shape \(2, 4, 8, 8\), expected \(batch, 3, 8, 8\)\.$"),
        (torch.zeros(2, 3, 8, 9), r"\(2, 3, 8, 9\), expected \(batch, 3, 8, 8\)\. .*interpolate_pos_encoding=True"),
        (torch.zeros(3, 8, 8), r"shape \(3, 8, 8\), expected \(batch, 3, 8, 8\)"),
        (torch.zeros(2, 3, 8, 8, dtype=torch.int32), r"int32, expected floating-point numbers"),
        (None, "^Give pixel_values"),
    ]
    for pixels, message in wrong:
        with pytest.raises(ArgumentError, match=message):
            call(model, pixel_values=pixels)
    with pytest.raises(ArgumentError, match=r"expected \(batch, 3, height of at least 4, width of at least 4\)"):
        call(model, pixel_values=torch.zeros(2, 3, 3, 8), interpolate_pos_encoding=True)
    with pytest.raises(ArgumentError, match="pixel_values is a str"):
        call(model, pixel_values="picture.png")
    with pytest.raises(UnknownArgument, match="bool_masked_pos"):
        call(model, pixel_values=pictures(), bool_masked_pos=torch.ones(2, 4))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_masks_that_do_not_fit_are_named(made: Making, framework: str) -> None:
    model, call = made("ViTForMaskedImageModeling").of(framework), SIDES[framework].call
    with pytest.raises(ArgumentError, match=r"bool_masked_pos has shape \(2, 5\), expected \(batch, 4\)"):
        call(model, pixel_values=pictures(), bool_masked_pos=torch.ones(2, 5, dtype=torch.bool))
    odd = made("ViTForMaskedImageModeling", "odd").of("torch")
    with pytest.raises(ArgumentError, match="expected multiples of 3"):
        odd(pictures("odd"), bool_masked_pos=torch.ones(2, 9))
    oblong = made("ViTForMaskedImageModeling", "oblong").of("torch")
    with pytest.raises(ArgumentError, match=r"encoder_stride .* they are 4 and \(4, 2\)"):
        oblong(pictures("oblong"), bool_masked_pos=torch.ones(2, 12))


def test_a_body_without_a_mask_token_says_so(made: Making) -> None:
    with pytest.raises(ArgumentError, match="no mask token"):
        made("ViTModel").of("torch")(pictures(), bool_masked_pos=torch.ones(2, 4, dtype=torch.bool))


def test_a_model_of_pictures_knows_its_input(made: Making) -> None:
    model = made("ViTForImageClassification").of("torch")
    assert model.main_input_name == "pixel_values"
    assert model.get_input_embeddings() is model.vit.embeddings.patch_embeddings.projection
    with pytest.raises(ArgumentError, match="reads no texts"):
        model.resize_token_embeddings(9)
    signature = made("ViTForImageClassification").of("tensorflow").serving_signature()
    assert [tuple(spec.shape) for spec in signature.values()] == [(None, 3, 8, 8)]
    assert list(signature) == ["pixel_values"]


@pytest.mark.long
def test_a_graph_serves_any_number_of_pictures(made: Making) -> None:
    import tensorflow as tf

    each = made("ViTForImageClassification")
    out = each.of("tensorflow").serving({"pixel_values": tf.constant(pictures().numpy())})
    torch.testing.assert_close(
        torch.from_numpy(out["logits"].numpy()), each.of("torch")(pictures()).logits.detach(), atol=1e-4, rtol=1e-4
    )
    unknown = tf.function(
        lambda pixels: dict(each.of("tensorflow")(pixels, interpolate_pos_encoding=True).items()), autograph=False
    )
    with pytest.raises(ArgumentError, match="its height must be known when it is traced"):
        unknown.get_concrete_function(tf.TensorSpec((None, 3, None, None)))
    masked = tf.function(lambda pixels, masked: made("ViTForMaskedImageModeling").of("tensorflow")(pixels, masked).loss)
    masked.get_concrete_function(tf.TensorSpec((None, 3, 8, 8)), tf.TensorSpec((None, 4), tf.bool))
    plain = tf.function(lambda pixels: each.of("tensorflow")(pixels).logits)
    assert plain.get_concrete_function(tf.TensorSpec((None,) * 4)).output_shapes.as_list() == [None, 3]


@pytest.mark.long
def test_keras_trains_on_pictures_that_have_no_name(made: Making) -> None:
    model = loadstone.TFViTForImageClassification.from_pretrained(made("ViTForImageClassification").folder)
    model.compile("sgd")
    assert model.fit(pictures().numpy(), torch.tensor([0, 1]).numpy(), verbose=0).history["loss"][0] > 0
    assert model.predict(pictures().numpy(), verbose=0)["logits"].shape == (2, 3)


@pytest.mark.long
def test_a_pass_compiles_without_a_break(made: Making) -> None:
    model = made("ViTForImageClassification").of("torch")
    compiled = torch.compile(model, fullgraph=True, backend="eager")
    inputs = {"pixel_values": pictures("", 12, 16), "interpolate_pos_encoding": True}
    torch.testing.assert_close(compiled(**inputs).logits, model(**inputs).logits)


@pytest.mark.long
@pytest.mark.parametrize("prefix", ["Flax", "TF"])
def test_models_in_bfloat16_take_pictures_in_float32_elsewhere_too(made: Making, prefix: str) -> None:
    cls = getattr(loadstone, f"{prefix}ViTForImageClassification")
    model = cls.from_pretrained(made("ViTForImageClassification").folder, dtype="bfloat16")
    assert "bfloat16" in str(model(pictures().numpy()).logits.dtype)


@pytest.mark.parametrize(
    "values", [{"image_size": [8]}, {"patch_size": 9, "image_size": 8}, {"image_size": [8, 0]}, {"pooler_act": "sine"}]
)
def test_sizes_that_make_no_sense_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig):
        loadstone.ViTConfig(**values)


def test_gradients_reach_the_tokens_of_the_model(made: Making) -> None:
    model = made("ViTForMaskedImageModeling").of("torch").train()
    try:
        model(pictures(), bool_masked_pos=torch.tensor([[1, 0, 0, 1]] * 2)).loss.backward()
        for name in ("cls_token", "mask_token", "position_embeddings"):
            assert getattr(model.vit.embeddings, name).grad.abs().sum() > 0
    finally:
        model.eval().zero_grad()
    assert TORCH.call(model, pixel_values=pictures()).reconstruction.isfinite().all()
