"""A Flax model whose text config lies within its config."""

from __future__ import annotations

import numpy as np
from nested_families import LLAMA_WITHIN, LlamaWithinConfig

from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION


def test_vocabulary_and_padding_are_the_texts() -> None:
    from loadstone.frameworks.flax.classes import CLASSES

    text = {
        **{"vocab_size": 64, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1, "pad_token_id": 0},
        **{"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64},
    }
    config = LlamaWithinConfig(text_config=text)  # type: ignore[arg-type]
    ids = np.array([[5, 6, 7]])
    head = LLAMA_WITHIN.head(CAUSAL_LM)
    assert head is not None
    model = CLASSES.model_class(LLAMA_WITHIN, head)._from_config(config)
    model.resize_token_embeddings(70)
    assert model.config.text_config.vocab_size == 70
    assert model(ids).logits.shape == (1, 3, 70)
    head = LLAMA_WITHIN.head(SEQUENCE_CLASSIFICATION)
    assert head is not None
    model = CLASSES.model_class(LLAMA_WITHIN, head)._from_config(config)
    assert model(np.array([[5, 6], [7, 0]])).logits.shape == (2, 2)
