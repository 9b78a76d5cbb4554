"""ESM."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .roformer import SIZES
from .roformer import inputs as of_encoders


def inputs(class_name: str, config: Any) -> Inputs:
    """What other encoders are given, with masked tokens, a different share in each text."""
    given = dict(of_encoders(class_name, config))
    ids = given["input_ids"].clone()
    ids[0, 5:8] = ids[1, 2] = config.mask_token_id
    ids[given["attention_mask"] == 0] = config.pad_token_id
    labels = {"labels": torch.where(given["labels"] > 0, given["labels"], -100)} if "ForMasked" in class_name else {}
    return {**given, "input_ids": ids, **labels}


PARITY = ModalFamily(
    family="esm",
    config="EsmConfig",
    plain={
        **SIZES,
        "position_embedding_type": "rotary",
        "token_dropout": True,
        "mask_token_id": 3,
        "pad_token_id": 1,
        "eos_token_id": 2,
    },
    inputs=inputs,
    main="EsmForMaskedLM",
    awkward={
        # ESM-1b: positions are learned, embeddings normed; a head that is not tied.
        "absolute": dict(
            position_embedding_type="absolute",
            emb_layer_norm_before=True,
            token_dropout=False,
            num_attention_heads=3,
            max_position_embeddings=16,
            tie_word_embeddings=False,
        ),
    },
    # transformers gives old names to norms, and a star where the frequencies' layer has a number.
    misspelled={
        "": {
            "LayerNorm.gamma": "LayerNorm.weight",
            "LayerNorm.beta": "LayerNorm.bias",
            "encoder.layer.*.attention.self.rotary_embeddings": "rotary_embeddings",
        }
    },
    unlike={"EsmModel": ("cross_attentions",)},  # an empty tuple of what it has not
    wide=dict(hidden_size=96, intermediate_size=160),
)
