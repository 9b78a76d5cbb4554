"""Other spellings of names: which segments a rule fits, what it makes of them, and how long that takes."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timing import takes_about

from loadstone.core.naming_rules import Rule, to_others, to_slots

LAYERS = (
    Rule("layers.{}", "encoder.layer.{}"),
    Rule("layers.{}.attention.q_proj", "encoder.layer.{}.attention.attention.query"),
    Rule("mlp.fc1", "intermediate.dense"),
    Rule("mlp.fc2", "output.dense"),
    Rule("lm_head", "embed_out"),
)


@pytest.mark.parametrize(
    ("other", "slot"),
    [
        ("layers.3.attention.q_proj.weight", "encoder.layer.3.attention.attention.query.weight"),
        ("model.layers.3.attention.q_proj.weight", "model.encoder.layer.3.attention.attention.query.weight"),
        ("vit.layers.12.mlp.fc2.bias", "vit.encoder.layer.12.output.dense.bias"),
        ("layers.0", "encoder.layer.0"),
        ("lm_head.weight", "embed_out.weight"),
        ("lm_head", "embed_out"),
        ("layers.007.norm", "encoder.layer.007.norm"),
        ("layers.1.layers.2", "encoder.layer.1.encoder.layer.2"),
        (".layers.1.", ".encoder.layer.1."),
    ],
)
def test_a_rule_fits_at_the_beginning_in_the_middle_and_at_the_end(other: str, slot: str) -> None:
    assert to_slots(LAYERS)(other) == slot
    assert to_others(LAYERS)(slot) == other


@pytest.mark.parametrize(
    "name",
    [
        "sub_layers.1.norm",
        "layers.1a.norm",
        "layers.a1.norm",
        "layers.norm",
        "layers",
        "layers.",
        "layers..1",
        "layers.-1.norm",
        "layers.1 .norm",
        "layers.1\n",
        "layers.\u0661.norm",  # a digit, and none that a name has
        "layersX1.norm",
        "lm_heads.weight",
        "old_lm_head",
        "mlp.fc11.weight",
        "mlp.fc1_.weight",
        "xmlp.fc1.weight",
        "mlp_fc1.weight",
        "",
        ".",
        "...",
        "{}",
        "layers.{}.norm",
    ],
)
def test_a_rule_fits_whole_segments_only(name: str) -> None:
    assert to_slots(LAYERS)(name) == name


def test_a_number_is_a_whole_segment() -> None:
    rename = to_slots((Rule("layers.1.norm", "first"), Rule("layers.{}.scale", "scales.{}")))
    assert rename("layers.12.norm") == "layers.12.norm"
    assert rename("layers.1.norm.weight") == "first.weight"
    assert rename("layers.12.scale") == "scales.12"
    assert rename("sub.layers.12.scale") == "sub.scales.12"


def test_of_rules_that_fit_from_the_same_place_the_longest_is_taken_in_whatever_order_they_stand() -> None:
    for rules in (LAYERS, LAYERS[::-1]):
        assert to_slots(rules)("layers.3.attention.q_proj") == "encoder.layer.3.attention.attention.query"
        assert to_slots(rules)("layers.3.attention.qq_proj") == "encoder.layer.3.attention.qq_proj"
    for rules in ((Rule("a.{}", "some.{}"), Rule("a.0", "first")), (Rule("a.0", "first"), Rule("a.{}", "some.{}"))):
        assert [to_slots(rules)(name) for name in ("a.0", "a.1", "a.00")] == ["first", "some.1", "some.00"]


def test_the_leftmost_rule_is_taken_and_no_segment_is_renamed_twice() -> None:
    rules = (Rule("o_proj", "attention.output.dense"), Rule("mlp.fc2", "output.dense"), Rule("a", "b"), Rule("b", "c"))
    assert to_others(rules)("layer.attention.output.dense") == "layer.o_proj"
    assert to_others(rules)("layer.output.dense") == "layer.mlp.fc2"
    assert to_slots(rules)("a.b.a") == "b.c.b"


def test_of_rules_for_the_same_segments_the_first_counts() -> None:
    rules = (Rule("gamma", "weight"), Rule("scale", "weight"))
    assert {to_slots(rules)(name) for name in ("norm.gamma", "norm.scale")} == {"norm.weight"}
    assert to_others(rules)("norm.weight") == "norm.gamma"
    assert to_slots((Rule("gamma", "weight"), Rule("gamma", "bias")))("gamma") == "weight"


def test_what_looks_like_a_regular_expression_stands_for_itself() -> None:
    rename = to_slots((Rule("a+.(b|c)", r"\1.\g<0>"),))
    assert rename("x.a+.(b|c).y") == r"x.\1.\g<0>.y"
    assert rename("aa.b") == "aa.b"


def test_without_rules_names_stay_as_they_are() -> None:
    assert to_slots(())("layers.1") == to_others(())("layers.1") == "layers.1"


def test_rules_are_compiled_once() -> None:
    assert to_slots(LAYERS) is to_slots(tuple(LAYERS))
    assert to_others(LAYERS) is to_others(tuple(LAYERS))


@pytest.mark.parametrize(
    ("other", "slot"),
    [
        ("layers.{}", "layer"),
        ("layers", "layer.{}"),
        ("layers.{}.experts.{}", "layer.{}.experts.{}"),
        ("layers{}", "layer.{}"),
        ("layers.{n}", "layer.{n}"),
        ("", "model"),
        ("model", ""),
        ("model.", "language"),
        (".model", "language"),
        ("a..b", "c"),
    ],
)
def test_a_rule_that_cannot_be_read_both_ways_is_refused(other: str, slot: str) -> None:
    with pytest.raises(ValueError, match="each side is segments"):
        Rule(other, slot)


SEGMENTS = st.lists(st.sampled_from(["x", "norm", "weight", "7", "12"]), max_size=3).map(lambda found: [*found])


@given(SEGMENTS, st.sampled_from(LAYERS), st.integers(0, 10**6), SEGMENTS)
def test_other_to_slot_to_other_gives_the_same_name(
    before: list[str], rule: Rule, number: int, after: list[str]
) -> None:
    other = ".".join([*before, rule.other.replace("{}", str(number)), *after])
    slot = ".".join([*before, rule.slot.replace("{}", str(number)), *after])
    assert to_slots(LAYERS)(other) == slot
    assert to_others(LAYERS)(slot) == other
    assert to_slots(LAYERS)(slot) == slot, "a slot's own name stays"


@pytest.mark.parametrize(
    "repeated",
    ["1", "layers.", "layers.1", "layers.1.", "layers.1.attention.", "mlp.", "mlp.fc1.", ".", "a", "\n"],
)
def test_time_grows_with_the_length_of_a_name_and_no_faster(repeated: str) -> None:
    length = 400_000 // len(repeated)
    for name in (repeated * length, f"layers.{repeated * length}", f"layers.{repeated * length}x"):
        with takes_about(0.2):  # what grew with the square would take an hour
            to_slots(LAYERS)(name)


def test_a_number_of_more_digits_than_python_reads_is_kept_digit_by_digit() -> None:
    digits = "9" * (10 * sys.get_int_max_str_digits())
    assert to_slots(LAYERS)(f"layers.{digits}.mlp.fc1") == f"encoder.layer.{digits}.intermediate.dense"
    assert to_others(LAYERS)(f"encoder.layer.{digits}.x") == f"layers.{digits}.x"


def test_the_names_of_a_large_mixture_of_experts_take_a_fraction_of_a_second() -> None:
    names = [
        f"model.layers.{layer}.mlp.experts.{expert}.{part}.weight"
        for layer in range(48)
        for expert in range(128)
        for part in ("gate_proj", "up_proj", "down_proj")
    ]
    rename = to_slots(LAYERS)
    with takes_about(0.03):
        renamed = [rename(name) for name in names]
    assert len({*renamed}) == len(names) == 18_432
