"""Configs within a config. What transformers reads of them: parity/test_nested_configs.py."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from pathlib import Path
from typing import Any

import pytest
from nested_families import (
    FlatConfig,
    FlatTextConfig,
    FlatVisionConfig,
    OptionalConfig,
    OuterConfig,
    TinyCLIPConfig,
    TinyTextConfig,
    TinyVisionConfig,
)

from loadstone.architectures.family import Family
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.nested import layer_counts
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ConfigError, InvalidConfig, LoadstoneError, UnknownArgument

FLAT = {"model_type": "qwen2_vl", "hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2}


def written(folder: Path, **keys: Any) -> Path:
    (folder / "config.json").write_text(json.dumps(keys))
    return folder


def saved(config: PretrainedConfig, folder: Path) -> dict[str, Any]:
    config.save_pretrained(folder)
    values: dict[str, Any] = json.loads((folder / "config.json").read_text())
    return values


def test_a_nested_config_is_made_of_an_object_none_or_a_config() -> None:
    text = TinyTextConfig(hidden_size=64)
    config = TinyCLIPConfig(text_config=text, vision_config={"image_size": 30, "house_style": 1})
    assert config.text_config is text
    assert type(config.vision_config) is TinyVisionConfig
    assert (config.vision_config.image_size, config.vision_config.hidden_size) == (30, 768)
    assert config.vision_config.house_style == 1
    for empty in (TinyCLIPConfig(), TinyCLIPConfig(text_config=None), TinyCLIPConfig(text_config={})):
        assert empty.text_config == TinyTextConfig()
        assert empty.text_config is not TinyCLIPConfig.text_config


def test_no_two_configs_share_a_nested_one() -> None:
    first, second = TinyCLIPConfig(), TinyCLIPConfig()
    first.text_config.hidden_size = 8
    assert second.text_config.hidden_size == TinyCLIPConfig().text_config.hidden_size == 512


def test_a_default_may_differ_from_the_classs_own_and_an_object_starts_from_the_class() -> None:
    assert OuterConfig().inner_config.text_config.hidden_size == 64
    assert OuterConfig(inner_config={}).inner_config.text_config.hidden_size == 512


def test_an_optional_nested_config_stays_none(tmp_path: Path) -> None:
    config = OptionalConfig()
    assert config.vision_config is None and OptionalConfig(vision_config=None).vision_config is None
    assert "vision_config" not in saved(config, tmp_path)
    config.vision_config = {"image_size": 30}  # type: ignore[assignment]
    assert config.vision_config.image_size == 30
    assert OptionalConfig.from_pretrained(tmp_path) == OptionalConfig()


def test_it_is_written_as_an_object_with_its_model_type_and_read_again(tmp_path: Path) -> None:
    config = TinyCLIPConfig(text_config={"hidden_size": 64, "own": [1]}, vision_config={"num_labels": 3})
    values = saved(config, tmp_path)
    assert values["text_config"]["model_type"] == "clip_text_model"
    assert values["text_config"]["hidden_size"] == 64 and values["text_config"]["own"] == [1]
    assert len(values["vision_config"]["id2label"]) == 3 and "id2label" not in values["text_config"]
    assert not {"architectures", "torch_dtype", "tie_word_embeddings", "use_cache"} & values["text_config"].keys()
    assert TinyCLIPConfig.from_pretrained(tmp_path) == config
    assert config.to_dict()["text_config"] == config.text_config.to_dict()
    assert TinyCLIPConfig.from_dict(config.to_dict()) == config
    assert '"clip_vision_model"' in repr(config)


def test_what_a_text_config_says_for_itself_of_ties_is_written(tmp_path: Path) -> None:
    assert saved(FlatConfig(**FLAT), tmp_path)["text_config"]["tie_word_embeddings"] is False
    config = TinyCLIPConfig(text_config={"tie_word_embeddings": False, "use_cache": False})
    written_text = config.to_diff_dict()["text_config"]
    assert written_text["tie_word_embeddings"] is False and written_text["use_cache"] is False


def test_copies_and_pickles_are_equal_and_their_own() -> None:
    for config in (TinyCLIPConfig(text_config={"own": [1]}), FlatConfig(**FLAT, text_own=2)):
        for twin in (copy.deepcopy(config), copy.copy(config), pickle.loads(pickle.dumps(config))):
            assert twin == config and type(twin) is type(config)
            twin.text_config.hidden_size = 8
            assert config.text_config.hidden_size != 8 and twin != config


@pytest.mark.parametrize("value", [[], [1], "text", 3, True, TinyVisionConfig()])
def test_what_is_no_object_is_refused_with_its_key(tmp_path: Path, value: Any) -> None:
    told = "config key 'text_config': expected an object with the keys of TinyTextConfig, found"
    with pytest.raises(InvalidConfig, match=told):
        TinyCLIPConfig(text_config=value)
    with pytest.raises(InvalidConfig, match=told):
        TinyCLIPConfig().text_config = value
    with pytest.raises(InvalidConfig, match=told):
        TinyCLIPConfig().update({"text_config": value})
    with pytest.raises(InvalidConfig, match=told):
        TinyCLIPConfig.from_dict({}, text_config=value)
    if isinstance(value, PretrainedConfig):
        return
    with pytest.raises(InvalidConfig, match=told):
        TinyCLIPConfig.from_pretrained(written(tmp_path, model_type="clip", text_config=value))
    with pytest.raises(InvalidConfig, match="config key 'text_config': expected an object, found"):
        TinyTextConfig.from_pretrained(tmp_path)


def test_null_and_a_missing_key_give_the_defaults(tmp_path: Path) -> None:
    for values in ({"text_config": None}, {}):
        written(tmp_path, model_type="clip", **values)
        assert TinyCLIPConfig.from_pretrained(tmp_path) == TinyCLIPConfig()
    written(tmp_path, model_type="clip", text_config=None)
    assert TinyTextConfig.from_pretrained(tmp_path) == TinyTextConfig()
    with pytest.raises(ConfigError, match="has model_type 'clip', but TinyTextConfig is for 'clip_text_model'"):
        TinyTextConfig.from_pretrained(written(tmp_path, model_type="clip"))


def test_all_faults_are_told_at_once_with_their_paths() -> None:
    with pytest.raises(InvalidConfig) as caught:
        TinyCLIPConfig(
            text_config={"hidden_size": "big", "num_hidden_layers": 10**6},
            vision_config={"image_size": 0},
            projection_dim=None,
        )
    assert {fault.where for fault in caught.value.faults} == {
        "config key 'projection_dim'",
        "config key 'text_config.num_hidden_layers'",
        "config key 'text_config.hidden_size'",
        "config key 'vision_config.image_size'",
    }
    with pytest.raises(InvalidConfig, match=r"'inner_config.text_config.hidden_size': expected a multiple"):
        OuterConfig(inner_config={"text_config": {"hidden_size": 9}})


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ({"id2label": {"a": "b"}}, "text_config.id2label"),
        ({"num_labels": 0}, "text_config.num_labels"),
        ({"torch_dtype": "float99"}, "text_config.torch_dtype"),
        ({"hidden_size": 65}, "text_config.hidden_size"),
        ({"clip_qkv": 3.0}, "text_config.clip_qkv"),
    ],
)
def test_every_kind_of_fault_bears_the_path(tmp_path: Path, text: dict[str, Any], where: str) -> None:
    written(tmp_path, model_type="clip", text_config=text)
    with pytest.raises(InvalidConfig, match=f"config key '{where}'"):
        TinyCLIPConfig.from_pretrained(tmp_path)
    with pytest.raises(InvalidConfig, match=f"config key '{where}'"):
        TinyCLIPConfig.from_dict({}, text_config=text)


def test_a_change_in_a_nested_config_is_checked_when_a_model_is_made() -> None:
    config = TinyCLIPConfig()
    config.text_config.num_attention_heads = 7
    with pytest.raises(InvalidConfig, match=r"config key 'text_config.hidden_size'"):
        config.validate()
    with pytest.raises(InvalidConfig, match="config key 'hidden_size'"):
        config.text_config.hidden_size = "big"  # type: ignore[assignment]


def test_update_and_assignment_put_another_config_in_its_place_and_keywords_change_keys(tmp_path: Path) -> None:
    config = TinyCLIPConfig(text_config={"hidden_size": 64, "num_hidden_layers": 3})
    config.save_pretrained(tmp_path)
    config.update({"text_config": {"hidden_size": 32}, "projection_dim": 5})
    assert (config.text_config.hidden_size, config.text_config.num_hidden_layers) == (32, 12)
    assert config.projection_dim == 5
    config.text_config = None  # type: ignore[assignment]
    assert config.text_config == TinyTextConfig()
    changed = TinyCLIPConfig.from_pretrained(tmp_path, text_config={"hidden_size": 32, "own": 1})
    assert (changed.text_config.hidden_size, changed.text_config.num_hidden_layers) == (32, 3)
    assert changed.text_config.own == 1
    text = TinyTextConfig(hidden_size=8)
    assert TinyCLIPConfig.from_pretrained(tmp_path, text_config=text).text_config == text
    with pytest.raises(UnknownArgument, match="text_confg"):
        TinyCLIPConfig.from_pretrained(tmp_path, text_confg={})


def test_a_keyword_replaces_what_makes_no_sense_in_the_file() -> None:
    assert TinyCLIPConfig.from_dict({"text_config": 3}, text_config={"hidden_size": 64}).text_config.hidden_size == 64
    file = {"text_config": {"hidden_size": "big"}}
    assert TinyCLIPConfig.from_dict(file, text_config={"hidden_size": 64}).text_config.hidden_size == 64


def test_a_file_does_not_say_how_to_compute_attention_and_a_caller_says_it_for_all() -> None:
    file = {"text_config": {"attn_implementation": "flash_attention_2", "token": "secret"}}
    config = TinyCLIPConfig.from_dict(file, attn_implementation="eager")
    assert config.text_config.attn_implementation == config.attn_implementation == "eager"
    assert "secret" not in str(config.to_dict())
    assert TinyCLIPConfig.from_dict(file).text_config.attn_implementation is None
    assert TinyCLIPConfig(attn_implementation="sdpa").vision_config.attn_implementation == "sdpa"


def test_a_dtype_within_is_kept_until_one_is_set_for_the_whole(tmp_path: Path) -> None:
    file = {"torch_dtype": "float16", "text_config": {"dtype": "float32"}}
    config = TinyCLIPConfig.from_dict(file)
    assert (config.torch_dtype, config.text_config.torch_dtype) == ("float16", "float32")
    values = saved(config, tmp_path)
    assert values["torch_dtype"] == "float16" and values["text_config"]["torch_dtype"] == "float32"
    config.torch_dtype = "bfloat16"
    assert config.text_config.dtype == config.vision_config.dtype == "bfloat16"
    assert TinyCLIPConfig.from_dict(file, dtype="float64").text_config.torch_dtype == "float64"


def test_older_files_say_all_of_a_nested_config_again() -> None:
    """As openai/clip-vit-large-patch14 does."""
    file = {
        "text_config": {"hidden_size": 64, "num_hidden_layers": 3, "own": 1},
        "text_config_dict": {"hidden_size": 768, "num_attention_heads": 12},
        "vision_config_dict": None,
    }
    text = TinyCLIPConfig.from_dict(file).text_config
    assert (text.hidden_size, text.num_hidden_layers, text.num_attention_heads, text.own) == (768, 12, 12, 1)
    with pytest.raises(InvalidConfig, match="config key 'text_config_dict': expected an object or null"):
        TinyCLIPConfig.from_dict({"text_config_dict": [1]})
    with pytest.raises(InvalidConfig, match=r"config key 'text_config_dict.hidden_size'"):
        TinyCLIPConfig.from_dict({"text_config_dict": {"hidden_size": "big"}})


def test_a_nested_class_takes_its_part_of_the_larger_models_file(tmp_path: Path) -> None:
    config = TinyCLIPConfig(text_config={"hidden_size": 64}, vision_config={"image_size": 30})
    config.save_pretrained(tmp_path)
    assert TinyTextConfig.from_pretrained(tmp_path) == config.text_config
    assert TinyVisionConfig.from_pretrained(tmp_path, num_labels=3).image_size == 30
    config.text_config.save_pretrained(tmp_path / "alone")
    assert TinyTextConfig.from_pretrained(tmp_path / "alone") == config.text_config
    part = config.text_config.to_dict()
    written(tmp_path, model_type="other", text_model=part)
    assert TinyTextConfig.from_pretrained(tmp_path) == config.text_config
    written(tmp_path, model_type="other", text_config={"model_type": "qwen2_vl_text"})
    with pytest.raises(ConfigError, match="has model_type 'qwen2_vl_text'"):
        TinyTextConfig.from_pretrained(tmp_path)


def test_the_text_config_of_the_whole() -> None:
    config = TinyCLIPConfig()
    assert config.get_text_config() is config.get_text_config(decoder=True) is config.text_config
    assert config.get_text_config(encoder=True) is config
    assert config.text_config.get_text_config() is config.text_config

    class Pair(PretrainedConfig):
        text_encoder: Any = None
        decoder: Any = None

    pair = Pair(text_encoder=TinyTextConfig(), decoder=FlatTextConfig())
    assert pair.get_text_config(encoder=True) is pair.text_encoder
    assert pair.get_text_config(decoder=True) is pair.decoder
    with pytest.raises(ConfigError, match="several text configs, text_encoder, decoder"):
        pair.get_text_config()


def test_layers_are_counted_in_each() -> None:
    config = TinyCLIPConfig(text_config={"num_hidden_layers": 2})
    assert dict(layer_counts(config)) == {"text_config.num_hidden_layers": 2, "vision_config.num_hidden_layers": 12}
    assert dict(layer_counts(FlatConfig()))["vision_config.num_hidden_layers"] == 32


def test_special_tokens_of_the_text_are_the_generation_configs() -> None:
    generation = GenerationConfig.for_model(TinyCLIPConfig(eos_token_id=7), None)
    assert (generation.eos_token_id, generation.pad_token_id) == (7, 1)
    assert GenerationConfig.for_model(FlatConfig(bos_token_id=3), None).bos_token_id == 3


def test_a_family_has_the_config_classes_within_its_own() -> None:
    assert list(Family(TinyCLIPConfig, "CLIP", "", ()).configs) == [
        *("TinyCLIPConfig", "TinyTextConfig", "TinyVisionConfig")
    ]
    assert "TinyTextConfig" in Family(OuterConfig, "Outer", "", ()).configs


def test_a_class_with_an_init_of_its_own_may_derive_from_one_with_nested_configs(tmp_path: Path) -> None:
    class Own(TinyCLIPConfig):
        model_type = "own"

        def __init__(self, extra: int = 1, **others: Any) -> None:
            self.extra = extra
            super().__init__(**others)

    config = Own(extra=2, text_config={"hidden_size": 64, "num_hidden_layers": 3})
    assert type(config.text_config) is TinyTextConfig
    config.save_pretrained(tmp_path)
    again = Own.from_pretrained(tmp_path, text_config={"hidden_size": 32})
    assert (again.extra, again.text_config.hidden_size, again.text_config.num_hidden_layers) == (2, 32, 3)


# Files whose text keys lie at the top level.


def test_keys_at_the_top_level_are_the_texts(tmp_path: Path) -> None:
    written(tmp_path, **FLAT, rope_theta=5.0, eos_token_id=9, vision_config={"depth": 2}, torch_dtype="bfloat16", own=1)
    config = FlatConfig.from_pretrained(tmp_path)
    text = config.text_config
    assert (text.hidden_size, text.rope_theta, text.eos_token_id) == (64, 5.0, 9)
    assert (config.torch_dtype, config.own, config.vision_config.depth) == ("bfloat16", 1, 2)
    values = saved(config, tmp_path)
    assert values["text_config"]["hidden_size"] == 64 and not {"hidden_size", "eos_token_id"} & values.keys()
    assert FlatConfig.from_pretrained(tmp_path) == config
    assert (
        FlatConfig(**{name: value for name, value in FLAT.items() if name != "model_type"}).text_config.head_dim == 16
    )


def test_the_text_class_reads_them_too(tmp_path: Path) -> None:
    written(tmp_path, **FLAT, vision_config={"model_type": "qwen2_vl", "depth": 2})
    text = FlatTextConfig.from_pretrained(tmp_path)
    assert text == FlatConfig.from_pretrained(tmp_path).text_config and "vision_config" not in text.to_dict()
    assert FlatVisionConfig.from_pretrained(tmp_path).depth == 2


def test_they_are_read_and_set_as_attributes_of_the_whole() -> None:
    config = FlatConfig(hidden_size=64)
    assert config.hidden_size == 64 and config.get("rope_theta") == 1e6 and config.use_cache is True
    config.vocab_size = 100
    config.update({"num_hidden_layers": 2, "rope_theta": 7.0})
    assert (config.text_config.vocab_size, config.text_config.num_hidden_layers) == (100, 2)
    assert config.text_config.rope_theta == 7.0 and "vocab_size" not in config.other_keys()
    with pytest.raises(AttributeError, match="FlatConfig has no key 'nothing'"):
        config.nothing  # noqa: B018
    with pytest.raises(AttributeError):
        TinyCLIPConfig().hidden_size  # noqa: B018
    assert config.image_token_id == 151655 and config.tie_word_embeddings is False


def test_keywords_reach_them(tmp_path: Path) -> None:
    written(tmp_path, **{**FLAT, "hidden_size": "big"})
    config = FlatConfig.from_pretrained(tmp_path, hidden_size=32, text_config={"num_hidden_layers": 2})
    assert (config.hidden_size, config.num_hidden_layers, config.text_config.num_attention_heads) == (32, 2, 4)
    with pytest.raises(InvalidConfig, match=r"'hidden_size': expected the same as 'text_config.hidden_size', 64"):
        FlatConfig.from_pretrained(tmp_path, hidden_size=32, text_config={"hidden_size": 64})
    with pytest.raises(InvalidConfig, match=r"'hidden_size': expected the same as 'text_config.hidden_size', 64"):
        FlatConfig(hidden_size=32, text_config={"hidden_size": 64})
    with pytest.raises(InvalidConfig, match="'hidden_size': expected within text_config, which is given too"):
        FlatConfig(hidden_size=32, text_config={"num_hidden_layers": 2})


def test_where_a_file_has_both_the_object_counts() -> None:
    """As in files that Transformers 4.52 wrote."""
    config = FlatConfig.from_dict({"text_config": {"hidden_size": 64}, "hidden_size": 32, "vocab_size": 5})
    assert (config.hidden_size, config.vocab_size) == (64, 152064)
    assert "vocab_size" not in config.to_dict()
    assert FlatConfig.from_dict({"text_config": None, "hidden_size": 64}).hidden_size == 64


def test_a_refused_key_at_the_top_level_is_the_texts() -> None:
    with pytest.raises(InvalidConfig, match=r"config key 'text_config.clip_qkv'"):
        FlatConfig.from_dict({"clip_qkv": 3.0})


def test_a_bomb_of_objects_is_refused_by_the_reader(tmp_path: Path) -> None:
    deep = '{"text_config":' * 100_000 + "{}" + "}" * 100_000
    (tmp_path / "config.json").write_text(f'{{"model_type": "clip", "text_config": {deep}}}')
    with pytest.raises(LoadstoneError):
        TinyCLIPConfig.from_pretrained(tmp_path)


def test_a_nested_config_tells_of_nothing_unasked(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "loadstone"):
        TinyCLIPConfig.from_dict({"text_config": {"top_k": 50, "max_length": 20, "transformers_version": "4.0"}})
    assert not caplog.records
