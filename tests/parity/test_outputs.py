"""Outputs: logits, hidden states and attention probabilities equal the reference's, padded or not, however fed."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from .cases import Case
from .reference import (
    Store,
    assert_close,
    assert_outputs_close,
    auto_class,
    kept,
    make_inputs,
    positions_of,
)
from .selections import EVERY_HEAD, PADDINGS, crossed, padded_pairs, pairs, trunk_pairs


def pools_padding(case: Case, head: str, padding: str) -> bool:
    """modernbert's ``cls`` pooling takes position 0, which is meaningless when that is padding outside any window."""
    pooled = head == "sequence_classification" and case.config.get("classifier_pooling", "cls") == "cls"
    return case.family == "modernbert" and pooled and padding == "left"


OUTPUT_CASES = [parameter for parameter in padded_pairs() if not pools_padding(*parameter.values)]
TRUNK_CASES = [each for each in crossed(trunk_pairs(), PADDINGS) if not pools_padding(*each.values)]


@pytest.mark.parametrize(("case", "head", "padding"), OUTPUT_CASES)
def test_outputs_equal_the_reference(store: Store, record_property: Any, case: Case, head: str, padding: str) -> None:
    inputs = make_inputs(case, padding, head=head)
    wanted = {"output_hidden_states": True, "output_attentions": True}
    model = store.ours(case, head)
    with torch.no_grad():
        ours = model(**inputs, **wanted)
    difference = assert_outputs_close(ours, store.reference(case, head)(**inputs, **wanted), kept(inputs))
    record_property("parity", f"{type(model).__name__} {difference:.2g}")


@pytest.mark.parametrize(("case", "head", "padding"), TRUNK_CASES)
def test_sdpa_equals_eager(store: Store, case: Case, head: str, padding: str) -> None:
    inputs = make_inputs(case, padding, head=head)
    with torch.no_grad():
        eager = store.ours(case, head)(**inputs, output_hidden_states=True)
        sdpa = store.ours(case, head, attention="sdpa")(**inputs, output_hidden_states=True)
    assert_outputs_close(sdpa, eager, kept(inputs))


@pytest.mark.parametrize(("case", "head"), trunk_pairs(plain_only=True))
def test_hidden_states_and_attentions_come_only_on_request(store: Store, case: Case, head: str) -> None:
    with torch.no_grad():
        output = store.ours(case, head)(**make_inputs(case, head=head))
    assert output.hidden_states is None
    assert output.attentions is None


@pytest.mark.parametrize(("case", "head"), trunk_pairs())
def test_explicit_position_ids_equal_the_reference(store: Store, case: Case, head: str) -> None:
    inputs = make_inputs(case, head=head)
    rows, length = inputs["input_ids"].shape
    positions = torch.arange(length).repeat(rows, 1) + torch.arange(1, rows + 1)[:, None]
    with torch.no_grad():
        ours = store.ours(case, head)(**inputs, position_ids=positions)
    assert_outputs_close(ours, store.reference(case, head)(**inputs, position_ids=positions), kept(inputs))


@pytest.mark.parametrize(("case", "head"), trunk_pairs())
def test_inputs_embeds_equal_the_reference(store: Store, case: Case, head: str) -> None:
    inputs = make_inputs(case, head=head)
    reference, ours = store.reference(case, head), store.ours(case, head)
    keep = kept(inputs)
    with torch.no_grad():
        ids = inputs.pop("input_ids")
        expected = reference.model.get_input_embeddings()(ids)
        embedded = ours.get_input_embeddings()(ids)
        assert_close(embedded, expected, "get_input_embeddings()")
        result = ours(inputs_embeds=embedded, **inputs)
    assert_outputs_close(result, reference(inputs_embeds=expected, **inputs), keep)


@pytest.mark.parametrize(("case", "head"), pairs("causal_lm"))
def test_left_padding_with_counted_positions_equals_the_rows_alone(store: Store, case: Case, head: str) -> None:
    inputs = make_inputs(case, "left", head=head)
    mask = inputs["attention_mask"]
    model = store.ours(case, head, attention="sdpa")
    with torch.no_grad():
        batched = model(**inputs, position_ids=positions_of(case, mask)).logits
        for row in range(1 if case.rope_type in ("dynamic", "longrope") else len(mask)):
            # frequencies of those two kinds follow the longest row of a batch
            alone = model(input_ids=inputs["input_ids"][row : row + 1][:, mask[row].bool()]).logits
            assert_close(batched[row, mask[row].bool()], alone[0], f"row {row}")


ROUNDED = {"rope_scaling", "reorder_and_upcast_attn", "attn_logit_softcapping", "hidden_act", "activation_function"}
"""Keys that change what is computed in float32 whatever the model's dtype, or what rounding makes of a number."""

DTYPE_OPTIONS = {
    "torch_dtype": {"torch_dtype": torch.bfloat16},
    "dtype": {"dtype": torch.bfloat16},
    "name": {"torch_dtype": "bfloat16"},
}


@pytest.mark.parametrize(
    ("case", "head", "form"),
    [
        pytest.param(*parameter.values, form, id=f"{parameter.id}-{form}")
        for parameter in [
            *pairs("causal_lm", "masked_lm", plain_only=True),
            *[each for each in pairs("causal_lm") if each.values[0].changed & ROUNDED],
            *pairs("sequence_classification", families=EVERY_HEAD),
        ]
        for form in (DTYPE_OPTIONS if parameter.values[0].id == "llama-plain" else ("torch_dtype",))
    ],
)
def test_bfloat16_is_as_close_as_the_references_own(store: Store, case: Case, head: str, form: str) -> None:
    """Mean error against float32 at most twice that of transformers in bfloat16: rounding, not a mistake."""
    import loadstone

    reference = store.reference(case, head)
    ours = auto_class(head, loadstone).from_pretrained(
        reference.folder, attn_implementation="eager", **DTYPE_OPTIONS[form]
    )
    ours.eval()
    floating = {name: t.dtype for name, t in ours.state_dict().items() if t.is_floating_point()}
    assert set(floating.values()) == {torch.bfloat16}, floating

    inputs = make_inputs(case, head=head)
    rounded = auto_class(head).from_pretrained(reference.folder, attn_implementation="eager", dtype=torch.bfloat16)
    with torch.no_grad():
        logits = ours(**inputs).logits
        exact = reference(**inputs).logits
        allowed = (rounded.eval()(**inputs).logits.float() - exact).abs().mean()
    assert logits.dtype == torch.bfloat16
    error = (logits.float() - exact).abs().mean()
    assert error <= 2 * allowed + 1e-3, f"mean error {error:.3g}, transformers' own {allowed:.3g}"
