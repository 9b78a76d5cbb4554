"""Members of Loadstone's equivalents that code of one release or another takes for granted."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import loadstone
from loadstone.errors import CustomCodeError
from loadstone.frameworks.torch.transformers_compat.attention import ALL_ATTENTION_FUNCTIONS
from loadstone.frameworks.torch.transformers_compat.layers import AttentionMaskConverter
from loadstone.frameworks.torch.transformers_compat.loss import loss_function_of

PADDED = torch.tensor([[0, 1, 1]])


@pytest.mark.parametrize("mask", [None, torch.ones(1, 3), PADDED, torch.ones(1, 1, 3, 3)])
@pytest.mark.parametrize("past", [0, 2])
@pytest.mark.parametrize("window", [None, 3, 9])
def test_whether_a_kernel_needs_no_mask(mask: torch.Tensor | None, past: int, window: int | None) -> None:
    from transformers.modeling_attn_mask_utils import AttentionMaskConverter as Theirs

    given = (mask, torch.ones(1, 3, 4), past, window)
    assert AttentionMaskConverter._ignore_causal_mask_sdpa(*given) == Theirs._ignore_causal_mask_sdpa(*given)


def test_queries_that_see_nothing_see_all() -> None:
    from transformers.modeling_attn_mask_utils import AttentionMaskConverter as Theirs

    lowest = torch.finfo(torch.float32).min
    mask = torch.tensor([[[[lowest, lowest], [0.0, lowest]]]])
    assert torch.equal(
        AttentionMaskConverter._unmask_unattended(mask, lowest), Theirs._unmask_unattended(mask, min_dtype=lowest)
    )
    seen = torch.tensor([[[[False, False], [True, False]]]])  # and as 4.36 asked
    out = AttentionMaskConverter._unmask_unattended(seen, torch.tensor([[0, 1]]), unmasked_value=True)
    assert out.tolist() == [[[[True, True], [True, False]]]]


def test_an_attention_function_is_found_by_its_interface() -> None:
    own: Any = object()
    assert ALL_ATTENTION_FUNCTIONS.get_interface("sdpa", own) is ALL_ATTENTION_FUNCTIONS["sdpa"]
    assert ALL_ATTENTION_FUNCTIONS.get_interface("eager", own) is own
    assert ALL_ATTENTION_FUNCTIONS.get_interface(None, own) is own


def test_a_cache_answers_in_the_words_of_every_release() -> None:
    cache = loadstone.DynamicCache(config=loadstone.LlamaConfig())
    key = torch.ones(1, 2, 3, 4)
    cache.update(key, 2 * key, 0)
    assert torch.equal(cache.layers[0].keys, key) and torch.equal(cache.layers[0].values, 2 * key)
    assert cache.get_max_length() is None and not cache.is_compileable
    assert cache.get_mask_sizes(2) == (5, 0) and cache.get_mask_sizes(torch.arange(3, 4)) == (4, 0)


LOGITS, LABELS = torch.tensor([[[0.0, 1.0], [1.0, 0.0]]]), torch.tensor([[1, 0]])


@pytest.mark.parametrize("name", ["MineForCausalLM", "MineForMaskedLM", "Mine"])
def test_the_loss_is_that_of_the_classs_name(name: str) -> None:
    from transformers.loss.loss_utils import LOSS_MAPPING

    theirs = LOSS_MAPPING[name.removeprefix("Mine") or "ForCausalLM"]
    assert torch.allclose(loss_function_of(name)(LOGITS, LABELS, vocab_size=2), theirs(LOGITS, LABELS, vocab_size=2))


def test_a_loss_of_texts_and_one_that_is_not_here() -> None:
    config = loadstone.LlamaConfig(num_labels=2)
    got = loss_function_of("MineForSequenceClassification")(
        labels=torch.tensor([1]), pooled_logits=torch.tensor([[0.0, 1.0]]), config=config
    )
    assert torch.allclose(got, torch.nn.functional.cross_entropy(torch.tensor([[0.0, 1.0]]), torch.tensor([1])))
    with pytest.raises(CustomCodeError, match="ForObjectDetection"):
        loss_function_of("MineForObjectDetection")


def test_a_generation_config_comes_from_a_models_config() -> None:
    made = loadstone.GenerationConfig.from_model_config(loadstone.LlamaConfig(eos_token_id=7))
    assert made.eos_token_id == 7
