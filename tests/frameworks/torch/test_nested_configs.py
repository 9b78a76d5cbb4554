"""A model whose text config lies within its config: what asks for the vocabulary, padding or positions asks there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from nested_families import LLAMA_WITHIN, LlamaWithinConfig

from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION
from loadstone.errors import ArgumentError, InvalidConfig
from loadstone.frameworks.torch.modeling.classes import CLASSES


def made(task: str = CAUSAL_LM, **changes: Any) -> Any:
    head = LLAMA_WITHIN.head(task)
    assert head is not None
    torch.manual_seed(0)
    text = {**tiny.LLAMA, "num_hidden_layers": 1, **changes}
    return CLASSES.model_class(LLAMA_WITHIN, head)(LlamaWithinConfig(text_config=text)).eval()  # type: ignore[call-arg]


def test_another_vocabulary_is_written_into_the_text_config(tmp_path: Path) -> None:
    model = made()
    model.resize_token_embeddings(70)
    assert model.config.text_config.vocab_size == 70 and "vocab_size" not in model.config.other_keys()
    assert model(tiny.IDS).logits.shape[-1] == 70
    again = type(model).from_pretrained(tiny.saved(model, tmp_path), torch_dtype="bfloat16")
    assert again.config.text_config.vocab_size == 70
    assert again.config.text_config.torch_dtype == again.config.torch_dtype == torch.bfloat16


def test_padding_and_the_last_position_are_the_texts() -> None:
    with pytest.raises(ArgumentError, match="pad_token_id"):
        made(SEQUENCE_CLASSIFICATION)(tiny.IDS)
    model = made(SEQUENCE_CLASSIFICATION, pad_token_id=0)
    assert model(tiny.IDS, attention_mask=torch.ones_like(tiny.IDS)).logits.shape == (2, 2)
    longer = made(max_position_embeddings=8).generate(tiny.IDS, eos_token_id=-1)
    assert longer.shape == (2, 8)
    assert made(eos_token_id=5).generate(tiny.IDS, max_new_tokens=2) is not None


def test_more_layers_than_tensors_are_refused_with_their_key(tmp_path: Path) -> None:
    model = made()
    folder = tiny.saved(model, tmp_path)
    with pytest.raises(InvalidConfig, match=r"config key 'text_config.num_hidden_layers': expected at most"):
        type(model).from_pretrained(folder, text_config={"num_hidden_layers": 9000})


def test_it_compiles_without_graph_breaks() -> None:
    for model in (made(), made(SEQUENCE_CLASSIFICATION, pad_token_id=0)):
        compiled = torch.compile(model, backend="eager", fullgraph=True)
        with torch.no_grad():
            torch.testing.assert_close(compiled(tiny.IDS).logits, model(tiny.IDS).logits, atol=1e-5, rtol=1e-4)
        torch._dynamo.reset()
