"""wav2vec 2.0 with Conformers."""

from __future__ import annotations

from . import ModalFamily
from .wav2vec2 import CODEBOOKS, PLAIN, SPEAKERS, WIDE, inputs

PARITY = ModalFamily(
    family="wav2vec2-conformer",
    config="Wav2Vec2ConformerConfig",
    plain={**PLAIN, **SPEAKERS, **CODEBOOKS, "conv_depthwise_kernel_size": 3, "max_source_positions": 20},
    inputs=inputs,
    main="Wav2Vec2ConformerModel",
    awkward={
        "rotary": dict(
            position_embeddings_type="rotary",
            rotary_embedding_base=100,
            layer_norm_eps=1e-3,
            feat_extract_norm="layer",
            conv_bias=True,
            hidden_act="swish",
            use_weighted_layer_sum=True,
        ),
        "placeless": dict(position_embeddings_type=None, mask_time_prob=0.0, conv_depthwise_kernel_size=5),
        "adapted": dict(add_adapter=True, num_adapter_layers=1, output_hidden_size=6),
    },
    refuses={
        # Classes of frames need as many as there were.
        "adapted": tuple(
            f"Wav2Vec2ConformerFor{name}"
            for name in ("SequenceClassification", "AudioFrameClassification", "XVector", "PreTraining")
        ),
    },
    wide={**WIDE, "num_codevectors_per_group": 64, "codevector_dim": 64, "xvector_output_dim": 64},
)
