"""ConvBERT."""

from __future__ import annotations

from ..read_texts import PLAIN, TWO_ENDS, WIDE, inputs
from . import ModalFamily

PARITY = ModalFamily(
    family="convbert",
    config="ConvBertConfig",
    plain={**PLAIN, "embedding_size": 8, "num_attention_heads": 4, "conv_kernel_size": 3},
    inputs=inputs,
    main="ConvBertForMaskedLM",
    awkward={
        "groups": dict(num_groups=2, hidden_act="relu", tie_word_embeddings=False, conv_kernel_size=5, head_ratio=8),
        "summary": dict(summary_type="first", summary_use_proj=True, summary_activation="tanh", embedding_size=16),
    },
    changes={"ConvBertForQuestionAnswering": TWO_ENDS},
    wide=WIDE,
)
