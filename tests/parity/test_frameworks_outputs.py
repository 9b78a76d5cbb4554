"""Flax and TensorFlow against PyTorch on the same checkpoint: logits, hidden states, attention probabilities."""

from __future__ import annotations

from typing import Any

import torch

from .cases import Case
from .frameworks import SIDES, TORCH, Models, in_frameworks, load
from .reference import assert_close, assert_outputs_close, kept, make_inputs
from .routing import imposed, recorded
from .selections import EVERY_HEAD, KINDS, PADDINGS, crossed, pairs, trunk_pairs

WITH_EXPERTS = ("mixtral", "qwen3_moe")
PLAIN_TRUNKS = trunk_pairs(plain_only=True)
BY_KIND = [trunk for trunk in PLAIN_TRUNKS if trunk.values[0].family in KINDS]
OTHERS = [parameter for parameter in pairs() if parameter.id not in {trunk.id for trunk in BY_KIND}]
OTHER_HEADS = (
    *("sequence_classification", "token_classification", "question_answering"),
    *("multiple_choice", "next_sentence_prediction", "pretraining"),
)
ASKED = {"output_hidden_states": True, "output_attentions": True}


@in_frameworks(crossed(BY_KIND, PADDINGS) + crossed(OTHERS, ["right"]), "padding")
def test_outputs_equal_pytorch(
    models: Models, record_property: Any, framework: str, case: Case, head: str, padding: str
) -> None:
    inputs = make_inputs(case, padding, head=head)
    expected = TORCH.call(models.torch(case, head), **inputs, **ASKED)
    actual = SIDES[framework].call(models.of(framework, case, head), **inputs, **ASKED)
    difference = assert_outputs_close(actual, expected, kept(inputs))
    record_property("parity", f"{type(models.of(framework, case, head)).__name__} {difference:.2g}")
    assert vars(actual).keys() | {"past_key_values"} == vars(expected).keys() | {"past_key_values"}


@in_frameworks(pairs(plain_only=True, families=EVERY_HEAD))
def test_hidden_states_and_attentions_come_only_on_request(
    models: Models, framework: str, case: Case, head: str
) -> None:
    output = SIDES[framework].call(models.of(framework, case, head), **make_inputs(case, head=head))
    assert not {"hidden_states", "attentions"} & vars(output).keys()


@in_frameworks(PLAIN_TRUNKS)
def test_explicit_position_ids_equal_pytorch(models: Models, framework: str, case: Case, head: str) -> None:
    inputs = make_inputs(case, head=head)
    rows, length = inputs["input_ids"].shape
    inputs["position_ids"] = torch.arange(length).repeat(rows, 1) + torch.arange(1, rows + 1)[:, None]
    expected = TORCH.call(models.torch(case, head), **inputs)
    actual = SIDES[framework].call(models.of(framework, case, head), **inputs)
    assert_outputs_close(actual, expected, kept(inputs))


@in_frameworks(PLAIN_TRUNKS)
def test_inputs_embeds_equal_pytorch(models: Models, framework: str, case: Case, head: str) -> None:
    inputs = make_inputs(case, head=head)
    keep = kept(inputs)
    reference = models.torch(case, head)
    inputs["inputs_embeds"] = reference.get_input_embeddings()(inputs.pop("input_ids")).detach()
    expected = TORCH.call(reference, **inputs)
    assert_outputs_close(SIDES[framework].call(models.of(framework, case, head), **inputs), expected, keep)


@in_frameworks(pairs("causal_lm", plain_only=True, families=KINDS))
def test_logits_to_keep_are_the_last_ones(models: Models, framework: str, case: Case, head: str) -> None:
    side, model, inputs = SIDES[framework], models.of(framework, case, head), make_inputs(case, head=head)
    whole, kept_only = side.call(model, **inputs).logits, side.call(model, **inputs, logits_to_keep=2).logits
    assert_close(kept_only, whole[:, -2:], "logits", 1e-5)


@in_frameworks(pairs(plain_only=True, families=EVERY_HEAD))
def test_without_return_dict_comes_the_same_tuple(models: Models, framework: str, case: Case, head: str) -> None:
    side, model = SIDES[framework], models.of(framework, case, head)
    inputs = {name: side.to(value) for name, value in make_inputs(case, head=head).items()}
    with side.eager():
        named, plain = model(**inputs), model(**inputs, return_dict=False)
    assert isinstance(plain, tuple)
    assert len(plain) == len(named.to_tuple())
    assert plain[0].shape == named[0].shape


COMPILED = pairs("causal_lm", "masked_lm", plain_only=True, families=KINDS)
COMPILED += pairs(*OTHER_HEADS, plain_only=True, families=EVERY_HEAD)


@in_frameworks(COMPILED)
def test_compiled_outputs_equal_pytorch(models: Models, framework: str, case: Case, head: str) -> None:
    """One program for the whole pass: nothing in it hangs on the numbers in an array."""
    inputs = make_inputs(case, "right", head=head)
    expected = TORCH.call(models.torch(case, head), **inputs, output_hidden_states=True)
    actual = SIDES[framework].compiled(models.of(framework, case, head), **inputs, output_hidden_states=True)
    assert_outputs_close(actual, expected, kept(inputs))


SHARED_EXPERTS = 0.85
"""Smallest share of the tokens that go to the same experts in bfloat16 as in float32, with random weights."""


@in_frameworks(BY_KIND + pairs("base", plain_only=True, families=("qwen3",)))  # qwen3 norms queries and keys
def test_bfloat16_is_as_close_as_pytorchs_own(models: Models, framework: str, case: Case, head: str) -> None:
    """Mean error against float32 at most three times that of PyTorch in bfloat16, plus 1e-3: rounding, no mistake.

    The experts are those that a router in float32 chooses, for all three: which of two it takes that score alike
    is no mistake. So many of them must be a rounded router's own choice, too.
    """
    folder, inputs = models.folder(case, head), make_inputs(case, head=head)
    side = SIDES[framework]
    rounded = load(side, folder, head, dtype="bfloat16")
    assert {name: t.dtype for name, t in side.state(rounded).items() if t.dtype != torch.bfloat16} == {}
    with recorded(TORCH) as routing:
        exact = vars(TORCH.call(models.torch(case, head), **inputs))
    with imposed(TORCH, routing):
        theirs = vars(TORCH.call(load(TORCH, folder, head, dtype="bfloat16"), **inputs))
    with imposed(side, routing) as kept:
        ours = vars(side.call(rounded, **inputs))
    for name in exact.keys() - {"past_key_values"}:
        assert ours[name].dtype == theirs[name].dtype == torch.bfloat16
        allowed = 3 * (theirs[name].float() - exact[name]).abs().mean() + 1e-3
        error = (ours[name].float() - exact[name]).abs().mean()
        assert error <= allowed, f"{name}: mean error {error:.3g}, allowed {allowed:.3g}"
    assert bool(routing) == (case.family in WITH_EXPERTS)
    for layer, same in enumerate(kept):
        share = same.float().mean()
        assert share >= SHARED_EXPERTS, f"layer {layer}: {share:.0%} of the tokens went to the same experts"
