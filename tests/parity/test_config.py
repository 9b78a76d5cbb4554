"""Configs: defaults, other names for a key, and old spellings mean what they mean to transformers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import transformers

import loadstone
from loadstone.architectures import registry

from .cases import CASES, FAMILIES, Case
from .reference import Store, config_of
from .selections import trunk_pairs

# Written by transformers itself and of no meaning to a model.
_IGNORED = {"transformers_version", "_name_or_path", "architectures", "dtype", "_sliding_window_pattern"}
# Kept here in the words of the file, and understood later: the rope's keys of transformers 4, gemma's "gelu".
_OTHER_WORDS = {"rope_parameters", "hidden_act", "id2label"}


@pytest.mark.parametrize("family", FAMILIES)
def test_defaults_of_a_config_that_says_nothing(tmp_path: Path, family: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": family}))
    expected = transformers.AutoConfig.from_pretrained(tmp_path).to_dict()
    ours = loadstone.AutoConfig.from_pretrained(tmp_path)
    assert faults(ours, expected) == {}


def faults(ours: Any, expected: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Keys whose value, here or after transformers has read what we write, is not the expected one."""
    read = transformers.AutoConfig.for_model(**ours.to_dict()).to_dict()
    found: dict[str, tuple[Any, Any]] = {}
    for key in expected.keys() - _IGNORED:
        wanted = expected[key]
        if key == "head_dim" and wanted is None:  # both mean the same
            wanted = expected["hidden_size"] // expected["num_attention_heads"]
        if read.get(key) != wanted:
            found[key] = (read.get(key), wanted)
        elif key not in _OTHER_WORDS and getattr(ours, key, wanted) != wanted:
            found[key] = (getattr(ours, key), wanted)
    return found


@pytest.mark.parametrize("case", [case for case in CASES if case.variant == "plain"], ids=lambda case: case.id)
def test_common_names_reach_the_familys_own_keys(store: Store, case: Case) -> None:
    """``config.hidden_size`` is gpt2's ``n_embd``; scripts rely on it."""
    reference = store.reference(case, "base")
    ours = loadstone.AutoConfig.from_pretrained(reference.folder)
    common = ["vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings"]
    names = [*common, *type(reference.model.config).attribute_map]
    for name in names:
        assert getattr(ours, name) == getattr(reference.model.config, name), name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_keyword_arguments_make_the_same_config(case: Case) -> None:
    """``LlamaConfig(rope_scaling=...)`` in the words of transformers 4 or 5."""
    head = case.heads[0]
    expected = config_of(case, head)
    ours = getattr(loadstone, type(expected).__name__)(**case.config)
    wanted = expected.to_dict()
    for labels in ("id2label", "label2id"):  # the config of a case with labels has three
        wanted.pop(labels)
    assert faults(ours, wanted) == {}


@pytest.mark.parametrize(("case", "head"), trunk_pairs())
def test_saved_config_means_the_same_to_transformers(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    """Read by transformers, the config.json of our model gives the config that its own gives."""
    reference = store.reference(case, head)
    store.ours(case, head).config.save_pretrained(tmp_path)
    written = json.loads((tmp_path / "config.json").read_text())
    assert written["architectures"] == [type(reference.model).__name__]
    expected = transformers.AutoConfig.from_pretrained(reference.folder).to_dict()
    assert faults(loadstone.AutoConfig.from_pretrained(tmp_path), expected) == {}


def test_phi3_su_is_longrope(store: Store, tmp_path: Path) -> None:
    """The first Phi-3 configs call it ``su``."""
    case = next(case for case in CASES if case.id == "phi3-longrope_long")
    scaling = {key: value for key, value in case.config["rope_scaling"].items() if key != "rope_type"}
    written = dict(case.config) | {"model_type": "phi3", "rope_scaling": {**scaling, "type": "su"}}
    (tmp_path / "config.json").write_text(json.dumps(written))
    expected = store.reference(case, "causal_lm").model.config.to_dict()
    expected["rope_parameters"]["type"] = "longrope"  # Transformers 4 looks for this spelling
    assert faults(loadstone.AutoConfig.from_pretrained(tmp_path), expected) == {}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_key_of_the_config_class_of_transformers_is_declared(family: str) -> None:
    cls = registry.family(family).config
    declared = {*cls.fields(), *cls.attribute_map, *cls.refused, *cls.irrelevant, "dtype", "rope_parameters"}
    theirs = transformers.AutoConfig.for_model(family).to_dict().keys()
    assert theirs - declared - {"_name_or_path", "model_type"} == set()
