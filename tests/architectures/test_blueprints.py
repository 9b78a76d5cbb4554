"""Blueprints are framework-free, and say exactly what the framework builds."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import torch
from parity.cases import CASES, NEEDED, PLAIN

import loadstone
from loadstone.architectures import components, registry
from loadstone.architectures.components.base import ACTIVATIONS, Part
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.tasks import BARE, TASKS
from loadstone.errors import InvalidConfig, UnknownModelType
from loadstone.frameworks.torch.modeling.activations import ACTIVATIONS as TORCH_ACTIVATIONS

HEADS = [(family, head) for family in registry.families().values() for head in family.heads]


WITH_ALL_PARTS: dict[str, list[dict[str, Any]]] = {
    name: [{"use_weighted_layer_sum": True}]
    for name, family in registry.families().items()
    if "use_weighted_layer_sum" in family.config.fields()
}
WITH_ALL_PARTS["roformer"] = [{"summary_use_proj": True}]
WITH_ALL_PARTS["convbert"] = [{"summary_use_proj": True}]
WITH_ALL_PARTS["beit"] = [{"add_fpn": True}, {"use_mean_pooling": False}]
"""What configs say, which together have every part, where the default leaves one out."""


def config(model_type: str, **changes: Any) -> Any:
    said = PLAIN.get(model_type, {}) | NEEDED.get(model_type, {}) | changes
    return loadstone.AutoConfig.for_model(model_type, **said)


@pytest.mark.parametrize(("family", "head"), HEADS, ids=[head.class_name for _, head in HEADS])
def test_slots_of_a_blueprint_are_those_of_the_torch_model(family: Any, head: Any) -> None:
    made = config(family.model_type)
    with torch.device("meta"):
        model = getattr(loadstone, head.class_name)(made)
    slots = list(components.slots(head.blueprint(made)))
    built = {name: tuple(p.shape) for name, p in model.named_parameters(remove_duplicate=False)}
    assert {slot.name: slot.shape for slot in slots if slot.kind != "buffer"} == built
    stored = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    assert {slot.name: slot.shape for slot in slots} == stored, "every other buffer is computed"


@pytest.mark.parametrize("case", [case for case in CASES if case.variant != "plain"], ids=lambda case: case.id)
def test_awkward_configs_have_the_slots_of_their_torch_model_too(case: Any) -> None:
    made = loadstone.AutoConfig.for_model(case.family, **case.config)
    head = registry.family(case.family).head(BARE)
    assert head is not None
    with torch.device("meta"):
        model = loadstone.AutoModel.from_config(made)
    built = {name: tuple(p.shape) for name, p in model.named_parameters(remove_duplicate=False)}
    assert {slot.name: slot.shape for slot in components.slots(head.blueprint(made))} == built


@pytest.mark.parametrize(("family", "head"), HEADS, ids=[head.class_name for _, head in HEADS])
def test_optional_and_tied_parts_are_names_that_the_blueprint_has(family: Any, head: Any) -> None:
    more = WITH_ALL_PARTS.get(family.model_type, [{}])
    made = [config(family.model_type, tie_word_embeddings=True, **each) for each in more]
    names = {slot.name for each in made for slot in components.slots(head.blueprint(each))}
    for group in head.optional:
        for part in group:
            assert any(name == part or name.startswith(f"{part}.") for name in names), part
    for alias, source in head.tied(made[0]).items():
        assert {alias, source} <= names
    for pair in head.stand_ins:
        assert names & set(pair)


@pytest.mark.parametrize("family", registry.families().values(), ids=lambda family: family.model_type)
def test_a_family_file_says_what_it_is_and_where_it_comes_from(family: Any) -> None:
    module = sys.modules[family.config.__module__]
    assert module.__name__ == f"loadstone.architectures.families.{family.model_type.replace('-', '_')}"
    assert module.__doc__ and family.config.__doc__
    assert family.sources
    first, *rest = family.heads
    is_bare_first = BARE in (first.task, *first.also)
    assert is_bare_first or BARE not in [head.task for head in rest], "the bare model comes first, where there is one"
    assert {head.task for head in family.heads} <= set(TASKS)
    assert len({head.class_name for head in family.heads}) == len(family.heads)


@pytest.mark.parametrize("family", registry.families().values(), ids=lambda family: family.model_type)
def test_two_configs_that_say_the_same_give_equal_blueprints(family: Any) -> None:
    for head in family.heads:
        assert head.blueprint(config(family.model_type)) == head.blueprint(config(family.model_type))


def test_families_are_found_by_their_model_type_alone() -> None:
    assert registry.family("xlm-roberta").stem == "XLMRoberta"
    assert registry.family("clip_text_model") is registry.family("clip")
    for wrong in ("xlm_roberta", "lama", "../llama", "", "family"):
        with pytest.raises(UnknownModelType, match=r"Known: .*llama"):
            registry.family(wrong)
    with pytest.raises(UnknownModelType, match="the nearest are llama"):
        registry.family("lama")


def test_making_a_blueprint_imports_no_framework() -> None:
    code = (
        "import sys\nfrom loadstone.architectures import registry\n"
        "for each in registry.families().values():\n    each.heads[0].blueprint(each.config())\n"
        "assert not {'torch', 'numpy', 'jax', 'tensorflow'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_torch_has_every_activation_that_a_config_may_name() -> None:
    assert set(ACTIVATIONS) == TORCH_ACTIVATIONS.keys()


@pytest.mark.parametrize("model_type", [family for family in PLAIN if family != "electra"])
def test_an_unknown_activation_is_refused_when_the_model_is_made(model_type: str) -> None:
    keys = [
        key
        for key in config(model_type).fields()
        if key in ("hidden_act", "hidden_activation", "activation", "activation_function")
    ]
    with pytest.raises(InvalidConfig, match=r"activation function: expected one of gelu.*found 'sine'"):
        registry.family(model_type).heads[0].blueprint(config(model_type, **dict.fromkeys(keys, "sine")))


def test_more_chosen_experts_than_there_are_is_refused() -> None:
    for model_type in ("mixtral", "qwen3_moe"):
        with pytest.raises(InvalidConfig, match=r"num_experts_per_tok.*found 9 of 4"):
            registry.family(model_type).heads[0].blueprint(config(model_type, num_experts_per_tok=9))


def test_a_tensor_too_large_to_count_is_refused_by_shape() -> None:
    large = 2**31 - 2
    with torch.device("meta"), pytest.raises(InvalidConfig, match=r"shape \(2147483646, 2147483646\)"):
        loadstone.LlamaModel(config("llama", hidden_size=large, head_dim=8, intermediate_size=large))


def test_walk_names_leaves_and_skips_levels_without_a_name() -> None:
    leaf = Linear(2, 3)
    tree = Head(
        Part("body", components.Chain((Part("", components.Chain((Part("dense", leaf),))),))), Part("out", leaf)
    )
    assert list(components.walk(tree)) == [("body.dense", leaf), ("out", leaf)]
    assert [slot.name for slot in components.slots(tree)] == [
        "body.dense.weight", "body.dense.bias", "out.weight", "out.bias"
    ]  # fmt: skip
