"""ALBERT."""

from __future__ import annotations

from ..read_texts import PLAIN, TWO_ENDS, WIDE, inputs
from . import ModalFamily

PARITY = ModalFamily(
    family="albert",
    config="AlbertConfig",
    plain={**PLAIN, "embedding_size": 8, "num_hidden_layers": 3},
    inputs=inputs,
    main="AlbertForPreTraining",
    awkward={
        "groups": dict(num_hidden_groups=2, inner_group_num=2, hidden_act="relu", tie_word_embeddings=False),
    },
    changes={"AlbertForQuestionAnswering": TWO_ENDS, "AlbertForPreTraining": TWO_ENDS},
    wide=WIDE,
)
