"""Names: each family has the classes that transformers has, and a state_dict with the Hub's own keys and shapes."""

from __future__ import annotations

import copy
import importlib.util
import inspect
from pathlib import Path

import pytest

import loadstone
from loadstone.architectures import registry
from loadstone.architectures.tasks import BARE

from .cases import CASES, CLASSES, FAMILIES, MODAL, TABLES, Case
from .heads import HEADS
from .reference import Store, auto_class, config_of
from .selections import pairs

ROOT = Path(__file__).parents[2]
APART = {("backbone", "vitpose")}
"""ViTPose's backbone is in transformers' table under a type of its own."""
PLAIN = {case.family: case for case in CASES if case.variant == "plain"}


def test_the_table_of_heads_is_transformers_own_for_every_family_of_the_registry() -> None:
    spec = importlib.util.spec_from_file_location("make_heads_table", ROOT / "tools" / "make_heads_table.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.TABLE.read_text() == tool.table(), "run: make heads"
    assert sorted(FAMILIES + MODAL) == sorted(registry.families()), "a family has no cases"


@pytest.mark.parametrize(("family", "head"), CLASSES, ids=lambda value: value)
def test_class_bears_the_known_name(store: Store, family: str, head: str) -> None:
    model = store.ours(PLAIN[family], head)
    named = getattr(loadstone, CLASSES[family, head])
    assert inspect.isclass(named)
    assert isinstance(model, named)
    assert type(model).__name__ == CLASSES[family, head]


@pytest.mark.parametrize(
    ("family", "head"),
    [(f, h) for f in FAMILIES for h, (_, table) in TABLES.items() if (f, h) not in CLASSES and f not in HEADS[h]],
    ids=lambda value: value,
)
def test_head_that_the_family_lacks_is_refused_by_name(store: Store, family: str, head: str) -> None:
    case = PLAIN[family]
    config = loadstone.AutoConfig.from_pretrained(store.reference(case, "base").folder)
    with pytest.raises(loadstone.errors.UnknownModelType, match=family):
        auto_class(head, loadstone).from_config(config)


@pytest.mark.parametrize("head", HEADS)
def test_the_classes_of_a_task_are_those_of_transformers(head: str) -> None:
    """A class may serve other tasks than its own, as transformers' tables have it; it is tried under its own."""
    task = BARE if head == "base" else head.replace("_", "-")
    served = {name: family.head(task) for name, family in registry.families().items()}
    found = {name: spec.class_name for name, spec in served.items() if spec is not None and (head, name) not in APART}
    assert found == HEADS[head]


@pytest.mark.parametrize(("case", "head"), pairs())
def test_state_dict_has_the_hubs_names_and_shapes(store: Store, case: Case, head: str) -> None:
    reference = store.reference(case, head)
    state = store.ours(case, head).state_dict()
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items() if name not in reference.tied}
    assert shapes == reference.slots
    assert [name for name in reference.tied if name.endswith("weight") and name not in state] == []


@pytest.mark.parametrize(("case", "head"), pairs("causal_lm", "masked_lm"))
def test_tied_names_share_one_memory(store: Store, case: Case, head: str) -> None:
    reference = store.reference(case, head)
    state = store.ours(case, head).state_dict()
    apart = [a for a, b in reference.tied.items() if a in state and state[a].data_ptr() != state[b].data_ptr()]
    assert apart == []
    assert bool(reference.tied) == bool(config_of(case, head).tie_word_embeddings)


@pytest.mark.parametrize(("case", "head"), pairs("causal_lm", "masked_lm", plain_only=True))
def test_deep_copy_stays_tied_and_equal(store: Store, case: Case, head: str) -> None:
    model = store.ours(case, head)
    copied = copy.deepcopy(model)
    first, second = model.state_dict(), copied.state_dict()
    assert list(first) == list(second)
    assert all(first[name].equal(second[name]) for name in first)
    shared = [name for name in first if first[name].data_ptr() == second[name].data_ptr()]
    assert shared == []
    tied = store.reference(case, head).tied
    assert [a for a, b in tied.items() if a in second and second[a].data_ptr() != second[b].data_ptr()] == []
