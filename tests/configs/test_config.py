"""``config.json`` as a typed object. What its keys mean to transformers: parity/test_config.py."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

import loadstone
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.dtypes import dtype_name
from loadstone.errors import ConfigError, ConfigNotFound, InvalidConfig


def written(folder: Path, **keys: Any) -> Path:
    (folder / "config.json").write_text(json.dumps(keys))
    return folder


def test_keys_have_defaults_and_types_and_unknown_ones_are_kept() -> None:
    config = loadstone.LlamaConfig(hidden_size=64, num_attention_heads=4, house_style={"a": [1]})
    assert (config.hidden_size, config.num_hidden_layers, config.head_dim) == (64, 32, 16)
    assert config.house_style == {"a": [1]}
    assert config.to_dict()["house_style"] == {"a": [1]}
    assert config.get("nothing", 7) == 7
    with pytest.raises(AttributeError, match="LlamaConfig has no key 'nothing'"):
        config.nothing  # noqa: B018


def test_a_config_goes_round_through_its_file(tmp_path: Path) -> None:
    config = loadstone.Qwen2Config(
        num_hidden_layers=3, rope_scaling={"type": "linear", "factor": 2.0}, own="x", num_labels=5
    )
    config.save_pretrained(tmp_path / "new" / "folder")
    again = loadstone.Qwen2Config.from_pretrained(tmp_path / "new" / "folder")
    assert again == config
    assert again.num_labels == 5 and again.own == "x"
    assert again != loadstone.Qwen2Config()


def test_what_follows_from_other_keys_is_not_written_and_follows_again(tmp_path: Path) -> None:
    loadstone.Qwen2Config(num_hidden_layers=3).save_pretrained(tmp_path)
    assert not {"layer_types", "head_dim"} & json.loads((tmp_path / "config.json").read_text()).keys()
    assert len(loadstone.AutoConfig.from_pretrained(tmp_path, num_hidden_layers=2).layer_types) == 2


def test_copies_and_pickles_are_equal_and_their_own() -> None:
    config = loadstone.GPT2Config(n_layer=2, extra=[1])
    for twin in (copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert twin == config and type(twin) is type(config)
        twin.extra.append(2)
        twin.hidden_size = 4
        assert config.extra == [1] and config.n_embd == 768 and twin.n_embd == 4
    with pytest.raises(TypeError, match="unhashable"):
        hash(config)


def test_common_names_read_and_write_the_familys_own_keys() -> None:
    config = loadstone.GPT2Config(hidden_size=24, num_attention_heads=2)
    assert config.n_embd == config.hidden_size == 24
    config.num_hidden_layers = 3
    assert config.n_layer == 3
    assert "hidden_size" not in config.to_dict()


@pytest.mark.parametrize("given", [torch.bfloat16, "bfloat16", "torch.bfloat16"])
@pytest.mark.parametrize("key", ["torch_dtype", "dtype"])
def test_a_dtype_is_known_under_both_keys_and_any_name(key: str, given: Any, tmp_path: Path) -> None:
    config = loadstone.LlamaConfig(**{key: given})
    assert dtype_name(config.torch_dtype) == dtype_name(config.dtype) == "bfloat16"
    config.save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["torch_dtype"] == "bfloat16"


def test_labels_are_numbered_and_counted() -> None:
    config = loadstone.BertConfig(id2label={"0": "cold", "1": "warm", "2": "hot"})
    assert config.num_labels == 3 and config.id2label[2] == "hot"
    config.num_labels = 2
    assert config.id2label == {0: "LABEL_0", 1: "LABEL_1"} and config.label2id["LABEL_1"] == 1
    assert loadstone.BertConfig().num_labels == 2
    values = loadstone.BertConfig(id2label={0: "a", 1: "b"}).to_dict()
    assert loadstone.BertConfig.from_dict(values, num_labels=2).id2label == {0: "a", 1: "b"}
    assert loadstone.BertConfig.from_dict(values, num_labels=4).num_labels == 4


def test_a_key_that_a_family_does_not_have_shows_no_default_and_keeps_what_a_file_says() -> None:
    with pytest.raises(AttributeError):
        loadstone.Gemma2Config().hidden_act  # noqa: B018
    config = loadstone.Gemma2Config(hidden_act="gelu")
    assert config.hidden_act == "gelu" and config.to_dict()["hidden_act"] == "gelu"
    config.hidden_act = "silu"
    assert config.hidden_act == "silu"


def test_a_file_does_not_choose_the_attention_kernel(tmp_path: Path) -> None:
    for key in ("attn_implementation", "_attn_implementation"):
        written(tmp_path, model_type="llama", **{key: "flash_attention_2"})
        assert loadstone.AutoConfig.from_pretrained(tmp_path)._attn_implementation is None
    config = loadstone.AutoConfig.from_pretrained(tmp_path, attn_implementation="eager")
    assert config._attn_implementation == "eager"


def test_every_fault_is_listed_with_key_type_and_value() -> None:
    with pytest.raises(InvalidConfig) as caught:
        loadstone.LlamaConfig(hidden_size="wide", num_hidden_layers=0, rms_norm_eps=None, architectures="x")
    message = str(caught.value)
    assert len(caught.value.faults) == 4
    assert "config key 'hidden_size': expected int, found 'wide' (str)" in message
    assert "config key 'num_hidden_layers': expected a number from 1 to 10000, found 0" in message
    assert "model_type 'llama'" in message


@pytest.mark.parametrize(
    ("family", "keys", "message"),
    [
        ("llama", {"num_hidden_layers": 10**9}, "num_hidden_layers.*10000, found 1000000000"),
        ("qwen2", {"num_hidden_layers": 10**9}, "num_hidden_layers"),
        ("modernbert", {"num_hidden_layers": 10**9}, "num_hidden_layers"),
        ("gpt2", {"n_layer": 10**9}, "n_layer"),
        ("bert", {"num_labels": 10**9}, "num_labels"),
        ("llama", {"vocab_size": 10**30}, "vocab_size"),
        ("llama", {"hidden_size": -4}, "hidden_size"),
        (
            "llama",
            {"hidden_size": 30, "num_attention_heads": 4},
            "'hidden_size': expected a multiple of .* = 4, found 30",
        ),
        ("llama", {"num_attention_heads": 8, "num_key_value_heads": 3}, "multiple of num_key_value_heads = 3"),
        ("llama", {"num_hidden_layers": True}, "num_hidden_layers"),
        ("llama", {"num_hidden_layers": 2.0}, "num_hidden_layers"),
        ("llama", {"rms_norm_eps": float("nan")}, "rms_norm_eps"),
        ("llama", {"rms_norm_eps": float("inf")}, "rms_norm_eps"),
        ("llama", {"rms_norm_eps": 10**400}, "rms_norm_eps"),
        ("llama", {"torch_dtype": "bfloat17"}, "torch_dtype.*bfloat17"),
        ("llama", {"eos_token_id": "</s>"}, "eos_token_id"),
        ("llama", {"id2label": ["a"]}, "id2label"),
        ("llama", {"id2label": {"a": "b"}}, "id2label.*integers"),
        ("llama", {"num_labels": -1}, "num_labels"),
        ("llama", {"rope_scaling": "linear"}, "rope_scaling"),
        ("llama", {"rope_parameters": 3}, "rope_parameters"),
        ("bert", {"problem_type": "guessing"}, "problem_type"),
        ("bert", {"position_embedding_type": "relative_key"}, "position_embedding_type"),
        ("bert", {"add_cross_attention": True}, "cross-attention"),
        ("gpt2", {"add_cross_attention": True}, "cross-attention"),
        ("qwen2", {"layer_types": ["full_attention"], "num_hidden_layers": 2}, "one for each of 2 layers, found 1"),
        (
            "qwen3",
            {"layer_types": ["sliding_attention"], "num_hidden_layers": 1, "sliding_window": 4},
            "use_sliding_window.*true, since layer_types asks for windows",
        ),
        ("gemma2", {"layer_types": ["round"], "num_hidden_layers": 1}, "round"),
        ("gemma2", {"query_pre_attn_scalar": 0}, "query_pre_attn_scalar"),
        ("gemma3_text", {"query_pre_attn_scalar": -1}, "query_pre_attn_scalar"),
        ("mistral", {"sliding_window": 0}, "sliding_window"),
        ("phi3", {"sliding_window": -1}, "sliding_window"),
        ("qwen3_moe", {"use_sliding_window": True, "sliding_window": 0}, "sliding_window"),
        ("phimoe", {"num_experts_per_tok": 3}, "num_experts_per_tok.*this router chooses two experts"),
        ("phimoe", {"router_jitter_noise": -0.1}, "router_jitter_noise.*at least 0"),
        ("phimoe", {"rope_scaling": {"rope_type": "yarn", "factor": 2.0}}, "rope_type.*longrope, or no scaling"),
        ("gpt_oss", {"swiglu_limit": 0.0}, "swiglu_limit.*above 0"),
        ("olmoe", {"clip_qkv": -1.0}, "clip_qkv.*at least 0"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_values_that_make_no_sense_are_refused_at_once(family: str, keys: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidConfig, match=message):
        loadstone.AutoConfig.for_model(family, **keys)


@pytest.mark.parametrize("key", ["self", "cls", "to_dict", "_extra", "_given", "fields", "__class__", "num_labels_"])
def test_a_key_may_have_any_name(key: str, tmp_path: Path) -> None:
    folder = written(tmp_path, model_type="llama", **{key: 3})
    config = loadstone.AutoConfig.from_pretrained(folder)
    assert config.to_dict()[key] == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected JSON"),
        (b"{", "expected JSON"),
        (b"\xff\xfe", "expected JSON"),
        (b"[" * 100_000, "expected JSON"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "expected JSON"),
        (b"[1]", "a JSON object, found list"),
        (b"null", "a JSON object, found NoneType"),
        (b'"llama"', "a JSON object, found str"),
    ],
    ids=lambda value: repr(value[:8]),
)
def test_a_file_that_is_no_json_object_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(InvalidConfig, match=message) as caught:
        loadstone.AutoConfig.from_pretrained(tmp_path)
    assert str(tmp_path / "config.json") in str(caught.value)


def test_no_file_and_no_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigNotFound, match=r"no config\.json"):
        loadstone.LlamaConfig.from_pretrained(tmp_path)
    with pytest.raises(ConfigNotFound, match="nowhere"):
        loadstone.LlamaConfig.from_pretrained(tmp_path / "nowhere")
    (tmp_path / "config.json").mkdir()
    with pytest.raises(ConfigError):
        loadstone.LlamaConfig.from_pretrained(tmp_path)


def test_another_familys_file_is_refused_by_a_familys_own_class(tmp_path: Path) -> None:
    folder = written(tmp_path, model_type="bert")
    with pytest.raises(ConfigError, match="model_type 'bert', but LlamaConfig is for 'llama'"):
        loadstone.LlamaConfig.from_pretrained(folder)
    assert PretrainedConfig.from_pretrained(folder).get("hidden_size") is None


def test_a_config_is_replaced_whole_and_leaves_no_other_files(tmp_path: Path) -> None:
    loadstone.LlamaConfig().save_pretrained(tmp_path)
    loadstone.LlamaConfig(hidden_size=64).save_pretrained(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]
    assert loadstone.AutoConfig.from_pretrained(tmp_path).hidden_size == 64


def test_from_pretrained_takes_a_subfolder_and_new_values(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    written(tmp_path / "inner", model_type="gpt2", n_layer=3)
    for reader in (loadstone.AutoConfig, loadstone.GPT2Config):
        config = reader.from_pretrained(tmp_path, subfolder="inner", n_head=4, num_labels=7, token=None)
        assert (config.n_layer, config.n_head, config.num_labels) == (3, 4, 7)
        assert config.name_or_path == str(tmp_path)
