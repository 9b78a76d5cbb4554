"""Real weights: the same greedy text and the same embeddings in the three frameworks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from .frameworks import FRAMEWORKS, SIDES, TORCH, load
from .reference import assert_close, assert_outputs_close


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_same_story_is_told(stories260k: Path, framework: str) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(stories260k / "tokenizer.json"))
    prompt = torch.tensor([tokenizer.encode("Once upon a time").ids])
    asked = {"input_ids": prompt, "max_new_tokens": 80, "do_sample": False}
    expected = TORCH.generate(load(TORCH, stories260k, "causal_lm"), **asked)
    actual = SIDES[framework].generate(load(SIDES[framework], stories260k, "causal_lm"), **asked)
    text = tokenizer.decode(actual[0])
    assert text == tokenizer.decode(expected[0])
    assert actual == expected
    assert text.strip().startswith("Once upon a time, there was a little girl named")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_trained_logits_of_a_padded_batch_equal_pytorch(stories260k: Path, capp_gpt2: Path, framework: str) -> None:
    for folder in (stories260k, capp_gpt2):
        reference, model = load(TORCH, folder, "causal_lm"), load(SIDES[framework], folder, "causal_lm")
        ids = torch.randint(3, reference.config.vocab_size - 3, (2, 40), generator=torch.Generator().manual_seed(0))
        mask = torch.ones_like(ids)
        mask[1, :9] = 0
        expected = TORCH.call(reference, input_ids=ids, attention_mask=mask)
        actual = SIDES[framework].call(model, input_ids=ids, attention_mask=mask)
        assert_outputs_close(actual, expected, mask.bool())


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_sentence_embeddings_equal_pytorch(minilm: Path, framework: str) -> None:
    """all-MiniLM-L6-v2: the mean of the last hidden states over real tokens, at length one."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(minilm / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.no_truncation()
    encoded = tokenizer.encode_batch(["How do plants get their energy?", "Green leaves turn sunlight into sugar."])
    mask = torch.tensor([each.attention_mask for each in encoded])
    inputs = {"input_ids": torch.tensor([each.ids for each in encoded]), "attention_mask": mask}

    def embeddings(framework: str) -> torch.Tensor:
        side = SIDES[framework]
        hidden = side.call(load(side, minilm, "base"), **inputs).last_hidden_state
        mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(mean, dim=-1)

    expected = embeddings("torch")
    assert_close(embeddings(framework), expected, "embeddings", 1e-6)
    assert 0.3 < float(expected[0] @ expected[1]) < 1
