"""Configs within a config mean what they mean to transformers: CLIP's, and Qwen2-VL's, old files and new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import transformers
from nested_families import (
    FlatConfig,
    FlatTextConfig,
    FlatVisionConfig,
    TinyCLIPConfig,
    TinyTextConfig,
    TinyVisionConfig,
)

from loadstone.configs.pretrained import PretrainedConfig

# What one of the two does not have, or keeps in other words.
_IGNORED = {"transformers_version", "model_type", "dtype", "rope_parameters", "layer_types"}
_WHOLES: list[tuple[type[PretrainedConfig], str, dict[str, Any]]] = [
    (TinyCLIPConfig, "CLIPConfig", {}),
    (TinyCLIPConfig, "CLIPConfig", {"text_config": {"hidden_size": 64}, "vision_config": {"image_size": 30}}),
    (TinyCLIPConfig, "CLIPConfig", {"text_config": None, "projection_dim": 64, "torch_dtype": "float16"}),
    (
        TinyCLIPConfig,
        "CLIPConfig",
        {"text_config": {"hidden_size": 64, "own": 1}, "text_config_dict": {"num_hidden_layers": 3}},
    ),
    (FlatConfig, "Qwen2VLConfig", {}),
    (FlatConfig, "Qwen2VLConfig", {"hidden_size": 64, "vision_config": {"depth": 2, "model_type": "qwen2_vl"}}),
    (FlatConfig, "Qwen2VLConfig", {"rope_theta": 5.0, "eos_token_id": 7, "use_cache": False, "own": [1]}),
    (FlatConfig, "Qwen2VLConfig", {"tie_word_embeddings": True, "text_config": None, "num_hidden_layers": 2}),
]


def differences(ours: Any, theirs: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Keys of theirs that have another value here; the nested ones too."""
    found: dict[str, tuple[Any, Any]] = {}
    for key, value in vars(theirs).items():
        if key in _IGNORED or key.startswith("_"):
            continue
        mine = getattr(ours, key, None)
        if isinstance(value, transformers.PretrainedConfig):
            found |= differences(mine, value, f"{path}{key}.")
        elif mine != value and key not in ("id2label", "label2id"):
            found[path + key] = (mine, value)
    return found


@pytest.mark.parametrize(("cls", "name", "values"), _WHOLES)
def test_a_file_is_read_alike_and_each_reads_what_the_other_writes(
    tmp_path: Path, cls: type[PretrainedConfig], name: str, values: dict[str, Any]
) -> None:
    reference = getattr(transformers, name)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": cls.model_type, **values}))
    ours, theirs = cls.from_pretrained(tmp_path), reference.from_pretrained(tmp_path)
    assert differences(ours, theirs) == {}
    ours.save_pretrained(tmp_path / "ours")
    theirs.save_pretrained(tmp_path / "theirs")
    assert differences(cls.from_pretrained(tmp_path / "theirs"), theirs) == {}
    again = reference.from_pretrained(tmp_path / "ours")
    assert differences(cls.from_pretrained(tmp_path / "ours"), again) == {}
    assert differences(ours, again) == {}
    for key in ("text_config", "vision_config"):
        mine = json.loads((tmp_path / "ours" / "config.json").read_text())[key]
        assert mine["model_type"] == getattr(again, key).model_type == getattr(theirs, key).model_type
        wanted = {name: value for name, value in getattr(theirs, key).to_dict().items() if name != "dtype"}
        read = getattr(again, key).to_dict()
        assert {name: read[name] for name in wanted} == wanted
    assert again.dtype == theirs.dtype


@pytest.mark.parametrize(
    ("cls", "name", "whole"),
    [
        (TinyTextConfig, "CLIPTextConfig", TinyCLIPConfig(text_config={"hidden_size": 64})),
        (TinyVisionConfig, "CLIPVisionConfig", TinyCLIPConfig(vision_config={"image_size": 64})),
        (FlatTextConfig, "Qwen2VLTextConfig", FlatConfig(hidden_size=64)),
        (FlatVisionConfig, "Qwen2VLVisionConfig", FlatConfig(vision_config={"depth": 2})),
    ],
)
def test_a_nested_class_reads_its_part_of_the_whole_alike(
    tmp_path: Path, cls: type[PretrainedConfig], name: str, whole: PretrainedConfig
) -> None:
    whole.save_pretrained(tmp_path)
    assert differences(cls.from_pretrained(tmp_path), getattr(transformers, name).from_pretrained(tmp_path)) == {}


def test_a_flat_file_gives_the_text_class_the_same(tmp_path: Path) -> None:
    values = {"model_type": "qwen2_vl", "hidden_size": 64, "eos_token_id": 7, "vision_config": {"depth": 2}}
    (tmp_path / "config.json").write_text(json.dumps(values))
    theirs = transformers.Qwen2VLTextConfig.from_pretrained(tmp_path)
    del theirs.vision_config
    assert differences(FlatTextConfig.from_pretrained(tmp_path), theirs) == {}


def test_where_a_file_has_the_texts_keys_twice_the_object_counts(tmp_path: Path) -> None:
    """There the others stay as attributes of the whole that nothing reads."""
    values = {"model_type": "qwen2_vl", "text_config": {"hidden_size": 64}, "hidden_size": 32, "vocab_size": 5}
    (tmp_path / "config.json").write_text(json.dumps(values))
    theirs = transformers.Qwen2VLConfig.from_pretrained(tmp_path).text_config
    assert differences(FlatConfig.from_pretrained(tmp_path).text_config, theirs) == {}


def test_keywords_change_keys_of_a_nested_config_alike(tmp_path: Path) -> None:
    TinyCLIPConfig(text_config={"hidden_size": 64, "num_hidden_layers": 3}).save_pretrained(tmp_path)
    change = {"text_config": {"hidden_size": 32}, "projection_dim": 5}
    ours = TinyCLIPConfig.from_pretrained(tmp_path, **change)
    assert differences(ours, transformers.CLIPConfig.from_pretrained(tmp_path, **change)) == {}
    assert (ours.text_config.hidden_size, ours.text_config.num_hidden_layers) == (32, 3)


def test_update_replaces_a_nested_config_as_there() -> None:
    """There the config then holds a dict, which is one of the class's own defaults as soon as it is read again."""
    start = {"text_config": {"num_hidden_layers": 3}}
    ours, theirs = TinyCLIPConfig(**start), transformers.CLIPConfig(**start)
    for config in (ours, theirs):
        config.update({"text_config": {"hidden_size": 64}})
    assert differences(ours, transformers.CLIPConfig(**theirs.to_dict())) == {}


def test_the_text_config_is_the_same_part() -> None:
    for ours, theirs in ((TinyCLIPConfig(), transformers.CLIPConfig()), (FlatConfig(), transformers.Qwen2VLConfig())):
        for sides in ({}, {"decoder": True}, {"encoder": True}):
            part = theirs.get_text_config(**sides)
            assert ours.get_text_config(**sides).model_type == part.model_type
