"""Flax and TensorFlow decode with a cache of fixed size to the numbers of PyTorch's, which grows."""

from __future__ import annotations

from typing import Any

import torch

from .cases import Case
from .frameworks import SIDES, TORCH, Models, Side, in_frameworks
from .reference import assert_close, chunks, kept, make_inputs, positions_of
from .selections import KINDS, crossed, decoding_pairs, pairs


def decode(
    side: Side, case: Case, model: Any, inputs: dict[str, torch.Tensor], *, room: int = 0, whole_mask: bool = False
) -> torch.Tensor:
    """Logits of all positions, chunk by chunk through a cache with ``room`` to spare.

    The mask has a place for each token so far, or with ``whole_mask`` for each of the cache.
    """
    ids, mask = inputs["input_ids"], inputs.get("attention_mask")
    rows, length = ids.shape
    cache, logits = side.cache(model, rows, length + room), []
    for start, end in chunks(length):
        options: dict[str, Any] = {}
        if mask is not None:
            seen = torch.nn.functional.pad(mask, (0, room), value=1) if whole_mask else mask[:, :end]
            options = {"attention_mask": seen, "position_ids": positions_of(case, mask)[:, start:end]}
        output = side.call(model, input_ids=ids[:, start:end], past_key_values=cache, use_cache=True, **options)
        cache = output.past_key_values
        logits.append(output.logits)
    return torch.cat(logits, dim=1)


OTHERWISE = {
    *("llama-dynamic", "llama-dynamic_short", "phi3-longrope_short", "phi3-longrope_long"),
    *("mistral-window", "qwen2-window", "bert-decoder", "roberta-decoder"),
}
"""Awkward configs that a fixed cache may serve otherwise: frequencies that follow the length, windows in all layers or
in some, encoders that decode, with positions counted from 0 or from the tokens. Whatever else changes what is computed
changes it for a whole text, too; PyTorch's cache is tried on every such config."""

DECODED = [each for each in decoding_pairs() if each.values[0].variant == "plain" or each.values[0].id in OTHERWISE]
DECODED = crossed(DECODED, ["left"]) + crossed(
    # Without a mask and to the last place of the cache: what counts places counts for all.
    pairs("causal_lm", plain_only=True, families=("llama", "gpt2")),
    ["none"],
)


@in_frameworks(DECODED, "padding")
def test_cached_logits_equal_pytorch(models: Models, framework: str, case: Case, head: str, padding: str) -> None:
    inputs = make_inputs(case, padding)
    expected = decode(TORCH, case, models.torch(case, head), inputs)
    model = models.of(framework, case, head)
    actual = decode(SIDES[framework], case, model, inputs, room=0 if padding == "none" else 5)
    assert_close(actual[kept(inputs)], expected[kept(inputs)], "logits")


@in_frameworks(pairs("causal_lm", plain_only=True, families=KINDS))
def test_mask_may_span_the_whole_cache(models: Models, framework: str, case: Case, head: str) -> None:
    """A mask whose shape never changes: what a compiled step wants. Its ones over empty places count for nothing."""
    inputs = make_inputs(case, "left")
    expected = decode(TORCH, case, models.torch(case, head), inputs)
    actual = decode(SIDES[framework], case, models.of(framework, case, head), inputs, room=5, whole_mask=True)
    assert_close(actual[kept(inputs)], expected[kept(inputs)], "logits")
