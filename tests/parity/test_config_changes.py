"""The number built is the number asked for: however a key is given, in whatever spelling, the blueprint is the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
import transformers

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, find
from loadstone.architectures.registry import family
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import InvalidConfig

from .cases import FAMILIES, PLAIN

LINEAR = {"rope_type": "linear", "factor": 4.0}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}
FULL, SLIDING = "full_attention", "sliding_attention"
LISTED = ("qwen2", "qwen3", "gemma2", "gemma3_text", "modernbert")
"""Families whose files may have a type for each layer."""
LLAMA_LIKE = ("llama", "mistral", "mixtral", "gemma", "gemma2", "qwen2", "qwen3", "qwen3_moe", "olmo2")

CHANGES: list[tuple[str, dict[str, Any]]] = [
    *((name, {"num_hidden_layers": layers}) for name in FAMILIES for layers in (1, 7)),
    *((name, {"rope_scaling": LINEAR}) for name in (*LLAMA_LIKE, "gemma3_text", "gpt_neox", "modernbert")),
    *((name, {"rope_scaling": {"type": "linear", "factor": 2.0}}) for name in ("llama", "gpt_neox")),
    *((name, {"rope_parameters": LINEAR | {"rope_theta": 5e4}}) for name in (*LLAMA_LIKE, "gpt_neox")),
    *((name, {"rope_parameters": YARN}) for name in ("llama", "qwen2")),
    *((name, {"rope_theta": 5e4}) for name in (*LLAMA_LIKE, "gemma3_text", "phi3", "gpt_neox")),
    ("gemma3_text", {"rope_local_base_freq": 300.0}),
    ("gemma3_text", {"rope_parameters": {FULL: LINEAR | {"rope_theta": 5e4}, SLIDING: {"rope_theta": 300.0}}}),
    ("gemma3_text", {"rope_parameters": {SLIDING: LINEAR | {"rope_theta": 300.0}}}),
    ("gemma3_text", {"sliding_window_pattern": 3, "num_hidden_layers": 7}),
    ("gemma3_text", {"layer_types": [FULL, SLIDING]}),
    ("modernbert", {"global_rope_theta": 500.0, "local_rope_theta": 30.0}),
    ("modernbert", {"rope_parameters": {FULL: {"rope_theta": 500.0}, SLIDING: LINEAR | {"rope_theta": 30.0}}}),
    ("modernbert", {"global_attn_every_n_layers": 2}),
    ("modernbert", {"sliding_window": 2}),
    ("gpt_neox", {"rotary_pct": 0.5}),
    ("gpt_neox", {"partial_rotary_factor": 0.5}),
    ("gpt_neox", {"rope_parameters": {"rope_type": "default", "rope_theta": 5e4, "partial_rotary_factor": 0.5}}),
    ("gpt_neox", {"rotary_emb_base": 5e4}),
    ("phi3", {"partial_rotary_factor": 0.5}),
    ("phi3", {"rope_parameters": {"rope_type": "default", "rope_theta": 5e4, "partial_rotary_factor": 0.5}}),
    ("phi3", {"sliding_window": 5}),
    ("mistral", {"sliding_window": 5}),
    ("qwen2", {"use_sliding_window": True, "sliding_window": 5, "max_window_layers": 1}),
    ("qwen3", {"use_sliding_window": True, "sliding_window": 5, "max_window_layers": 0}),
    ("qwen3_moe", {"use_sliding_window": True, "sliding_window": 5}),
    ("llama", {"num_key_value_heads": 4}),
    ("llama", {"head_dim": 12}),
    ("llama", {"hidden_act": "gelu"}),
    ("gpt2", {"hidden_size": 64}),
    ("gpt2", {"n_layer": 3}),
    ("distilbert", {"num_attention_heads": 2}),
    ("opt", {"word_embed_proj_dim": 24}),
    *((name, {"num_labels": 5}) for name in ("llama", "bert", "gpt2", "modernbert")),
    ("bert", {"id2label": {"0": "a", "1": "b", "2": "c"}}),
    ("mixtral", {"num_experts": 3}),
    ("qwen3_moe", {"num_local_experts": 3}),
]


def blueprint(name: str, config: PretrainedConfig) -> Component:
    """That of the head with labels, where the family has one; so that labels count too."""
    heads = family(name).heads
    return next((head for head in heads if head.task == "sequence-classification"), heads[-1]).blueprint(config)


def of_transformers(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """The config.json that transformers writes for these keys."""
    written: dict[str, Any] = json.loads(
        transformers.AutoConfig.for_model(**{**values, "model_type": name}).to_json_string()
    )
    return written


@pytest.mark.parametrize(("name", "keys"), CHANGES, ids=lambda value: value if isinstance(value, str) else str(value))
def test_a_key_means_the_same_however_it_is_given(name: str, keys: dict[str, Any]) -> None:
    cls = family(name).config
    names = cls.attribute_map
    spelled = {names.get(key, key): key for key in keys}
    plain = {spelled.get(names.get(key, key), key): value for key, value in PLAIN[name].items()}
    given = cls(**plain | keys)
    wanted = blueprint(name, given)
    assert wanted != blueprint(name, cls(**plain)), "the key changes nothing"

    changed = cls(**plain)
    for key, value in keys.items():
        setattr(changed, key, value)
    assert blueprint(name, changed) == wanted
    assert blueprint(name, cls.from_dict(plain, **keys)) == wanted
    assert blueprint(name, cls.from_dict(of_transformers(name, plain), **keys)) == wanted, "over the newer spelling"
    for written in (given, changed):
        assert blueprint(name, cls.from_dict(json.loads(written.to_json_string()))) == wanted, "saved and read"
    read_by_transformers = of_transformers(name, json.loads(changed.to_json_string()))
    assert blueprint(name, cls.from_dict(read_by_transformers)) == wanted, "saved and read by transformers"


def layers(name: str, config: PretrainedConfig) -> list[int | None]:
    """The window of each layer."""
    return [each.window for each in find(blueprint(name, config), Attention)]


@pytest.mark.parametrize("name", LISTED)
def test_a_list_of_layer_types_is_cut_for_fewer_layers_and_never_guessed_for_more(name: str) -> None:
    cls = family(name).config
    listed = [SLIDING, SLIDING, FULL, FULL]  # what no family's rule says
    keys = {**PLAIN[name], "num_hidden_layers": 4, "layer_types": listed}
    keys |= {} if name == "modernbert" else {"sliding_window": 5, "use_sliding_window": True}
    window = cls(**keys).sliding_window
    fewer = cls.from_dict(keys, num_hidden_layers=3)
    assert fewer.layer_types == listed[:3] and layers(name, fewer) == [window, window, None]
    with pytest.raises(InvalidConfig, match="'layer_types': expected one for each of 5 layers, found 4"):
        cls.from_dict(keys, num_hidden_layers=5)
    with pytest.raises(InvalidConfig, match="'layer_types': expected one for each of 3 layers, found 4"):
        cls.from_dict(keys | {"num_hidden_layers": 3})  # a file that contradicts itself
    config = cls(**keys)
    config.num_hidden_layers = 5
    with pytest.raises(InvalidConfig, match="one for each of 5 layers, found 4"):
        blueprint(name, config)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("qwen2", {"use_sliding_window": True, "max_window_layers": 3}),
        ("gemma3_text", {"sliding_window_pattern": 2}),
        ("modernbert", {"global_attn_every_n_layers": 2}),
    ],
)
def test_a_pattern_that_the_caller_sets_beats_the_list_of_the_file(name: str, keys: dict[str, Any]) -> None:
    cls = family(name).config
    plain = {**PLAIN[name], "num_hidden_layers": 4}
    config = cls.from_dict(plain | {"layer_types": [FULL, SLIDING, FULL, FULL]}, **keys)
    assert layers(name, config) == layers(name, cls(**plain | keys))


def test_what_follows_is_read_anew_after_every_change() -> None:
    config = family("qwen2").config(hidden_size=32, num_attention_heads=4, num_hidden_layers=2, num_key_value_heads=4)
    config.hidden_size = 64
    assert config.head_dim == 16 and config.num_key_value_heads == 4
    config.num_key_value_heads = None
    config.num_attention_heads = 8
    assert (config.head_dim, config.num_key_value_heads, len(config.layer_types)) == (8, 8, 2)
    config.hidden_size = 30
    with pytest.raises(InvalidConfig, match="'hidden_size': expected a multiple of num_attention_heads = 8, found 30"):
        blueprint("qwen2", config)
    config.head_dim = 4  # said, so that nothing has to come out even
    assert config.to_dict()["head_dim"] == 4


def test_an_edit_in_place_counts() -> None:
    config = family("gemma2").config(**PLAIN["gemma2"])
    types = config.layer_types
    assert config.layer_types is types
    types[0] = FULL
    assert layers("gemma2", config) == [None, None]
    assert family("gemma2").config.from_dict(json.loads(config.to_json_string())).layer_types == [FULL, FULL]
    config = family("llama").config(**PLAIN["llama"], rope_scaling=LINEAR)
    config.rope_parameters["rope_theta"] = 5e4
    config.rope_scaling["factor"] = 2.0
    wanted = family("llama").config(**PLAIN["llama"], rope_theta=5e4, rope_scaling=LINEAR | {"factor": 2.0})
    assert blueprint("llama", config) == blueprint("llama", wanted) and config == wanted


def test_what_is_taken_back_has_its_default_or_follows_again() -> None:
    config = family("llama").config(
        hidden_size=64, num_attention_heads=4, head_dim=12, rope_theta=5e4, rope_scaling=LINEAR
    )
    del config.head_dim, config.rope_scaling
    assert config.head_dim == 16 and config.rope_parameters == {"rope_type": "default", "rope_theta": 5e4}
    config.rope_parameters.clear()
    assert config.rope_theta == 1e4 and config == family("llama").config(hidden_size=64, num_attention_heads=4)
    nested = family("gemma3_text").config(**PLAIN["gemma3_text"])
    nested.rope_parameters[SLIDING] = None
    assert blueprint("gemma3_text", nested) == blueprint(
        "gemma3_text", family("gemma3_text").config(**PLAIN["gemma3_text"])
    )
    nested.rope_parameters[SLIDING] = "linear"
    with pytest.raises(InvalidConfig, match=r"'rope_parameters\.sliding_attention': expected an object"):
        blueprint("gemma3_text", nested)


def test_every_spelling_reads_the_same_rope() -> None:
    config = family("llama").config(rope_scaling=LINEAR, rope_theta=5e4)
    assert config.rope_parameters == {**LINEAR, "rope_theta": 5e4}
    config.rope_parameters = {"rope_type": "default", "rope_theta": 7e4}
    assert (config.rope_theta, config.rope_scaling) == (7e4, None)
    config.rope_scaling = {"type": "linear", "factor": 2.0}
    assert config.rope_parameters == {"type": "linear", "rope_type": "linear", "factor": 2.0, "rope_theta": 7e4}
    nested = family("gemma3_text").config(rope_theta=5e4, rope_local_base_freq=300.0).rope_parameters
    assert nested[FULL]["rope_theta"] == 5e4 and nested[SLIDING]["rope_theta"] == 300.0
    config = family("gpt_neox").config(rope_parameters={"rope_theta": 5e4, "partial_rotary_factor": 0.5})
    assert (config.rotary_emb_base, config.rope_theta, config.rotary_pct, config.partial_rotary_factor) == (
        *(5e4, 5e4),
        *(0.5, 0.5),
    )


@pytest.mark.parametrize(
    ("name", "keys", "message"),
    [
        ("llama", {"rope_parameters": {FULL: LINEAR}}, "'rope_parameters': expected no layer types"),
        ("gemma3_text", {"rope_parameters": LINEAR}, "an object for each of full_attention, sliding_attention"),
        ("modernbert", {"rope_parameters": {"rope_theta": 3.0}}, "an object for each of"),
        ("gemma3_text", {"rope_parameters": {FULL: 3}}, "an object for each of"),
        ("bert", {"rope_parameters": LINEAR}, "'rope_parameters': expected no such key"),
        ("llama", {"rope_scaling": {"factor": 2.0}}, "rope_scaling.rope_type"),
        ("llama", {"rope_scaling": LINEAR, "rope_parameters": YARN}, "'rope_scaling': expected the same as"),
        ("llama", {"rope_parameters": {"rope_theta": 5e4}, "rope_theta": 7e4}, "'rope_theta': expected 50000.0, as in"),
        (
            "gpt_neox",
            {"rope_parameters": {"rope_theta": 5e4}, "rope_theta": 7e4},
            "'rotary_emb_base': expected 50000.0",
        ),
        ("gemma3_text", {"rope_parameters": {SLIDING: {"rope_theta": 3.0}}, "rope_local_base_freq": 4.0}, "found 4.0"),
        ("llama", {"torch_dtype": "float16", "dtype": "bfloat16"}, "'torch_dtype': expected the same as 'dtype'"),
        ("gpt2", {"n_layer": 2, "num_hidden_layers": 3}, "'num_hidden_layers': expected the same as 'n_layer'"),
        ("bert", {"id2label": {0: "a", 1: "b"}, "num_labels": 3}, "'num_labels': expected 2, as in id2label, found 3"),
        ("llama", {"rope_parameters": {"rope_theta": 1e4, "partial_rotary_factor": 0.5}}, "partial_rotary_factor"),
        ("llama", {"partial_rotary_factor": 0.5}, "partial_rotary_factor"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value)[:40],
)
def test_what_contradicts_itself_is_refused_at_the_build_at_the_latest(
    name: str, keys: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidConfig, match=message):
        blueprint(name, family(name).config(**keys))
    config = family(name).config()
    with pytest.raises(InvalidConfig, match=message):
        config.update(keys)
        blueprint(name, config)
