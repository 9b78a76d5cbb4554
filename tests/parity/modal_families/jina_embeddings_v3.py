"""Jina embeddings v3."""

from __future__ import annotations

from . import ModalFamily
from .roformer import SIZES, inputs

PARITY = ModalFamily(
    family="jina_embeddings_v3",
    config="JinaEmbeddingsV3Config",
    plain=SIZES,
    inputs=inputs,
    main="JinaEmbeddingsV3ForMaskedLM",
    changes={"JinaEmbeddingsV3ForQuestionAnswering": dict(num_labels=2)},
    awkward={
        # Segments, another activation and base, a head that is not tied.
        "segments": dict(
            type_vocab_size=2,
            num_attention_heads=2,
            hidden_act="relu",
            rope_parameters=dict(rope_type="default", rope_theta=300.0),
            layer_norm_eps=1e-3,
            tie_word_embeddings=False,
        ),
    },
    wide=dict(hidden_size=96, intermediate_size=160, type_vocab_size=2),
)
