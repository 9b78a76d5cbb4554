"""Falcon's ALiBi, as in Falcon-RW: rounded as bfloat16 holds it, whatever the model computes in.

transformers adds it once where PyTorch's kernels compute attention, and twice where attention is eager, as it is for
whoever asks for its weights. Once is right: so the models were trained.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch

from .decoder_texts import PLAIN, inputs, texts
from .modal import FRAMEWORKS, Made
from .modal_models import KNOWN, config_of

CLASS = "FalconForCausalLM"
LONG = 300
"""Beyond 256 not every place is a number of bfloat16."""
ALIBI: dict[str, Any] = dict(
    alibi=True, multi_query=False, parallel_attn=False, bias=True, num_attention_heads=8, max_position_embeddings=LONG
) | dict(attn_implementation="sdpa")


@pytest.fixture(scope="module")
def each(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(CLASS, config_of(KNOWN["falcon"], CLASS, ALIBI), tmp_path_factory.mktemp("falcon"))


@pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(name, marks=pytest.mark.long) for name in FRAMEWORKS[1:])]
)
def test_alibi_is_that_of_transformers_kernels(each: Made, framework: str) -> None:
    each.check(dict(inputs(CLASS, each.model.config)), "loss", "logits", frameworks=(framework,))


def test_long_texts_have_the_places_that_bfloat16_has(each: Made) -> None:
    long = torch.randint(4, PLAIN["vocab_size"], (1, LONG), generator=torch.Generator().manual_seed(1))
    each.check({"input_ids": long}, "logits", frameworks=("torch",))


def test_weights_of_attention_that_are_shown_change_no_logits(each: Made) -> None:
    model, given = each.of("torch"), texts("right")
    with torch.no_grad():
        shown, plain = (model(**given, output_attentions=asked).logits for asked in (True, False))
    torch.testing.assert_close(shown, plain)


def test_texts_agree(each: Made) -> None:
    given: dict[str, Any] = texts("left")
    ours, theirs = (
        side.generate(**given, max_new_tokens=5, do_sample=False) for side in (each.of("torch"), each.model)
    )
    assert ours.tolist() == theirs.tolist()


@pytest.mark.long
def test_bfloat16_rounds_as_its_dtype_does() -> None:
    """In all frameworks, the ties too: what a compiled program may leave out is there."""
    import jax
    import tensorflow as tf

    from loadstone.frameworks.flax.array_functions import xp as of_flax
    from loadstone.frameworks.tensorflow.array_functions import xp as of_tensorflow

    values = torch.cat((torch.arange(250, 1030).float(), torch.randn(50), -torch.rand(50)))
    expected = values.bfloat16().float().numpy()
    assert (jax.jit(of_flax.in_bfloat16)(values.numpy()) == expected).all()
    assert (
        (tf.function(of_tensorflow.in_bfloat16, jit_compile=True)(tf.constant(values.numpy())) == expected)
        .numpy()
        .all()
    )
