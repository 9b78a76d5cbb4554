"""Decoding through caches of a fixed size, and through transformers' own, equals decoding through ours that grows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import transformers

import loadstone
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.modeling import static_cache

from .cases import Case
from .reference import Store, assert_close, chunks, kept, make_inputs, positions_of
from .selections import crossed, pairs

ROOM = 24
CASES = crossed(pairs("causal_lm", plain_only=True), ["left", "none"])


def decode(case: Case, model: Any, inputs: dict[str, torch.Tensor], cache: Any) -> torch.Tensor:
    """Logits of all positions, decoded chunk by chunk through ``cache``."""
    ids, mask, logits = inputs["input_ids"], inputs.get("attention_mask"), []
    with torch.no_grad():
        for start, end in chunks(ids.shape[1]):
            options: dict[str, Any] = {}
            if mask is not None:
                options = {"attention_mask": mask[:, :end], "position_ids": positions_of(case, mask)[:, start:end]}
            logits.append(model(input_ids=ids[:, start:end], past_key_values=cache, **options).logits)
    return torch.cat(logits, dim=1)


@pytest.mark.parametrize("looks", [True, False], ids=["views", "fixed-shapes"])
@pytest.mark.parametrize(("case", "head", "padding"), CASES)
def test_a_static_cache_gives_the_same(
    store: Store, case: Case, head: str, padding: str, looks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, inputs = store.ours(case, head, attention="sdpa"), make_inputs(case, padding)
    expected = decode(case, model, inputs, loadstone.DynamicCache())
    if not looks:
        monkeypatch.setattr(static_cache, "values_known", lambda _: False)
    cache = loadstone.StaticCache(config=model.config, max_cache_len=ROOM)
    for turn in ("first", "again"):
        actual = decode(case, model, inputs, cache)
        assert_close(actual[kept(inputs)], expected[kept(inputs)], turn)
        assert int(cache.get_seq_length()) == inputs["input_ids"].shape[1]
        addresses = [key.data_ptr() for key in cache.key_cache]
        cache.reset()
    assert addresses == [key.data_ptr() for key in cache.key_cache]


def grows(config: Any) -> Any:
    return transformers.DynamicCache(config=config)


def fixed(config: Any) -> Any:
    return transformers.StaticCache(config=config, max_cache_len=ROOM)


@pytest.mark.parametrize("make", [grows, fixed])
@pytest.mark.parametrize(("case", "head", "padding"), CASES)
def test_caches_of_transformers_give_the_same(
    store: Store, case: Case, head: str, padding: str, make: Callable[[Any], Any]
) -> None:
    model, inputs = store.ours(case, head, attention="sdpa"), make_inputs(case, padding)
    expected = decode(case, model, inputs, loadstone.DynamicCache())
    cache = make(store.reference(case, head).fresh().config)
    if model.has_states:
        with pytest.raises(ArgumentError, match="expected Loadstone's DynamicCache or StaticCache"):
            decode(case, model, inputs, cache)
        return
    assert_close(decode(case, model, inputs, cache)[kept(inputs)], expected[kept(inputs)], "logits")
