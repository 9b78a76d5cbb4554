"""data2vec for sound."""

from __future__ import annotations

from . import ModalFamily
from .wav2vec2 import PLAIN, SPEAKERS, WIDE, inputs

PARITY = ModalFamily(
    family="data2vec-audio",
    config="Data2VecAudioConfig",
    plain={**PLAIN, **SPEAKERS, "num_conv_pos_embeddings": 2, "conv_pos_kernel_size": 4},
    inputs=inputs,
    main="Data2VecAudioModel",
    awkward={
        "odd": dict(
            conv_pos_kernel_size=5,
            num_conv_pos_embedding_groups=3,
            conv_bias=True,
            hidden_act="relu",
            use_weighted_layer_sum=True,
            mask_time_prob=0.0,
            layer_norm_eps=1e-3,
        ),
        "adapted": dict(add_adapter=True, num_adapter_layers=1, output_hidden_size=6),
    },
    refuses={
        # Classes of frames need as many as there were.
        "adapted": tuple(
            f"Data2VecAudioFor{name}" for name in ("SequenceClassification", "AudioFrameClassification", "XVector")
        ),
    },
    wide={**WIDE, "xvector_output_dim": 64},
)
