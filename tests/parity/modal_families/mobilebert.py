"""MobileBERT."""

from __future__ import annotations

from ..read_texts import PLAIN, TWO_ENDS, WIDE, inputs
from . import ModalFamily

PARITY = ModalFamily(
    family="mobilebert",
    config="MobileBertConfig",
    plain={**PLAIN, "embedding_size": 6, "intra_bottleneck_size": 8, "num_feedforward_networks": 3},
    inputs=inputs,
    main="MobileBertForPreTraining",
    awkward={
        "normed": dict(normalization_type="layer_norm", classifier_activation=False, use_bottleneck_attention=True),
        "unshared": dict(key_query_shared_bottleneck=False, intra_bottleneck_size=16, num_feedforward_networks=1),
        "open": dict(use_bottleneck=False, trigram_input=False, hidden_act="gelu", tie_word_embeddings=False),
    },
    changes={"MobileBertForQuestionAnswering": TWO_ENDS},
    wide=WIDE,
    norms_at=0.5,  # nothing norms what passes the layers, and it grows
)
