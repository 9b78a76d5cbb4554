"""Cached decoding: step by step and in chunks, padded or not, equals the reference and the whole forward."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from .cases import Case
from .reference import Store, assert_close, chunks, kept, make_inputs, positions_of
from .selections import crossed, decoding_pairs, pairs


def decode(case: Case, model: Any, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """Logits of all positions, decoded chunk by chunk through the cache that ``model`` hands out."""
    ids, mask = inputs["input_ids"], inputs.get("attention_mask")
    cache, logits = None, []
    with torch.no_grad():
        for start, end in chunks(ids.shape[1]):
            options: dict[str, Any] = {}
            if mask is not None:
                options = {"attention_mask": mask[:, :end], "position_ids": positions_of(case, mask)[:, start:end]}
            output = model(input_ids=ids[:, start:end], past_key_values=cache, use_cache=True, **options)
            cache = output.past_key_values
            assert cache is not None
            logits.append(output.logits)
    return torch.cat(logits, dim=1)


CACHE_CASES = crossed(decoding_pairs(), ["left"]) + crossed(pairs("causal_lm", plain_only=True), ["none"])


@pytest.mark.parametrize(("case", "head", "padding"), CACHE_CASES)
def test_cached_logits_equal_the_reference(store: Store, case: Case, head: str, padding: str) -> None:
    inputs = make_inputs(case, padding)
    expected = decode(case, store.reference(case, head).fresh(), inputs)
    for attention in ("eager", "sdpa"):
        actual = decode(case, store.ours(case, head, attention=attention), inputs)
        assert_close(actual[kept(inputs)], expected[kept(inputs)], attention)


@pytest.mark.parametrize(("case", "head", "padding"), [p for p in CACHE_CASES if p.values[0].cache_is_exact])
def test_cached_logits_equal_the_whole_forward(store: Store, case: Case, head: str, padding: str) -> None:
    inputs = make_inputs(case, padding)
    options = {"position_ids": positions_of(case, kept(inputs).long())} if padding == "left" else {}
    model = store.ours(case, head, attention="sdpa")
    with torch.no_grad():
        whole = model(**inputs, **options).logits
    assert_close(decode(case, model, inputs)[kept(inputs)], whole[kept(inputs)], "logits")


@pytest.mark.parametrize(("case", "head"), pairs("base", plain_only=True))
def test_cache_comes_unless_refused_and_only_from_decoders(store: Store, case: Case, head: str) -> None:
    model, inputs = store.ours(case, head), make_inputs(case)
    with torch.no_grad():
        cached = getattr(model(**inputs), "past_key_values", None)
        refused = getattr(model(**inputs, use_cache=False), "past_key_values", None) if not case.bidirectional else None
    assert (cached is not None) == (not case.bidirectional)
    assert refused is None


@pytest.mark.parametrize(("case", "head"), pairs("causal_lm", plain_only=True))
def test_decoding_does_not_change_an_earlier_output(store: Store, case: Case, head: str) -> None:
    """The logits handed out stay as they were while the cache grows."""
    model, inputs = store.ours(case, head), make_inputs(case)
    ids = inputs["input_ids"]
    with torch.no_grad():
        first = model(input_ids=ids[:, :-1], use_cache=True)
        before = first.logits.clone()
        model(input_ids=ids[:, -1:], past_key_values=first.past_key_values, use_cache=True)
    assert first.logits.equal(before)
