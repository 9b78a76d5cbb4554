"""The rules that families declare for other spellings of their names, and the names that they are for."""

from __future__ import annotations

from typing import Any

import pytest
from parity.cases import NEEDED, PLAIN

import loadstone
from loadstone.architectures import components
from loadstone.architectures.family import Family
from loadstone.architectures.registry import families
from loadstone.core.naming_rules import Rule, to_others, to_slots

FAMILIES = [family for family in families().values() if family.rules]
_GATED: dict[str, Any] = {
    "hidden_size": 384,
    "num_attention_heads": 6,
    "use_swiglu_ffn": True,
    "out_indices": [3, 6, 9, 12],
}
SWITCHED: dict[str, list[dict[str, Any]]] = {
    "dinov2": [_GATED],
    "dinov2_with_registers": [_GATED],
    "esm": [{"position_embedding_type": "rotary"}],
    "beit": [{"use_relative_position_bias": True}, {"use_shared_relative_position_bias": True}],
    **{name: [{"backbone_config": _GATED}] for name in ("depth_anything", "dpt")},
}
"""Keys without which a family has no slot that some rule is for."""
RULES = [(family, rule) for family in FAMILIES for rule in family.rules]


@pytest.mark.parametrize(
    ("family", "rule"), RULES, ids=[f"{family.model_type}: {rule.other}" for family, rule in RULES]
)
def test_a_rule_read_to_the_slot_and_back_gives_the_other_spelling(family: Family, rule: Rule) -> None:
    first = next(each for each in family.rules if each.slot == rule.slot)  # of several for one slot
    for number in ("0", "12"):
        other, slot, back = (text.replace("{}", number) for text in (rule.other, rule.slot, first.other))
        for before in ("", f"{family.prefix}."):
            for after in ("", ".weight"):
                assert to_slots(family.rules)(f"{before}{other}{after}") == f"{before}{slot}{after}"
                assert to_others(family.rules)(f"{before}{slot}{after}") == f"{before}{back}{after}"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.model_type)
def test_slots_keep_their_names_and_every_rule_is_for_some_of_them(family: Any) -> None:
    keys = PLAIN.get(family.model_type, {}) | NEEDED.get(family.model_type, {})
    made = [
        loadstone.AutoConfig.for_model(family.model_type, **keys | more)
        for more in ({}, *SWITCHED.get(family.model_type, []))
    ]
    pairs = [(head, config) for head in family.heads for config in made]
    if family.model_type == "dpt":  # a class for each pixel is for its own layers alone
        pairs = [(head, config) for head, config in pairs if config is made[0] or "Depth" in head.class_name]
    names = {slot.name for head, config in pairs for slot in components.slots(head.blueprint(config))}
    assert {name for name in names if to_slots(family.rules)(name) != name} == set()
    assert {name for name in names if to_slots(family.rules)(to_others(family.rules)(name)) != name} == set()
    for rule in family.rules:
        assert any(to_others((rule,))(name) != name for name in names), rule
