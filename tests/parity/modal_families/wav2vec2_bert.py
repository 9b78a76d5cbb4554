"""Wav2Vec2-BERT."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .vit import numbers
from .wav2vec2 import PLAIN, SPEAKERS, WIDE, told

_KEYS = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size", "num_labels")
FRAMES = 14
SHOWN = torch.ones(3, FRAMES, dtype=torch.long)
SHOWN[1, 11:] = 0
SHOWN[2, 9:] = 0


def inputs(class_name: str, config: Any) -> Inputs:
    heard = numbers(3, FRAMES, config.feature_projection_input_dim)
    return {"input_features": heard, "attention_mask": SHOWN, **told(class_name, config, FRAMES)}


PARITY = ModalFamily(
    family="wav2vec2-bert",
    config="Wav2Vec2BertConfig",
    plain={
        **{key: PLAIN[key] for key in _KEYS},
        **SPEAKERS,
        **dict(
            classifier_proj_size=6,
            feature_projection_input_dim=8,
            conv_depthwise_kernel_size=3,
            max_source_positions=20,
        ),
        **dict(left_max_position_embeddings=4, right_max_position_embeddings=2),
    },
    inputs=inputs,
    main="Wav2Vec2BertForCTC",
    awkward={
        "rotary": dict(position_embeddings_type="rotary", layer_norm_eps=1e-3, hidden_act="relu"),
        "relative": dict(position_embeddings_type="relative", use_weighted_layer_sum=True, mask_time_prob=0.0),
        # Layers leave fewer frames, of another width, after a network of their own.
        "adapted": dict(
            add_adapter=True,
            use_intermediate_ffn_before_adapter=True,
            output_hidden_size=8,
            adapter_act="gelu",
            position_embeddings_type=None,
            conv_depthwise_kernel_size=5,
        ),
    },
    refuses={
        # Classes of frames need as many as there were.
        "adapted": tuple(
            f"Wav2Vec2BertFor{name}" for name in ("SequenceClassification", "AudioFrameClassification", "XVector")
        ),
    },
    wide={
        **{key: WIDE[key] for key in WIDE.keys() & {*_KEYS, "classifier_proj_size"}},
        **dict(feature_projection_input_dim=64, xvector_output_dim=64),
    },
)
