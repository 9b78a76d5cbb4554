"""Generation: greedy text equals the reference token for token; sampling obeys its limits."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from .cases import Case
from .reference import Reference, Store, kept, make_inputs
from .selections import crossed, decoding_pairs, pairs

NEW = 8
PLAIN_LMS = pairs("causal_lm", plain_only=True)
SAMPLED = pairs("causal_lm", plain_only=True, families=("llama", "gpt2"))
"""The sampler sees logits only, whatever family they are of."""


def greedy(model: Any, inputs: dict[str, torch.Tensor], **options: Any) -> torch.Tensor:
    result: torch.Tensor = model.generate(**inputs, max_new_tokens=NEW, do_sample=False, **options)
    return result


def greedy_by_hand(reference: Reference, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """The reference's greedy text from whole forwards, without its ``generate``.

    For roberta and xlm-roberta, whose positions start after the padding id: ``generate`` of 5.23.0 hands their
    forward positions that start at zero, so its text is not what the model itself says.
    """
    ids, mask = inputs["input_ids"], kept(inputs).long()
    config = reference.model.config
    going = torch.ones(len(ids), dtype=torch.bool)
    for _ in range(NEW):
        following = reference(input_ids=ids, attention_mask=mask).logits[:, -1].argmax(-1)
        following = torch.where(going, following, config.pad_token_id)
        going &= following != config.eos_token_id
        ids = torch.cat([ids, following[:, None]], dim=1)
        mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
    return ids


@pytest.mark.parametrize(
    ("case", "head", "padding"), crossed(decoding_pairs(), ["left"]) + crossed(PLAIN_LMS, ["none"])
)
def test_greedy_equals_the_reference(store: Store, case: Case, head: str, padding: str) -> None:
    inputs = make_inputs(case, padding)
    reference = store.reference(case, head)
    by_hand = case.family in ("roberta", "xlm-roberta")
    expected = greedy_by_hand(reference, inputs) if by_hand else greedy(reference.fresh(), inputs)
    actual = greedy(store.ours(case, head, attention="sdpa"), inputs)
    assert actual.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("case", "head"), [p for p in pairs("causal_lm") if p.values[0].rope_type in ("dynamic", "longrope")]
)
def test_greedy_equals_the_reference_across_the_rope_boundary(store: Store, case: Case, head: str) -> None:
    """The prompt is shorter than the length at which the frequencies change, the text longer."""
    boundary = case.config.get("original_max_position_embeddings", case.config["max_position_embeddings"])
    inputs = make_inputs(case, length=int(boundary) - 3)
    expected = greedy(store.reference(case, head).fresh(), inputs)
    assert greedy(store.ours(case, head, attention="sdpa"), inputs).tolist() == expected.tolist()


@pytest.mark.parametrize(("case", "head"), PLAIN_LMS)
def test_rows_stop_at_eos_and_are_padded(store: Store, case: Case, head: str) -> None:
    inputs = make_inputs(case, "left")
    length = inputs["input_ids"].shape[1]
    reference, ours = store.reference(case, head).fresh(), store.ours(case, head, attention="sdpa")
    free = greedy(reference, inputs, eos_token_id=None)
    stop = int(free[0, length + 2])
    expected = greedy(reference, inputs, eos_token_id=stop)
    assert stop in expected[0, length:].tolist()
    assert greedy(ours, inputs, eos_token_id=stop).tolist() == expected.tolist()
    several = [stop, int(free[1, length + 1])]
    expected = greedy(reference, inputs, eos_token_id=several)
    assert greedy(ours, inputs, eos_token_id=several).tolist() == expected.tolist()


@pytest.mark.parametrize(("case", "head"), SAMPLED)
def test_top_k_of_one_and_tiny_top_p_are_greedy(store: Store, case: Case, head: str) -> None:
    inputs, model = make_inputs(case, "left"), store.ours(case, head, attention="sdpa")
    expected = greedy(model, inputs).tolist()
    for limit in ({"top_k": 1}, {"top_p": 1e-6}, {"temperature": 1e-4}):
        sampled = model.generate(**inputs, max_new_tokens=NEW, do_sample=True, **limit)
        assert sampled.tolist() == expected, limit


@pytest.mark.parametrize(("case", "head"), SAMPLED)
def test_samples_stay_inside_top_k_and_top_p(store: Store, case: Case, head: str) -> None:
    ids = make_inputs(case)["input_ids"][:1].repeat(200, 1)
    model = store.ours(case, head, attention="sdpa")
    with torch.no_grad():
        logits = model(input_ids=ids[:1]).logits[0, -1]
    heat = float(logits.std())  # flat enough for many tokens to have a chance
    logits = logits / heat
    ranked = logits.argsort(descending=True)
    mass = logits.softmax(-1)[ranked].cumsum(-1)
    nucleus = ranked[: int((mass < 0.6).sum()) + 1]
    torch.manual_seed(0)
    options: dict[str, Any] = {"max_new_tokens": 1, "do_sample": True, "temperature": heat, "eos_token_id": None}
    by_k = set(model.generate(ids, top_k=5, **options)[:, -1].tolist())
    by_p = set(model.generate(ids, top_p=0.6, top_k=0, **options)[:, -1].tolist())
    assert by_k <= set(ranked[:5].tolist())
    assert len(by_k) > 1
    assert by_p <= set(nucleus.tolist())
    assert len(by_p) > 1


@pytest.mark.parametrize(("case", "head"), SAMPLED[:1])
def test_seed_repeats_a_sample(store: Store, case: Case, head: str) -> None:
    inputs, model = make_inputs(case), store.ours(case, head, attention="sdpa")
    texts = []
    for seed in (5, 5, 6):
        torch.manual_seed(seed)
        texts.append(model.generate(**inputs, max_new_tokens=NEW, do_sample=True, temperature=2.0).tolist())
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]
