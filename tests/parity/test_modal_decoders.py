"""Families of :mod:`modal_families` that go on with one text: logits with a cache, and texts that share a row.

Of a new decoder this is tried besides what :mod:`test_modal_families` tries of every family, in every awkward config.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch

import loadstone
from loadstone.architectures import registry
from loadstone.architectures.tasks import CAUSAL_LM

from .modal_models import KNOWN, Models
from .reference import TOLERANCE, assert_close


def writes(family: str) -> bool:
    """Whether the family's main class is a language model that goes on with its inputs."""
    known = KNOWN[family]
    head = next(head for head in registry.family(family).heads if head.class_name == known.main)
    return head.task == CAUSAL_LM and known.prompt is not None


DECODERS = [family for family in KNOWN if writes(family)]
VARIANTS = [
    pytest.param(family, variant, id=f"{family}-{variant or 'plain'}")
    for family in DECODERS
    for variant in ("", *KNOWN[family].awkward)
    if KNOWN[family].main not in KNOWN[family].refuses.get(variant, ())
]


def prompt_of(made: Models, family: str, variant: str) -> dict[str, torch.Tensor]:
    """Rows that are padded on the left, and where they stand in their texts."""
    known = KNOWN[family]
    assert known.prompt is not None
    given = dict(known.prompt(known.main, made(family, "", variant).model.config))
    mask = given["attention_mask"]
    assert mask[:, -1].all() and not mask.all(), "a decoder's prompt is padded on the left"
    return given | {"position_ids": (mask.cumsum(-1) - 1).clamp(min=0)}


def decoded(model: Any, given: dict[str, torch.Tensor], cache: Any = None) -> torch.Tensor:
    """Logits of all places, through a cache: of some at once, of others one by one."""
    length, logits = given["input_ids"].shape[1], []
    edges = [0, 4, *range(length - 3, length + 1)]
    with torch.no_grad():
        for start, end in pairwise(edges):
            here = {name: given[name][:, start:end] for name in ("input_ids", "position_ids")}
            mask = given["attention_mask"][:, :end]
            output = model(**here, attention_mask=mask, past_key_values=cache, use_cache=True)
            cache = output.past_key_values
            logits.append(output.logits)
    return torch.cat(logits, dim=1)


@pytest.mark.parametrize(("family", "variant"), VARIANTS)
def test_logits_with_a_cache_are_those_of_the_whole_text_and_of_transformers(
    made: Models, family: str, variant: str
) -> None:
    each, given = made(family, "", variant), prompt_of(made, family, variant)
    shown, model = given["attention_mask"].bool(), each.of("torch")
    with torch.no_grad():
        whole, expected = (side(**given, use_cache=False).logits[shown] for side in (model, each.model))
    assert_close(whole, expected, "logits")
    assert_close(decoded(model, given)[shown], whole, "with a cache")


@pytest.mark.parametrize("family", DECODERS)
def test_a_cache_of_a_fixed_size_gives_the_same(made: Models, family: str) -> None:
    model, given = made(family).of("torch"), prompt_of(made, family, "")
    cache = loadstone.StaticCache(config=model.config, max_cache_len=given["input_ids"].shape[1] + 2)
    shown = given["attention_mask"].bool()
    assert_close(decoded(model, given, cache)[shown], decoded(model, given)[shown], "with a static cache")


@pytest.mark.parametrize(("family", "variant"), [each for each in VARIANTS if KNOWN[each.values[0]].packs])
def test_texts_that_share_a_row_see_only_themselves(made: Models, family: str, variant: str) -> None:
    each, ids = made(family, "", variant), prompt_of(made, family, variant)["input_ids"]
    positions = torch.cat((torch.arange(4), torch.arange(ids.shape[1] - 4)))[None].expand(ids.shape)
    given = {"input_ids": ids, "position_ids": positions, "use_cache": False}
    with torch.no_grad():
        found = each.of("torch")(**given).logits
        alone = each.of("torch")(input_ids=ids[:, 4:], use_cache=False).logits
        expected = each.model(**given).logits
    assert_close(found[:, 4:], alone, "the second text")
    assert_close(found, expected, "logits", TOLERANCE)
