"""Where each slot's numbers come from: hand-made slots and stored tensors, no files and no framework."""

from __future__ import annotations

import gc
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import takes_about

from loadstone.core.naming import Fused, Naming, StackedExperts
from loadstone.core.naming_rules import Rule
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.errors import ArgumentError, MissingTensors, NameCollision, ShapeMismatch, UnusedTensors
from loadstone.planning.match import Gaps, LoadPlan, MatchOptions, match
from loadstone.planning.recipes import Initialized, Stored, Tied

FILE = Path("model.safetensors")


def tensor(name: str, *shape: int) -> StoredTensor:
    return StoredTensor(name, DType.FLOAT32, shape, FILE, 100, 4)


def stored(**shapes: tuple[int, ...]) -> dict[str, StoredTensor]:
    return {name: tensor(name, *shape) for name, shape in shapes.items()}


def held(*names: str, shape: tuple[int, ...] = (2,)) -> dict[str, StoredTensor]:
    return {name: tensor(name, *shape) for name in names}


def slots(*names: str, shape: tuple[int, ...] = (2,)) -> list[Slot]:
    return [Slot(name, shape) for name in names]


def source(plan: LoadPlan, slot: str) -> Any:
    recipe = plan.recipes[slot]
    assert isinstance(recipe, Stored) and len(recipe.pieces) == 1
    return recipe.pieces[0].tensor.name


def test_a_slot_takes_the_tensor_of_its_name() -> None:
    plan = match(slots("a.weight"), held("a.weight", "b.weight"), Naming())
    assert source(plan, "a.weight") == "a.weight"
    assert plan.unused == ("b.weight",) and plan.leftovers == ()
    assert str(plan.recipes["a.weight"]) == "a.weight in model.safetensors, bytes 100 to 103"


@pytest.mark.parametrize(
    ("prefix", "slot", "found"),
    [
        ("bert", "bert.pooler.weight", "pooler.weight"),  # a head's model, a bare file
        ("", "pooler.weight", "bert.pooler.weight"),  # a bare model, a head's file
        ("transformer", "transformer.pooler.weight", "bert.pooler.weight"),  # another class's prefix
    ],
)
def test_the_prefix_of_the_bare_model_may_be_there_or_not(prefix: str, slot: str, found: str) -> None:
    naming = Naming(prefix=prefix, prefixes=("bert", "transformer"))
    assert source(match(slots(slot), held(found), naming), slot) == found


def test_the_exact_name_wins_and_the_other_is_reported() -> None:
    plan = match(slots("bert.a"), held("a", "bert.a"), Naming(prefix="bert", prefixes=("bert",)))
    assert source(plan, "bert.a") == "bert.a"
    assert plan.unused == ("a",)


def test_a_head_is_never_taken_for_a_part_of_the_bare_model() -> None:
    with pytest.raises(MissingTensors):
        match(slots("classifier.weight"), held("bert.classifier.weight"), Naming(prefix="bert", prefixes=("bert",)))


def test_other_spellings_are_renamed_by_rules() -> None:
    naming = Naming(rules=(Rule("Norm.gamma", "Norm.weight"), Rule("old_head", "head")))
    plan = match(slots("Norm.weight", "head.weight"), held("Norm.gamma", "old_head.weight"), naming)
    assert source(plan, "Norm.weight") == "Norm.gamma"
    assert source(plan, "head.weight") == "old_head.weight"


def test_two_tensors_for_one_name_are_a_collision_that_names_both() -> None:
    naming = Naming(rules=(Rule("Norm.gamma", "Norm.weight"),))
    with pytest.raises(NameCollision, match=r"Norm\.weight.*Norm\.gamma and Norm\.weight|Norm\.weight and Norm\.gamma"):
        match(slots("Norm.weight"), held("Norm.gamma", "Norm.weight"), naming)


NUMBERED = Naming(
    prefix="vit", prefixes=("vit",), rules=(Rule("layers.{}.attention.q_proj", "encoder.layer.{}.attention.query"),)
)


@pytest.mark.parametrize("prefix", ["", "vit."])
@pytest.mark.parametrize("spelling", ["layers.{}.attention.q_proj.weight", "encoder.layer.{}.attention.query.weight"])
def test_a_rule_with_a_number_holds_with_the_prefix_of_the_bare_model_and_without(prefix: str, spelling: str) -> None:
    there = [prefix + spelling.replace("{}", str(layer)) for layer in range(12)]
    wanted = slots(*(f"vit.encoder.layer.{layer}.attention.query.weight" for layer in range(12)))
    plan = match(wanted, held(*there), NUMBERED)
    assert [source(plan, slot.name) for slot in wanted] == there
    assert plan.unused == ()


def test_a_tensor_in_both_spellings_is_a_collision_and_what_nobody_takes_keeps_its_stored_name() -> None:
    wanted = slots("vit.encoder.layer.0.attention.query.weight")
    both = held("vit.layers.0.attention.q_proj.weight", "vit.encoder.layer.0.attention.query.weight")
    with pytest.raises(NameCollision, match=r"layers\.0\.attention\.q_proj\.weight and vit\.encoder"):
        match(wanted, both, NUMBERED)
    spare = held("vit.layers.0.attention.q_proj.weight", "vit.layers.1.attention.q_proj.weight")
    assert match(wanted, spare, NUMBERED).unused == ("vit.layers.1.attention.q_proj.weight",)


def test_key_mapping_renames_before_all_else_and_its_collisions_are_found() -> None:
    plan = match(slots("a.weight"), held("x.a.weight"), Naming(), MatchOptions(key_mapping={r"^x\.": ""}))
    assert source(plan, "a.weight") == "x.a.weight"
    with pytest.raises(NameCollision, match="x1 and x2") as caught:
        match(slots("x"), held("x1", "x2"), Naming(), MatchOptions(key_mapping={r"\d": ""}))
    assert "key_mapping" in str(caught.value)


@pytest.mark.parametrize("mapping", [{"(": "x"}, {"a": r"\1"}, {"a": 3}, {3: "a"}, ["a"], {"a": r"\g<no>"}])
def test_a_key_mapping_that_cannot_be_applied_is_refused(mapping: Any) -> None:
    with pytest.raises(ArgumentError, match="key_mapping"):
        match(slots("x"), held("x", "b"), Naming(), MatchOptions(key_mapping=mapping))


QKV = Naming(fused=(Fused("qkv", ("q", "k", "v")),))


def test_parts_take_their_rows_of_a_stored_whole() -> None:
    wanted = [Slot("l.q.weight", (4, 3)), Slot("l.k.weight", (2, 3)), Slot("l.v.weight", (2, 3))]
    plan = match(wanted, {"l.qkv.weight": tensor("l.qkv.weight", 8, 3)}, QKV)
    rows = [plan.recipes[slot.name].pieces[0].rows for slot in wanted]  # type: ignore[union-attr]
    assert rows == [slice(0, 4), slice(4, 6), slice(6, 8)]
    assert str(plan.recipes["l.k.weight"]) == "rows 4 to 5 of l.qkv.weight"
    assert plan.unused == ()


def test_a_whole_is_put_together_from_stored_parts() -> None:
    parts = {f"l.{n}.weight": tensor(f"l.{n}.weight", rows, 3) for n, rows in (("q", 4), ("k", 2), ("v", 2))}
    plan = match([Slot("l.qkv.weight", (8, 3))], parts, QKV)
    into = [piece.into for piece in plan.recipes["l.qkv.weight"].pieces]  # type: ignore[union-attr]
    assert into == [(slice(0, 4),), (slice(4, 6),), (slice(6, 8),)]


@pytest.mark.parametrize("rows", [(4, 2, 1), (4, 2, 3), (1, 1, 1)])
def test_parts_that_do_not_fill_the_whole_are_a_shape_mismatch(rows: tuple[int, ...]) -> None:
    parts = {f"l.{n}.weight": tensor(f"l.{n}.weight", count, 3) for n, count in zip("qkv", rows, strict=True)}
    with pytest.raises(ShapeMismatch, match=r"l\.v\.weight"):
        match([Slot("l.qkv.weight", (8, 3))], parts, QKV)


def test_a_whole_of_other_rows_than_its_parts_is_a_shape_mismatch() -> None:
    wanted = [Slot(f"l.{n}.weight", (2, 3)) for n in "qkv"]
    with pytest.raises(ShapeMismatch, match=r"\(7, 3\)"):
        match(wanted, {"l.qkv.weight": tensor("l.qkv.weight", 7, 3)}, QKV)


def test_a_part_that_is_not_stored_is_missing() -> None:
    parts = {f"l.{n}.weight": tensor(f"l.{n}.weight", 2, 3) for n in "qk"}
    with pytest.raises(MissingTensors, match="qkv"):
        match([Slot("l.qkv.weight", (6, 3))], parts, QKV)


MOE = Naming(experts=(StackedExperts("e.up", ("e.{}.w1", "e.{}.w3")), StackedExperts("e.down", ("e.{}.w2",))))


def expert_tensors(count: int) -> dict[str, StoredTensor]:
    shapes = {"w1": (4, 3), "w3": (4, 3), "w2": (3, 4)}
    return {f"e.{i}.{w}": tensor(f"e.{i}.{w}", *shape) for i in range(count) for w, shape in shapes.items()}


def test_experts_are_stacked_in_order() -> None:
    plan = match([Slot("e.up", (2, 8, 3)), Slot("e.down", (2, 3, 4))], expert_tensors(2), MOE)
    pieces = plan.recipes["e.up"].pieces  # type: ignore[union-attr]
    assert [(piece.tensor.name, piece.into) for piece in pieces] == [
        ("e.0.w1", (0, slice(0, 4))),
        ("e.0.w3", (0, slice(4, 8))),
        ("e.1.w1", (1, slice(0, 4))),
        ("e.1.w3", (1, slice(4, 8))),
    ]
    assert plan.unused == ()


def test_an_expert_too_few_is_missing_and_one_too_many_is_unused() -> None:
    wanted = [Slot("e.up", (2, 8, 3)), Slot("e.down", (2, 3, 4))]
    with pytest.raises(MissingTensors, match=r"e\.up"):
        match(wanted, expert_tensors(1), MOE)
    assert set(match(wanted, expert_tensors(3), MOE).unused) == {"e.2.w1", "e.2.w2", "e.2.w3"}


def test_an_expert_of_another_shape_is_named() -> None:
    tensors = expert_tensors(2) | {"e.1.w3": tensor("e.1.w3", 5, 3)}
    with pytest.raises(ShapeMismatch, match=r"e\.1\.w3: expected shape \(4, 3\), found \(5, 3\)"):
        match([Slot("e.up", (2, 8, 3))], tensors, MOE)


def test_tied_slots_take_their_source_under_either_name() -> None:
    naming = Naming(tied={"head": "table"})
    for names in (("table",), ("head",), ("table", "head")):
        plan = match(slots("table", "head"), held(*names), naming)
        assert plan.recipes["head"] == Tied("table")
        assert source(plan, "table") == names[0]
        assert plan.unused == ()


def test_either_of_two_stand_ins_fills_both() -> None:
    naming = Naming(stand_ins=(("decoder.bias", "bias"),))
    for name in ("decoder.bias", "bias"):
        plan = match(slots("decoder.bias", "bias"), held(name), naming)
        assert source(plan, "decoder.bias") == source(plan, "bias") == name


OPTIONAL = Naming(optional=(("dense", "out"), ("pooler",)))


def test_a_group_that_is_wholly_missing_is_initialized_and_says_why() -> None:
    plan = match(slots("body", "dense.weight", "out.weight", "pooler.bias"), held("body"), OPTIONAL)
    assert plan.initialized == {
        "dense.weight": "the checkpoint has no dense, out",
        "out.weight": "the checkpoint has no dense, out",
        "pooler.bias": "the checkpoint has no pooler",
    }


def test_a_group_that_is_partly_there_is_an_error() -> None:
    with pytest.raises(MissingTensors) as caught:
        match(slots("body", "dense.weight", "out.weight", "pooler.bias"), held("body", "out.weight"), OPTIONAL)
    assert [fault.where for fault in caught.value.faults] == ["dense.weight"]


def test_a_part_is_not_confused_with_one_whose_name_begins_alike() -> None:
    with pytest.raises(MissingTensors, match="pooler_2"):
        match(slots("pooler_2.weight"), {}, OPTIONAL)


def test_all_missing_slots_are_listed_with_the_nearest_stored_name() -> None:
    with pytest.raises(MissingTensors) as caught:
        match(slots("model.norm.weight", "model.b"), held("modal.norm.weight"), Naming())
    assert len(caught.value.faults) == 2
    assert "The nearest stored name is modal.norm.weight." in str(caught.value)
    assert "1 tensors are stored" in str(caught.value)


def test_a_wrong_shape_names_file_tensor_expected_and_found() -> None:
    with pytest.raises(ShapeMismatch, match=r"model\.safetensors, tensor a: expected shape \(2,\), found \(3,\)"):
        match(slots("a"), held("a", shape=(3,)), Naming())


def test_wrong_shapes_may_be_initialized_anew_and_are_not_unused() -> None:
    options = MatchOptions(ignore_mismatched_sizes=True)
    plan = match(slots("a", "b"), held("a", shape=(3,)) | held("b"), Naming(), options)
    assert plan.mismatched == (("a", (3,), (2,)),)
    assert isinstance(plan.recipes["a"], Initialized) and "(3,)" in str(plan.recipes["a"])
    assert plan.unused == ()


def test_leftovers_are_told_from_unused_tensors() -> None:
    plan = match(slots("a"), held("a", "x.inv_freq", "b"), Naming(leftovers=("inv_freq",)))
    assert plan.leftovers == ("x.inv_freq",)
    assert plan.unused == ("b",)


def test_strict_lists_unused_tensors_and_fresh_slots_and_lets_leftovers_pass() -> None:
    naming = Naming(optional=(("pooler",),), leftovers=("inv_freq",))
    with pytest.raises(UnusedTensors) as caught:
        match(slots("a", "pooler.w"), held("a", "b", "x.inv_freq"), naming, MatchOptions(strict=True))
    assert [fault.where for fault in caught.value.faults] == ["b", "pooler.w"]
    match(slots("a"), held("a", "x.inv_freq"), naming, MatchOptions(strict=True))


def test_what_is_stored_under_the_name_of_another_slot_is_that_slots() -> None:
    with pytest.raises(MissingTensors) as caught:
        match(slots("bert.bert.a", "bert.a"), held("bert.a"), Naming(prefixes=("bert",)))
    assert [fault.where for fault in caught.value.faults] == ["bert.bert.a"]


WORDS = st.sampled_from(["layers", "attn", "norm", "0", "1", "bert", "weight", "bias", "head"])
NAMES = st.lists(
    st.lists(WORDS, min_size=1, max_size=4).map(".".join),
    min_size=1,
    max_size=12,
    unique=True,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(names=NAMES, prefix=st.sampled_from(["", "bert", "model"]), drop=st.integers(0, 3), seed=st.integers(0, 99))
def test_every_slot_has_one_source_or_the_load_fails_listing_it(
    names: list[str], prefix: str, drop: int, seed: int
) -> None:
    """Slots with a prefix, a file with another or none, its order shuffled, and some tensors not in it."""
    rng = random.Random(seed)
    other = rng.choice(["", "bert", "model"])
    wanted = [f"{prefix}.{name}" if prefix else name for name in names]
    files = [f"{other}.{name}" if other else name for name in names]
    rng.shuffle(files)
    there = held(*files[min(drop, len(files)) :])
    naming = Naming(prefix=prefix, prefixes=("bert", "model"))
    try:
        plan = match(slots(*wanted), there, naming)
    except MissingTensors as error:
        listed = {fault.where for fault in error.faults}
        assert listed and listed <= set(wanted)
        spelled = {name: {f"{p}.{name}" if p else name for p in ("", "bert", "model")} for name in names}
        for name, found in spelled.items() if not prefix else ():  # a bare model's slot, as its own file may have it
            found |= {name.removeprefix(f"{p}.") for p in ("bert", "model")}
        unfilled = {slot for slot, name in zip(wanted, names, strict=True) if not spelled[name] & there.keys()}
        assert unfilled <= listed
        return
    assert plan.recipes.keys() == set(wanted)
    for recipe in plan.recipes.values():
        assert isinstance(recipe, Stored) and len(recipe.pieces) == 1
        assert recipe.pieces[0].tensor.name in there


def many(count: int) -> tuple[list[Slot], dict[str, StoredTensor]]:
    names = [f"model.layers.{i // 9}.mlp.part_{i % 9}.weight" for i in range(count)]
    return slots(*names), held(*names)


def test_a_hundred_thousand_slots_match_in_about_half_a_second() -> None:
    wanted, there = many(100_000)
    naming = Naming(
        prefix="model", prefixes=("model",), fused=QKV.fused, rules=(Rule("gamma", "weight"),), optional=(("head",),)
    )
    gc.freeze()  # what other tests left behind is no part of this
    with takes_about(0.5):
        plan = match(wanted, there, naming)
    gc.unfreeze()
    gc.collect()
    gc.freeze()  # what stays, as tests/conftest.py does
    assert not plan.unused


def test_a_hundred_thousand_missing_slots_fail_in_seconds_too() -> None:
    wanted, there = many(100_000)
    other = {name.replace("part", "bit"): each for name, each in there.items()}
    naming = Naming(optional=tuple((f"model.layers.{i}.absent",) for i in range(11_000)))
    with takes_about(0.8), pytest.raises(MissingTensors) as caught:
        match(wanted, other, naming)
    assert len(caught.value.faults) == 100_000


def apart(one: StoredTensor, other: StoredTensor) -> bool:
    return False


def test_tied_slots_that_differ_take_a_tensor_each() -> None:
    naming = Naming(tied={"head": "table", "bias": "other"})
    plan = match(slots("table", "head", "other", "bias"), held("table", "head", "other"), naming, same=apart)
    assert (source(plan, "table"), source(plan, "head")) == ("table", "head")
    assert plan.recipes["bias"] == Tied("other") and plan.untied == {"head": "table"} and not plan.unused


def test_tied_slots_are_compared_once_and_only_where_both_are_stored() -> None:
    naming = Naming(tied={"head": "table", "second": "table", "third": "table"})
    asked: list[tuple[str, str]] = []

    def same(one: StoredTensor, other: StoredTensor) -> bool:
        asked.append((one.name, other.name))
        return True

    plan = match(slots("table", "head", "second", "third"), held("head", "third"), naming, same=same)
    assert asked == [("third", "head")] and source(plan, "table") == "head"
    assert all(plan.recipes[name] == Tied("table") for name in ("head", "second", "third")) and not plan.unused


def test_tensors_in_one_place_are_the_same_and_others_differ_where_nobody_compares() -> None:
    naming = Naming(tied={"head": "table"})
    here = held("table", "head")
    assert match(slots("table", "head"), here, naming).recipes["head"] == Tied("table")
    elsewhere = here | {"head": here["head"]._replace(offset=200)}
    assert source(match(slots("table", "head"), elsewhere, naming), "head") == "head"


def test_a_tied_slot_under_another_prefix_is_unused_where_its_own_name_is_stored_too() -> None:
    naming = Naming(prefix="model", prefixes=("model",), tied={"head": "model.table"})
    plan = match(slots("model.table", "head"), held("model.table", "table"), naming, same=apart)
    assert plan.unused == ("table",) and not plan.untied


def test_parts_stored_beside_their_fused_whole_leave_one_of_the_two_unused() -> None:
    naming = Naming(fused=(Fused("qkv", ("q", "k")),))
    needed = [Slot("q.weight", (2, 3)), Slot("k.weight", (1, 3))]
    files = {"q.weight": tensor("q.weight", 2, 3), "qkv.weight": tensor("qkv.weight", 3, 3)}
    both = files | {"k.weight": tensor("k.weight", 1, 3)}
    assert match(needed, both, naming).unused == ("qkv.weight",)
    # Of the whole only the rows of k are taken; those of q are not, and so it is named.
    assert match(needed, files, naming).unused == ("qkv.weight",)
    assert match(needed, {"qkv.weight": files["qkv.weight"]}, naming).unused == ()
    whole = match([Slot("qkv.weight", (3, 3))], both, naming)
    assert set(whole.unused) == {"q.weight", "k.weight"}


def test_experts_stored_one_by_one_beside_their_stack_are_unused() -> None:
    rule = StackedExperts("experts.down", ("experts.{}.down",))
    files = held("experts.0.down", "experts.1.down", shape=(2, 3)) | {"experts.down": tensor("experts.down", 2, 2, 3)}
    plan = match([Slot("experts.down", (2, 2, 3))], files, Naming(experts=(rule,)))
    assert set(plan.unused) == {"experts.0.down", "experts.1.down"}


def test_what_an_index_lists_and_nothing_holds_is_not_initialized_anew() -> None:
    naming = Naming(optional=(("head",),))
    assert match(slots("table", "head"), held("table"), naming).initialized
    with pytest.raises(MissingTensors, match="the index says that it is elsewhere"):
        match(slots("table", "head"), held("table"), naming, gaps=Gaps({"head": "the index says that it is elsewhere"}))
