"""Every key of a family's config is used, irrelevant for a reason, or refused: none is read, kept and passed over."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from loadstone.architectures.declarations import AROUND
from loadstone.architectures.family import Family
from loadstone.architectures.registry import families
from loadstone.architectures.stages import StagesConfig
from loadstone.errors import InvalidConfig

FAMILIES = families()
PACKAGE = Path(__file__).parents[2] / "src" / "loadstone"
VALUES: list[dict[str, Any]] = [
    {"num_hidden_layers": 2},
    {"num_hidden_layers": 2, "use_sliding_window": True, "add_adapter": True, "position_embeddings_type": "rotary"},
]
"""Few layers, and keys that others wait for."""
MORE: dict[str, dict[str, Any]] = {
    "deberta-v2": {"conv_kernel_size": 3, "relative_attention": True},
    "beit": {"out_indices": [3, 5, 7, 11]},
    "falcon": {"alibi": True, "multi_query": False},
    "esm": {"position_embedding_type": "rotary", "token_dropout": True, "mask_token_id": 3},
    "dpt": {"backbone_config": {"out_indices": [1, 2, 3, 4]}},
}
"""Family → keys that it alone has, and without which others are not read."""


def watched(config: Any, keys: dict[str, set[str]]) -> None:
    """Have a config, and those within it, note the keys that they are asked for, under the names of their classes."""
    noted = keys.setdefault(type(config).__name__, set())

    class Watched(type(config)):  # type: ignore[misc]
        def __getattribute__(self, name: str) -> Any:
            noted.add(name)
            return super().__getattribute__(name)

    for name in config.nested():
        if vars(config)[name] is not None:
            watched(vars(config)[name], keys)
    config.__class__ = Watched


def read_by_blueprints(family: Family, name: str | None = None) -> set[str]:
    """The keys that all the family's blueprints and ties ask a config for; or one of a class within it, by name."""
    keys: dict[str, set[str]] = {}
    for values in (*VALUES, *filter(None, [MORE.get(family.model_type)])):
        # How many layers there are follows from another key, or others name some of them.
        if issubclass(family.config, StagesConfig) or "backbone_out_indices" in family.config.fields():
            values = {name: value for name, value in values.items() if name != "num_hidden_layers"}
        config = family.config(**values)
        watched(config, keys)
        for head in family.heads:
            with suppress(InvalidConfig):  # of a class that cannot have all of it
                head.build(head.own(config))
            head.tied(config)
    cls = family.configs[name or family.config.__name__]
    used = keys.get(cls.__name__, set())
    # What lies in rope_parameters is read there.
    return used | (cls.within.keys() if "rope_parameters" in used else set())


@pytest.mark.parametrize("name", FAMILIES)
def test_every_key_is_used_irrelevant_or_refused(name: str) -> None:
    family = FAMILIES[name]
    for name, cls in family.configs.items():
        declared, used = cls.fields().keys(), read_by_blueprints(family, name)
        irrelevant, refused = cls.irrelevant.keys(), cls.refused.keys()
        assert declared - used - AROUND - irrelevant - refused == set()
        assert irrelevant & used == set(), "called irrelevant, and used"
        assert irrelevant & refused == set()
        assert all(cls.irrelevant.values()), "without a reason"


def test_a_key_that_nobody_declared_is_found() -> None:
    class Careless(FAMILIES["llama"].config):  # type: ignore[name-defined, misc]
        forgotten: int = 0

    assert "forgotten" in Careless.fields()
    assert "forgotten" not in read_by_blueprints(FAMILIES["llama"]) | AROUND


@pytest.mark.parametrize("key", sorted(AROUND))
def test_a_key_that_blueprints_leave_to_the_classes_is_read_there(key: str) -> None:
    read = re.compile(rf"\b(config|self|values|model\.config)\.{key}\b|\[?[\"']{key}[\"']")
    files = [file for file in PACKAGE.rglob("*.py") if "architectures" not in file.parts and "cli" not in file.parts]
    assert any(read.search(file.read_text(encoding="utf-8")) for file in files)


def another_than(neutral: tuple[Any, ...]) -> Any:
    """A value of the same type that asks for something."""
    match neutral:
        case (bool(value), *_):
            return not value
        case (str(), *_):
            return "relative_key"
        case (dict(), *_):
            return {"0": [1]}
        case _:
            return 7.5


@pytest.mark.parametrize("name", FAMILIES)
def test_a_refused_value_is_named_and_a_neutral_one_passes(name: str) -> None:
    cls = FAMILIES[name].config
    for key, (neutral, _) in cls.refused.items():
        for value in (None, *neutral):
            if value is not None or key not in cls.fields():
                cls.from_dict({key: value})
        asking = another_than(neutral)
        with pytest.raises(InvalidConfig, match=f"config key '{key}': expected .*, found {re.escape(repr(asking))}"):
            cls.from_dict({key: asking})
        config = cls()
        setattr(config, key, asking)
        with pytest.raises(InvalidConfig, match=f"config key '{key}'"):
            FAMILIES[name].heads[0].blueprint(config)
