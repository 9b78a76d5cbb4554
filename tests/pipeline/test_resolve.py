"""What is decided before a weight file is opened, once for a load, ``plan`` and ``AutoConfig``: the same outcome, and
the same error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from frameworks.torch import tiny

import loadstone
from loadstone.errors import ArgumentError, ConfigError, LoadstoneError, UnknownModelType

CONFIG = tiny.config("llama", architectures=["LlamaForCausalLM"])
FRAMEWORKS: dict[str, Callable[..., Any]] = {
    "torch": loadstone.AutoModelForCausalLM.from_pretrained,
    "flax": loadstone.FlaxAutoModelForCausalLM.from_pretrained,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two layers."""
    return tiny.saved(tiny.llama(), tmp_path_factory.mktemp("resolve"))


def error_of(call: Callable[..., Any], folder: Path, options: dict[str, Any]) -> LoadstoneError:
    with pytest.raises(LoadstoneError) as caught:
        call(folder, **options)
    return caught.value


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize(
    "options",
    [
        {"attn_implementation": "magic"},
        {"lock": "/nowhere/at/all.lock"},
        {"config": "/nowhere/at/all"},
        {"config": Path("/nowhere")},
        {"subfolder": "nowhere"},
        {"subfolder": "../x"},
        {"variant": "fp16"},
        {"gguf_file": "x.gguf"},
        {"trust_remote_code": "yes"},
        {"num_hidden_layers": 0},
        {"num_hidden_layers": 3_000_000},
        {"hidden_size": "large"},
        {"from_tf": True, "from_flax": True},
        {"weights_only": False},
        {"config": CONFIG, "num_hidden_layers": 1},
        {"config": 3},
        {"unknown": 1, "variant": "fp16"},
    ],
    ids=lambda options: ", ".join(options),
)
def test_a_load_and_plan_refuse_the_same_with_the_same_words(
    options: dict[str, Any], framework: str, folder: Path
) -> None:
    of_load, of_plan = error_of(FRAMEWORKS[framework], folder, options), error_of(loadstone.plan, folder, options)
    assert (type(of_load), str(of_load)) == (type(of_plan), str(of_plan))


def unused_and_size(call: Callable[..., Any], folder: Path, options: dict[str, Any]) -> tuple[Any, int]:
    answer = call(folder, **options)
    if isinstance(answer, loadstone.PreTrainedModel):
        tied = {id(each): each.numel() for each in answer.parameters()}
        return answer.load_report.unused, sum(tied.values())
    return answer.unused, answer.parameters


@pytest.mark.parametrize("how", ["nothing", "keys", "object", "object without a class", "folder", "attention"])
def test_a_load_and_plan_take_the_same_config(how: str, folder: Path) -> None:
    values = json.loads((folder / "config.json").read_text())
    del values["architectures"]
    options: dict[str, Any] = {
        "nothing": {},
        "keys": {"num_hidden_layers": 1},
        "object": {"config": loadstone.AutoConfig.from_pretrained(folder, num_hidden_layers=1)},
        "object without a class": {"config": loadstone.LlamaConfig(**{**values, "num_hidden_layers": 1})},
        "folder": {"config": str(folder)},
        "attention": {"attn_implementation": "eager"},
    }[how]
    loaded = unused_and_size(FRAMEWORKS["torch"], folder, options)
    assert loaded == unused_and_size(loadstone.plan, folder, options)
    assert (len(loaded[0]) == 0) == (how in ("nothing", "folder", "attention"))


def test_plan_leaves_the_callers_config_as_it_is(folder: Path, tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=False)
    untied = tiny.saved(model, tmp_path / "untied")
    config = loadstone.AutoConfig.from_pretrained(untied, tie_word_embeddings=True)
    before = config.to_dict()
    assert loadstone.plan(untied, config=config).untied
    assert config.to_dict() == before


def test_a_keyword_that_nothing_takes_is_named_with_what_is_near(folder: Path) -> None:
    with pytest.raises(loadstone.errors.UnknownArgument, match=r"plan does not know 'varient'.*'variant'"):
        loadstone.plan(folder, varient="fp16")


def test_plan_says_what_it_does_not_foresee(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="state_dict"):
        loadstone.plan(folder, state_dict={})
    values = json.loads((folder / "config.json").read_text()) | {
        "auto_map": {"AutoModelForCausalLM": "modeling_mine.Mine"}
    }
    (tmp_path / "config.json").write_text(json.dumps(values))
    with pytest.raises(UnknownModelType, match=r"is built by modeling_mine\.Mine"):
        loadstone.plan(tmp_path, trust_remote_code=True)


def test_a_config_alone_obeys_the_lock_and_the_trust_as_a_load_does(folder: Path) -> None:
    for options in ({"lock": "/nowhere/at/all.lock"}, {"trust_remote_code": "yes"}, {"gguf_file": "x.gguf"}):
        of_config = error_of(loadstone.AutoConfig.from_pretrained, folder, options)
        of_load = error_of(FRAMEWORKS["torch"], folder, options)
        assert (type(of_config), str(of_config)) == (type(of_load), str(of_load))


def test_a_models_config_knows_where_it_came_from_whichever_class_loads_it(folder: Path) -> None:
    for cls in (loadstone.AutoModelForCausalLM, loadstone.LlamaForCausalLM):
        config = cls.from_pretrained(folder).config
        assert (config.name_or_path, config.source_commit) == (str(folder), None)
    with pytest.raises(ConfigError, match="has model_type 'llama', but GPT2Config is for 'gpt2'"):
        loadstone.GPT2LMHeadModel.from_pretrained(folder)
