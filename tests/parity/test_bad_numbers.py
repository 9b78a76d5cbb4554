"""Ids, positions and labels that a model has no place for are our errors, in every framework."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from loadstone.errors import ArgumentError, InvalidConfig

from .cases import CASES, PLAIN, Case
from .frameworks import SIDES, Models

IN_ALL = pytest.mark.parametrize("framework", SIDES)

TABLES = {
    "bert": "max_position_embeddings",
    "distilbert": "max_position_embeddings",
    "electra": "max_position_embeddings",
    "gpt2": "n_positions",
    "mpnet": "max_position_embeddings",
    "opt": "max_position_embeddings",
    "roberta": "max_position_embeddings",
}
"""Family → the key that says how long its table of positions is."""


def case_of(family: str) -> Case:
    return next(case for case in CASES if case.family == family and case.variant == "plain")


def that_fit(family: str) -> int:
    """Tokens of the longest text. RoBERTa and MPNet leave the rows up to their padding id unused."""
    config: Any = PLAIN[family]
    return int(config[TABLES[family]]) - (2 if family in ("roberta", "mpnet") else 0)


@IN_ALL
@pytest.mark.parametrize("family", TABLES)
def test_a_text_longer_than_the_positions_is_refused_with_the_length_that_fits(
    models: Models, framework: str, family: str
) -> None:
    length = that_fit(family)
    model = models.of(framework, case_of(family), "base")
    with pytest.raises(ArgumentError, match=f"Truncate texts to {length} tokens"):
        SIDES[framework].call(model, input_ids=torch.full((1, length + 1), 5))


@pytest.mark.parametrize("family", TABLES)
def test_a_text_as_long_as_the_positions_runs(models: Models, family: str) -> None:
    ids = torch.full((1, that_fit(family)), 5)
    assert SIDES["torch"].call(models.torch(case_of(family), "base"), input_ids=ids).last_hidden_state.isfinite().all()


@IN_ALL
def test_padding_takes_no_position_where_positions_count_tokens(models: Models, framework: str) -> None:
    """RoBERTa's padding may be longer than its table: only the tokens count."""
    case, ids = case_of("roberta"), torch.full((1, that_fit("roberta") + 3), 5)
    ids[:, :3] = case.pad
    output = SIDES[framework].call(models.of(framework, case, "base"), input_ids=ids, attention_mask=ids != case.pad)
    assert output.last_hidden_state[:, 3:].isfinite().all()


@IN_ALL
@pytest.mark.parametrize(
    ("family", "argument", "value"),
    [
        ("bert", "input_ids", 1000),
        ("bert", "input_ids", -1),
        ("bert", "token_type_ids", 2),
        ("bert", "token_type_ids", -1),
        ("bert", "position_ids", 1000),
        ("bert", "position_ids", -1),
        ("gpt2", "token_type_ids", 1000),
        ("opt", "position_ids", 1000),
        ("llama", "input_ids", -7),
    ],
)
def test_an_id_without_a_vector_is_named_with_those_that_there_are(
    models: Models, framework: str, family: str, argument: str, value: int
) -> None:
    given = {"input_ids": torch.tensor([[5, 6, 7]])} | {argument: torch.tensor([[1, value, 1]])}
    said = rf"{argument} has {value}, and this model has embeddings for -?\d to \d+\."
    with pytest.raises(ArgumentError, match=said):
        SIDES[framework].call(models.of(framework, case_of(family), "base"), **given)


@IN_ALL
@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("input_ids", torch.tensor([5, 6, 7])),
        ("input_ids", torch.tensor([[5.0, 6.0, 7.0]])),
        ("position_ids", torch.tensor([[0.0, 1.0, 2.0]])),
        ("token_type_ids", torch.tensor([[0.0, 1.0, 1.0]])),
    ],
    ids=["one-text", "fractions", "fractional-positions", "fractional-types"],
)
def test_ids_are_whole_numbers_of_texts(models: Models, framework: str, argument: str, value: torch.Tensor) -> None:
    given = {"input_ids": torch.tensor([[5, 6, 7]])} | {argument: value}
    with pytest.raises(ArgumentError, match=f"{argument} (is|has)"):
        SIDES[framework].call(models.of(framework, case_of("bert"), "base"), **given)


@IN_ALL
@pytest.mark.parametrize("argument", ["position_ids", "token_type_ids"])
@pytest.mark.parametrize("shape", [(1, 2), (3, 3)])
def test_ids_beside_others_have_their_shape(
    models: Models, framework: str, argument: str, shape: tuple[int, ...]
) -> None:
    given = {"input_ids": torch.full((2, 3), 5), argument: torch.zeros(shape, dtype=torch.long)}
    with pytest.raises(ArgumentError, match=rf"{argument} has shape \({shape[0]}, {shape[1]}\), expected \(2, 3\)"):
        SIDES[framework].call(models.of(framework, case_of("bert"), "base"), **given)


@IN_ALL
@pytest.mark.parametrize(
    "given",
    [
        {"input_ids": torch.zeros(1, 0, dtype=torch.long)},
        {"inputs_embeds": torch.ones(1, 3, 7)},
        {"inputs_embeds": torch.ones(3, 7)},
    ],
    ids=["no-token", "other-width", "one-text"],
)
def test_texts_of_a_shape_that_no_layer_takes_are_named(
    models: Models, framework: str, given: dict[str, torch.Tensor]
) -> None:
    with pytest.raises(ArgumentError, match=rf"{next(iter(given))} has shape .*, expected \(batch, tokens"):
        SIDES[framework].call(models.of(framework, case_of("llama"), "base"), **given)


@IN_ALL
@pytest.mark.parametrize("ids", [[[5] * 200], [[5, 1000]]], ids=["too-long", "unknown-id"])
def test_generate_refuses_them_too(models: Models, framework: str, ids: list[list[int]]) -> None:
    model = models.of(framework, case_of("gpt2"), "causal_lm")
    with pytest.raises(ArgumentError, match=r"this model has (positions|embeddings)"):
        SIDES[framework].generate(model, input_ids=torch.tensor(ids), max_new_tokens=2)


IDS = torch.tensor([[5, 6, 7], [8, 9, 10]])
SINGLE = {"problem_type": "single_label_classification"}
BAD_LABELS: dict[str, tuple[str, str, dict[str, Any], torch.Tensor, str]] = {
    "class-beyond": ("bert", "sequence_classification", SINGLE, torch.tensor([0, 3]), "has 3, expected 0 to 2"),
    "class-below": ("bert", "sequence_classification", SINGLE, torch.tensor([0, -1]), "has -1, expected 0 to 2"),
    "class-of-a-token": (
        "bert",
        "token_classification",
        {},
        torch.tensor([[0, -100, 1], [2, 3, 0]]),
        "has 3, expected 0 to 2",
    ),
    "token-beyond": ("llama", "causal_lm", {}, torch.tensor([[0, 1, 1000], [2, 3, 0]]), "has 1000, expected 0 to 98"),
    "fractions": ("bert", "sequence_classification", SINGLE, torch.tensor([0.0, 1.0]), "expected integers"),
    "fractions-for-tokens": ("bert", "token_classification", {}, torch.zeros(2, 3), "expected integers"),
    "too-few": ("llama", "causal_lm", {}, IDS[:, :2], r"shape \(2, 2\), expected \(2, 3\)"),
    "turned": ("bert", "token_classification", {}, torch.zeros(3, 2).long(), r"shape \(3, 2\), expected \(2, 3\)"),
    "one-of-several": (
        "bert",
        "sequence_classification",
        {"problem_type": "multi_label_classification"},
        torch.tensor([0, 1]),
        r"shape \(2,\), expected \(2, 3\)",
    ),
    "several-of-one": ("bert", "sequence_classification", {}, torch.ones(2, 3).long(), "problem_type='multi_label"),
    "of-a-regression": ("bert", "sequence_classification", {"num_labels": 1}, torch.ones(3), r"expected \(2, 1\)"),
}


@IN_ALL
@pytest.mark.parametrize("way", BAD_LABELS)
def test_labels_that_do_not_fit_are_named_with_what_is_expected(models: Models, framework: str, way: str) -> None:
    family, head, changes, labels, message = BAD_LABELS[way]
    model = models.of(framework, case_of(family), head, **changes)
    with pytest.raises(ArgumentError, match=message):
        SIDES[framework].call(model, input_ids=IDS, labels=labels)


@IN_ALL
@pytest.mark.parametrize(
    ("changes", "labels"),
    [
        ({"problem_type": "multi_label_classification"}, torch.tensor([[0, 1, 1], [1, 0, 0]])),
        ({"problem_type": "regression"}, torch.tensor([[0, -7, 1], [1, 0, 12]])),
        ({"num_labels": 1}, torch.tensor([4, -2])),
    ],
    ids=["multi-label", "regression-of-three", "regression"],
)
def test_whole_numbers_serve_where_numbers_are_compared(
    models: Models, framework: str, changes: dict[str, Any], labels: torch.Tensor
) -> None:
    side, model = SIDES[framework], models.of(framework, case_of("bert"), "sequence_classification", **changes)
    whole, fractions = (side.call(model, input_ids=IDS, labels=each).loss for each in (labels, labels.float()))
    assert whole.dtype is torch.float32 and torch.equal(whole, fractions)


@pytest.mark.parametrize("dtype", [torch.int32, torch.uint8])
def test_classes_may_be_whole_numbers_of_any_size(models: Models, dtype: torch.dtype) -> None:
    model = models.torch(case_of("llama"), "causal_lm")
    expected = SIDES["torch"].call(model, input_ids=IDS, labels=IDS).loss
    assert torch.equal(SIDES["torch"].call(model, input_ids=IDS, labels=IDS.to(dtype)).loss, expected)


def test_a_problem_type_of_no_kind_is_refused(models: Models) -> None:
    model = models.torch(case_of("bert"), "sequence_classification")
    with pytest.raises(InvalidConfig, match=r"'problem_type': expected .*single_label_classification.* 'single-label'"):
        model.config.problem_type = "single-label"


def test_in_a_compiled_flax_program_the_loss_of_no_class_is_nan() -> None:
    import jax
    import jax.numpy as jnp

    from loadstone.frameworks.flax.losses import cross_entropy

    losses = jax.jit(jax.vmap(cross_entropy))(jnp.zeros((3, 1, 4)), jnp.array([[1], [-1], [4]]))
    assert jnp.isnan(losses).tolist() == [False, True, True]
