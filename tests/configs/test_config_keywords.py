"""What may be given to a config by keyword, and that nothing else gets into ``config.json``."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import loadstone
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.keywords import NEVER_KEYS, WITHOUT_EFFECT
from loadstone.errors import InvalidConfig, UnknownArgument

SECRET = "hf_SSSSSSSS"
READERS = [loadstone.AutoConfig, loadstone.LlamaConfig]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a config that has a key of its own."""
    (tmp_path / "model").mkdir()
    values = {"model_type": "llama", "house_style": 1, "rope_parameters": {"rope_type": "default", "rope_theta": 5e4}}
    (tmp_path / "model" / "config.json").write_text(json.dumps(values))
    return tmp_path / "model"


@pytest.mark.parametrize("reader", READERS)
def test_an_unknown_keyword_is_named_with_the_nearest_key(reader: Any, folder: Path) -> None:
    with pytest.raises(UnknownArgument, match=r"num_hiden_layers'. Did you mean 'num_hidden_layers'\?"):
        reader.from_pretrained(folder, num_hiden_layers=1)
    with pytest.raises(UnknownArgument, match=r"'use_auth_token'\. Give token=") as caught:
        reader.from_pretrained(folder, use_auth_token=SECRET)
    assert SECRET not in str(caught.value)
    with pytest.raises(UnknownArgument, match="'gibberish'"):
        reader.from_pretrained(folder, gibberish=None)


@pytest.mark.parametrize("reader", READERS)
def test_unused_keywords_come_back_and_are_not_kept(reader: Any, folder: Path) -> None:
    import transformers

    keywords = {"foo": 1, "num_hidden_layers": 3, "rope_theta": 7.0, "house_style": 2, "local_files_only": True}
    config, unused = reader.from_pretrained(folder, return_unused_kwargs=True, **keywords)
    expected = transformers.AutoConfig.from_pretrained(folder, return_unused_kwargs=True, foo=1)[1]
    assert unused == expected == {"foo": 1}
    assert (config.num_hidden_layers, config.rope_theta, config.house_style) == (3, 7.0, 2)
    assert "foo" not in config.to_dict()
    assert reader.from_pretrained(folder, return_unused_kwargs=True)[1] == {}


@pytest.mark.parametrize("reader", READERS)
def test_what_says_where_files_come_from_is_accepted_and_not_kept(reader: Any, folder: Path, tmp_path: Path) -> None:
    where = {"token": SECRET, "local_files_only": True, "force_download": False, "trust_remote_code": False}
    where |= {"cache_dir": str(tmp_path), "revision": None, "code_revision": None}
    where |= dict.fromkeys(WITHOUT_EFFECT, "anything")
    config = reader.from_pretrained(folder, **where)
    assert config == reader.from_pretrained(folder)
    config.save_pretrained(tmp_path / "saved", token=SECRET)
    written = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert not {*where} & written.keys() and SECRET not in json.dumps(written)


@pytest.mark.parametrize("key", sorted(NEVER_KEYS))
def test_no_argument_of_from_pretrained_becomes_a_key(key: str, folder: Path) -> None:
    values = json.loads((folder / "config.json").read_text())
    updated = loadstone.LlamaConfig()
    updated.update({key: SECRET})
    set_on = loadstone.LlamaConfig()
    setattr(set_on, key, SECRET)
    for config in (
        set_on,
        loadstone.LlamaConfig(**{key: SECRET}),
        loadstone.AutoConfig.for_model("llama", **{key: SECRET}),
        loadstone.LlamaConfig.from_dict(values | {key: SECRET}),
        updated,
    ):
        assert SECRET not in config.to_json_string() and key not in config.to_dict()


def test_a_constructor_keeps_keys_that_nobody_declared_as_a_file_does() -> None:
    for config in (loadstone.LlamaConfig(own=3), loadstone.AutoConfig.for_model("llama", own=3)):
        assert config.own == 3 and config.to_dict()["own"] == 3


def test_an_unknown_keyword_of_save_pretrained_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownArgument, match=r"'repoid'. Did you mean 'repo_id'\?"):
        loadstone.LlamaConfig().save_pretrained(tmp_path / "x", repoid="a/b")
    assert not (tmp_path / "x").exists()


def test_a_class_of_ones_own_takes_what_its_init_and_the_file_have() -> None:
    class Mine(PretrainedConfig):
        model_type = "mine"

        def __init__(self, width: int = 8, **kwargs: Any) -> None:
            self.width, self.inner = width, 4 * width
            super().__init__(**kwargs)

    config, unused = Mine.from_dict({"own": 1}, return_unused_kwargs=True, width=2, own=3, inner=9, foo=1)
    assert (config.width, config.inner, config.own, unused) == (2, 9, 3, {"foo": 1})
    assert Mine.from_dict({"width": 4}, width=2).inner == 8, "what follows from a parameter follows the caller's"
    assert Mine.from_dict({"torch_dtype": "float16"}, dtype="bfloat16").torch_dtype == "bfloat16"

    class Plain(PretrainedConfig):
        model_type = "plain"
        width = 8

    assert Plain.from_dict({"width": 4}).width == 4 and Plain.from_dict({"width": 4}, width=2).width == 2


def test_models_take_what_others_take_and_say_what_to_write_instead(tmp_path: Path) -> None:
    sizes = {
        "vocab_size": 9,
        "hidden_size": 8,
        "intermediate_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
    }
    model = loadstone.LlamaForCausalLM(loadstone.LlamaConfig(**sizes))
    model.save_pretrained(tmp_path)
    accepted = dict.fromkeys(("proxies", "resume_download", "mirror"), None)
    again = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path, **accepted, rope_parameters={"rope_theta": 7.0})
    assert again.config.rope_theta == 7.0
    for keyword, instead in {"use_auth_token": "token=", "tp_size": "distributed_config="}.items():
        with pytest.raises(UnknownArgument, match=f"{keyword}'. .*{instead}"):
            loadstone.AutoModelForCausalLM.from_pretrained(tmp_path, **{keyword: "auto"})
    with pytest.raises(UnknownArgument, match=r"config= is given, so set it there: config\.rope_parameters"):
        loadstone.AutoModelForCausalLM.from_pretrained(tmp_path, config=model.config, rope_parameters={})


def test_a_copy_is_its_own() -> None:
    config = loadstone.LlamaConfig(rope_theta=5e4, own=1)
    twin = copy.copy(config)
    twin.rope_theta, twin.own = 7.0, 2
    assert (config.rope_theta, config.own) == (5e4, 1) and twin != config


def test_labels_follow_what_is_said_of_them() -> None:
    config = loadstone.BertConfig(label2id={"cold": 0, "warm": 1, "hot": 2})
    assert config.num_labels == 3 and config.id2label[2] == "hot"
    config.id2label = {"0": "bad", "1": "good"}
    assert config.num_labels == 2 and config.id2label == {0: "bad", 1: "good"}
    assert config.label2id == {"bad": 0, "good": 1}
    config = loadstone.BertConfig.from_dict(
        config.to_dict(), id2label={0: "x", 1: "y"}, label2id={"x": 0, "y": 1, "Y": 1}
    )
    assert config.label2id == {"x": 0, "y": 1, "Y": 1}
    assert loadstone.BertConfig.from_dict({"num_labels": 2, "id2label": {0: "a", 1: "b", 2: "c"}}).num_labels == 3


def test_older_names_are_set_as_they_are_read() -> None:
    config = loadstone.LlamaConfig(torch_dtype="auto", dtype="float16")
    config.use_return_dict, config.name_or_path = False, "here"
    assert (config.return_dict, config._name_or_path, config.torch_dtype) == (False, "here", "float16")
    with pytest.raises(InvalidConfig, match=r"id2label.*integers"):
        loadstone.BertConfig(id2label=5, num_labels=5)
    with pytest.raises(InvalidConfig, match="label2id"):
        loadstone.BertConfig(id2label={0: "a"}, label2id="a")


def test_a_value_is_judged_when_it_is_set() -> None:
    config = loadstone.LlamaConfig()
    with pytest.raises(InvalidConfig, match="'num_hidden_layers': expected int, found 'two'"):
        config.num_hidden_layers = "two"
    with pytest.raises(InvalidConfig, match="'hidden_size': expected a number from 1"):
        config.update({"hidden_size": 0})
    assert (
        loadstone.LlamaConfig.from_dict({"hidden_size": "wide"}, hidden_size=64, num_attention_heads=4).head_dim == 16
    )
