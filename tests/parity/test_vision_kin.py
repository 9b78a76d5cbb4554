"""What is particular to single families on ViT's layers: DeiT's two classifiers, YOLOS's objects, DINOv3's places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import loadstone
from loadstone.errors import InvalidConfig

from .modal import Made
from .modal_families import deit, dinov2, dinov3_vit, yolos
from .modal_families.vit import numbers


def test_of_two_classes_for_a_task_the_one_that_a_config_names_is_taken(tmp_path: Path) -> None:
    taught = Made("DeiTForImageClassificationWithTeacher", transformers.DeiTConfig(**deit.PARITY.plain), tmp_path)
    auto = loadstone.AutoModelForImageClassification
    assert type(auto.from_pretrained(taught.folder)).__name__ == taught.class_name
    plain = auto.from_config(loadstone.DeiTConfig(**deit.PARITY.plain))
    assert type(plain) is loadstone.DeiTForImageClassification
    forecast = loadstone.plan(taught.folder, head="image-classification")
    assert forecast.parameters == taught.model.num_parameters()


@pytest.mark.parametrize("prefix", ["", "Flax", "TF"])
def test_a_backbone_gives_the_maps_that_a_call_or_a_config_names(prefix: str, tmp_path: Path) -> None:
    config = transformers.Dinov2Config(**dinov2.PARITY.plain, out_features=["stem", "stage1"])
    made = Made("Dinov2Backbone", config, tmp_path)
    auto = getattr(loadstone, f"{prefix}AutoBackbone")
    pixels = numbers(2, 3, 12, 8).numpy()
    for asked, count in (({}, 2), ({"out_indices": [-1]}, 1), ({"out_features": ["stage1", "stage2"]}, 2)):
        model = auto.from_pretrained(made.folder, **asked)
        assert type(model).__name__ == f"{prefix}Dinov2Backbone"
        maps = model(pixels if prefix else torch.tensor(pixels)).feature_maps
        assert [tuple(each.shape) for each in maps] == [(2, 12, 3, 2)] * count
        assert len(model.config.out_features) == len(model.config.out_indices) == count


def test_a_backbone_of_stages_that_there_are_not_is_refused_and_a_bare_model_does_not_mind() -> None:
    wrong: list[dict[str, Any]] = [
        {"out_indices": [3]},
        {"out_features": ["stage9"]},
        {"out_indices": [1, 1]},
        {"out_indices": [2, 1]},
        {"out_features": ["stage1"], "out_indices": [2]},
    ]
    for keys in wrong:
        config = loadstone.Dinov2Config(**dinov2.PARITY.plain, **keys)
        with pytest.raises(InvalidConfig, match="out_features"):
            loadstone.Dinov2Backbone(config)
        loadstone.Dinov2Model(config)


def test_maps_come_with_class_tokens_in_three_frameworks(tmp_path: Path) -> None:
    keys = dinov3_vit.PARITY.plain | {"out_indices": [0, 2], "return_class_token": True}
    made = Made("DINOv3ViTBackbone", transformers.DINOv3ViTConfig(**keys), tmp_path)
    made.check({"pixel_values": numbers(2, 3, 12, 8)}, "feature_maps", "cls_tokens")
    plain = loadstone.DINOv3ViTBackbone(loadstone.DINOv3ViTConfig(**dinov3_vit.PARITY.plain))
    assert plain(numbers(1, 3, 8, 8)).cls_tokens is None


def test_a_graph_is_for_pictures_of_the_size_that_a_model_was_made_for(tmp_path: Path) -> None:
    import tensorflow as tf

    made = Made("DINOv3ViTModel", transformers.DINOv3ViTConfig(**dinov3_vit.PARITY.plain), tmp_path)
    model, pixels = made.of("tensorflow"), numbers(3, 3, 8, 8)
    assert [tuple(spec.shape) for spec in model.serving_signature().values()] == [(None, 3, 8, 8)]
    found = torch.tensor(model.serving({"pixel_values": tf.constant(pixels.numpy())})["last_hidden_state"].numpy())
    torch.testing.assert_close(found, made.expected({"pixel_values": pixels}).last_hidden_state, atol=1e-4, rtol=1e-4)


def test_what_finds_objects_says_what_it_reads() -> None:
    model = loadstone.YolosForObjectDetection(loadstone.YolosConfig(**yolos.PARITY.plain))
    assert model.get_input_embeddings() is model.vit.embeddings.patch_embeddings.projection


@pytest.mark.parametrize("how", [{"pos_embed_shift": 0.5}, {"pos_embed_jitter": 2.0}, {"pos_embed_rescale": 2.0}, {}])
def test_places_move_while_training_and_only_then(how: dict[str, Any]) -> None:
    keys = dinov3_vit.PARITY.plain | {"pos_embed_rescale": None} | how
    model, pixels = loadstone.DINOv3ViTModel(loadstone.DINOv3ViTConfig(**keys)), numbers(2, 3, 12, 8)
    with torch.no_grad():
        for layer in model.layer:  # attention that hangs on places
            layer.attention.q_proj.weight.mul_(50)
        first, second = (model.eval()(pixels).last_hidden_state for _ in range(2))
        moved = model.train()(pixels).last_hidden_state
    assert first.equal(second) and first.equal(moved) is not bool(how)


@pytest.mark.parametrize(
    ("name", "keys", "key"),
    [
        ("DINOv3ViTConfig", {"hidden_size": 18, "num_attention_heads": 3}, "hidden_size"),
        ("DINOv3ViTConfig", {"rope_theta": 1.0}, "rope_theta"),
        ("DINOv3ViTConfig", {"pos_embed_jitter": 0.0}, "pos_embed_jitter"),
        ("Dinov2Config", {"drop_path_rate": 1.0}, "drop_path_rate"),
        ("Dinov2Config", {"mlp_ratio": 0}, "mlp_ratio"),
        ("Dinov2Config", {"mlp_ratio": 1e9}, "mlp_ratio"),
        ("ViTMAEConfig", {"hidden_size": 30}, "hidden_size"),
        ("ViTMAEConfig", {"mask_ratio": 1.0}, "mask_ratio"),
        ("VideoMAEConfig", {"num_frames": 1}, "num_frames"),
        ("ASTConfig", {"max_length": 15}, "max_length"),
        ("YolosConfig", {"num_detection_tokens": 0}, "num_detection_tokens"),
        ("YolosConfig", {"image_size": [8, 864]}, "image_size"),
    ],
)
def test_configs_that_no_model_can_have_are_named(name: str, keys: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidConfig, match=key):
        getattr(loadstone, name)(**keys)
