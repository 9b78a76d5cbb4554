"""What only families have whose pictures become smaller stage by stage: a class for each pixel, batch norms, sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig

from .frameworks import SIDES
from .modal import FRAMEWORKS, Made
from .modal_families import families
from .modal_families.resnet import pictures

EACH = pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(other, marks=pytest.mark.long) for other in FRAMEWORKS[1:])]
)
"""The others among the long: what they share says it once."""


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Made:
    config = transformers.SegformerConfig(**families()["segformer"].plain)
    return Made("SegformerForSemanticSegmentation", config, tmp_path_factory.mktemp("segmenter"))


@pytest.fixture(scope="module")
def resnet(tmp_path_factory: pytest.TempPathFactory) -> Made:
    config = transformers.ResNetConfig(**families()["resnet"].plain)
    return Made("ResNetForImageClassification", config, tmp_path_factory.mktemp("resnet"))


@EACH
def test_hidden_states_that_a_head_reads_are_shown_only_where_they_are_asked_for(
    segmenter: Made, framework: str
) -> None:
    model, call = segmenter.of(framework), SIDES[framework].compiled
    assert "hidden_states" not in vars(call(model, pixel_values=pictures(3)))
    assert len(call(model, pixel_values=pictures(3), output_hidden_states=True).hidden_states) == 2


@EACH
def test_labels_that_are_no_class_for_each_pixel_are_named(segmenter: Made, framework: str) -> None:
    model, call = segmenter.of(framework), SIDES[framework].call
    wrong = [
        (torch.zeros(2, 7, dtype=torch.int64), r"labels has shape \(2, 7\), expected \(2, height, width\)"),
        (torch.zeros(3, 7, 7, dtype=torch.int64), r"labels has shape \(3, 7, 7\), expected \(2, height, width\)"),
        (torch.zeros(2, 7, 7), "labels is .*float32, expected integers: the class of each pixel"),
        (torch.full((2, 7, 7), 3), "labels"),
    ]
    for labels, message in wrong:
        with pytest.raises(ArgumentError, match=message):
            call(model, pixel_values=pictures(3), labels=labels)


def test_training_moves_what_batch_norms_have_stored_as_it_does_in_transformers(resnet: Made, tmp_path: Path) -> None:
    resnet.model.save_pretrained(tmp_path)
    theirs = transformers.ResNetForImageClassification.from_pretrained(tmp_path).train()
    ours = loadstone.ResNetForImageClassification.from_pretrained(tmp_path).train()
    before = ours.state_dict()["resnet.embedder.embedder.normalization.running_mean"].clone()
    for model in (theirs, ours):
        model(pictures(3), labels=torch.tensor([1, 2])).loss.backward()
    expected = theirs.state_dict()
    for name, value in ours.state_dict().items():
        torch.testing.assert_close(value, expected[name], atol=1e-4, rtol=1e-4)
    assert not before.equal(ours.state_dict()["resnet.embedder.embedder.normalization.running_mean"])


@pytest.mark.parametrize("optimized", [False, pytest.param(True, marks=pytest.mark.long)], ids=["a pass", "fit"])
def test_training_moves_what_batch_norms_have_stored_in_tensorflow_too(
    resnet: Made, tmp_path: Path, optimized: bool
) -> None:
    resnet.model.save_pretrained(tmp_path)
    theirs = loadstone.ResNetForImageClassification.from_pretrained(tmp_path).train()
    theirs(pictures(3))
    ours = loadstone.TFResNetForImageClassification.from_pretrained(tmp_path)
    if optimized:
        ours.compile("sgd")
        ours.fit(pictures(3).numpy(), torch.tensor([1, 2]).numpy(), verbose=0)
    else:
        ours(pictures(3).numpy(), training=True)
    ours.save_pretrained(tmp_path)
    stored, moved = load_file(tmp_path / "model.safetensors"), theirs.state_dict()
    names = [name for name in stored if "running" in name or "num_batches" in name]
    assert names
    for name in names:
        torch.testing.assert_close(stored[name], moved[name], atol=1e-4, rtol=1e-4)
    assert int(stored["resnet.embedder.embedder.normalization.num_batches_tracked"]) == 4


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_pictures_with_other_channels_are_named(resnet: Made, framework: str) -> None:
    message = r"pixel_values has shape \(2, 4, 35, 27\), expected \(batch, 3, height, width\)"
    with pytest.raises(ArgumentError, match=message):
        SIDES[framework].call(resnet.of(framework), pixel_values=pictures(4))


def test_pictures_that_no_stage_could_make_smaller_are_refused() -> None:
    model = loadstone.ConvNextModel(loadstone.ConvNextConfig(hidden_sizes=[4, 8], depths=[1, 1]))
    with pytest.raises(ArgumentError, match="height of at least 8, width of at least 8"):
        model(torch.zeros(1, 3, 7, 8))
    assert model(torch.zeros(1, 3, 8, 8)).last_hidden_state.shape == (1, 8, 1, 1)


@pytest.mark.parametrize(
    ("config", "values"),
    [
        ("ResNetConfig", {"hidden_sizes": [8]}),
        ("ResNetConfig", {"depths": [1, 1, 1, 0]}),
        ("ResNetConfig", {"depths": [20_000], "hidden_sizes": [8]}),
        ("ResNetConfig", {"hidden_sizes": [2, 4, 8, 16]}),
        ("ResNetConfig", {"layer_type": "wide"}),
        ("ConvNextConfig", {"num_stages": 3}),
        ("ConvNextConfig", {"patch_size": [4]}),
        ("MobileNetV2Config", {"depth_multiplier": 0.0}),
        ("MobileNetV2Config", {"hidden_act": "sine"}),
        ("SegformerConfig", {"num_encoder_blocks": 3}),
        ("SegformerConfig", {"sr_ratios": [1, 2]}),
        ("SegformerConfig", {"num_attention_heads": [1, 2, 3, 8]}),
        ("SwinConfig", {"num_heads": [3, 6, 12, 25]}),
        ("SwinConfig", {"num_heads": [3, 6]}),
        ("SwinConfig", {"window_size": 0}),
        ("SwinConfig", {"mlp_ratio": 0.0}),
        ("SwinConfig", {"image_size": 2}),
        ("Swinv2Config", {"pretrained_window_sizes": [8]}),
        ("Swinv2Config", {"image_size": 16}),
        ("Swinv2Config", {"use_absolute_embeddings": True}),
    ],
)
def test_sizes_that_make_no_sense_are_refused(config: str, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig):
        getattr(loadstone, config)(**values)


def swin(stem: str, folder: Path, class_name: str = "", **changes: Any) -> Made:
    config = getattr(transformers, f"{stem}Config")(**{**families()[stem.lower()].plain, **changes})
    return Made(class_name or f"{stem}Model", config, folder)


def patches(height: int, width: int) -> torch.Tensor:
    return torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("stem", ["Swin", "Swinv2"])
def test_pictures_of_other_sizes_go_through_windows_too(stem: str, tmp_path: Path) -> None:
    each = swin(stem, tmp_path)
    for size in ((27, 16), (33, 21)):
        each.check({"pixel_values": patches(*size)}, "last_hidden_state", "pooler_output", frameworks=("torch",))


@pytest.mark.long
@pytest.mark.parametrize("stem", ["Swin", "Swinv2"])
def test_pictures_of_other_sizes_agree_in_all_frameworks(stem: str, tmp_path: Path) -> None:
    swin(stem, tmp_path).check({"pixel_values": patches(27, 16)}, "last_hidden_state", "pooler_output")


def test_positions_of_patches_are_interpolated(tmp_path: Path) -> None:
    each = swin("Swin", tmp_path, use_absolute_embeddings=True)
    inputs = {"pixel_values": patches(24, 16), "interpolate_pos_encoding": True}
    each.check(inputs, "last_hidden_state")
    with pytest.raises(ArgumentError, match=r"expected \(batch, 3, 20, 20\)\. .*interpolate_pos_encoding=True"):
        each.of("torch")(patches(24, 16))


def test_a_picture_that_is_smaller_than_a_window_is_filled_up(tmp_path: Path) -> None:
    """In transformers each class of pictures fails here, or makes its windows smaller for good."""
    each = swin("Swin", tmp_path, window_size=6, depths=[2], num_heads=[2])
    model = each.of("torch")
    before = model(patches(20, 20)).last_hidden_state
    assert model(patches(8, 10)).last_hidden_state.shape == (2, 20, 8)
    assert model(patches(20, 20)).last_hidden_state.equal(before)


@EACH
def test_what_is_hidden_of_patches_must_fit(tmp_path: Path, framework: str) -> None:
    one_stage = {"depths": [1], "num_heads": [2], "encoder_stride": 2}
    model = swin("Swin", tmp_path, "SwinForMaskedImageModeling", **one_stage).of(framework)
    call = SIDES[framework].call
    with pytest.raises(ArgumentError, match=r"bool_masked_pos has shape \(2, 5\), expected \(batch, 100\)"):
        call(model, pixel_values=patches(20, 20), bool_masked_pos=torch.ones(2, 5, dtype=torch.bool))
    with pytest.raises(ArgumentError, match="expected multiples of 2"):
        call(model, pixel_values=patches(17, 20), bool_masked_pos=torch.ones(2, 90, dtype=torch.bool))
    assert call(model, pixel_values=patches(17, 19)).reconstruction.shape == (2, 3, 18, 20)
    with pytest.raises(ArgumentError, match="no mask token"):
        call(
            swin("Swin", tmp_path / "bare", **one_stage).of(framework),
            pixel_values=patches(20, 20),
            bool_masked_pos=torch.ones(2, 100, dtype=torch.bool),
        )


def test_a_window_of_padding_has_gradients(tmp_path: Path) -> None:
    """Keys of Swin V2 have no bias, so that those of padding have no length to be divided by."""
    model = loadstone.Swinv2Model(loadstone.Swinv2Config(**families()["swinv2"].plain, hidden_act="relu")).train()
    model(patches(20, 20)).last_hidden_state.square().sum().backward()
    assert all(parameter.grad is None or parameter.grad.isfinite().all() for parameter in model.parameters())


def test_pictures_that_attention_has_no_square_of_are_refused() -> None:
    model = loadstone.SegformerModel(loadstone.SegformerConfig(**families()["segformer"].plain))
    with pytest.raises(ArgumentError, match="height of at least 5"):
        model(torch.zeros(1, 3, 4, 9))
    assert model(torch.zeros(1, 3, 5, 9)).last_hidden_state.shape == (1, 12, 1, 2)


def test_a_class_for_each_pixel_is_told_of_rows_too(tmp_path: Path) -> None:
    """transformers takes the root of the width for the side of a picture, which fails."""
    config = transformers.SegformerConfig(**families()["segformer"].plain)
    each = Made("SegformerForSemanticSegmentation", config, tmp_path)
    rows = loadstone.SegformerForSemanticSegmentation.from_pretrained(tmp_path, reshape_last_stage=False).eval()
    with torch.no_grad():
        assert rows(pictures(3)).logits.equal(each.of("torch")(pictures(3)).logits)


@pytest.mark.long
def test_a_graph_tells_the_classes_of_pixels(tmp_path: Path) -> None:
    import tensorflow as tf

    config = transformers.SegformerConfig(**families()["segformer"].plain)
    each = Made("SegformerForSemanticSegmentation", config, tmp_path)
    model = each.of("tensorflow")
    assert [tuple(spec.shape) for spec in model.serving_signature().values()] == [(None, 3, 512, 512)]
    unknown = tf.function(lambda pixels: model(pixels).logits, autograph=False)
    with pytest.raises(ArgumentError, match="its height must be known when it is traced"):
        unknown.get_concrete_function(tf.TensorSpec((None, 3, None, None)))
    bare = loadstone.TFSegformerModel.from_pretrained(tmp_path)
    any_size = tf.function(lambda pixels: bare(pixels).last_hidden_state, autograph=False)
    found = any_size.get_concrete_function(tf.TensorSpec((None, 3, None, None)))(tf.constant(pictures(3).numpy()))
    expected = each.of("torch").segformer(pictures(3)).last_hidden_state.detach()
    torch.testing.assert_close(torch.from_numpy(found.numpy()), expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("stem", ["Swin", "Swinv2"])
def test_tables_that_files_carry_and_a_model_makes_itself_are_left_over(stem: str, tmp_path: Path) -> None:
    swin(stem, tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    tables = {"relative_position_index": torch.zeros(16, 16), "relative_coords_table": torch.zeros(1, 7, 7, 2)}
    at = "encoder.layers.0.blocks.0.attention.self"
    save_file(stored | {f"{at}.{name}": table for name, table in tables.items()}, tmp_path / "model.safetensors")
    report = getattr(loadstone, f"{stem}Model").from_pretrained(tmp_path).load_report
    assert not report.unused and not report.initialized


@EACH
def test_a_backbone_is_made_of_a_classifier_s_file(tmp_path: Path, framework: str) -> None:
    each = swin("Swin", tmp_path, "SwinForImageClassification")
    auto = getattr(loadstone, f"{SIDES[framework].prefix}AutoBackbone")
    backbone = auto.from_pretrained(each.folder, out_features=["stem", "stage2"])
    assert type(backbone).__name__ == f"{SIDES[framework].prefix}SwinBackbone"
    assert backbone.config.out_indices == [0, 2]
    assert {name.rpartition(".")[0] for name in backbone.load_report.initialized} == {
        "hidden_states_norms.stem",
        "hidden_states_norms.stage2",
    }
    maps = SIDES[framework].call(backbone, pixel_values=patches(20, 20)).feature_maps
    assert [tuple(each.shape) for each in maps] == [(2, 8, 10, 10), (2, 16, 5, 5)]
