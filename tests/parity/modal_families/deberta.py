"""DeBERTa."""

from __future__ import annotations

from ..encoded_texts import PLAIN, WIDE, inputs
from . import ModalFamily

PARITY = ModalFamily(
    family="deberta",
    config="DebertaConfig",
    # Texts that are longer than the farthest distance with a vector of its own.
    plain=PLAIN
    | dict(
        type_vocab_size=0,
        relative_attention=True,
        max_relative_positions=4,
        pos_att_type="c2p|p2c",
        position_biased_input=False,
    ),
    inputs=inputs,
    main="DebertaForSequenceClassification",
    changes={"DebertaForQuestionAnswering": dict(num_labels=2)},
    awkward={
        "newer": dict(legacy=False, pos_att_type=["c2p"], type_vocab_size=2, max_relative_positions=-1),
        "narrow": dict(
            pos_att_type="p2c",
            position_biased_input=True,
            embedding_size=12,
            tie_word_embeddings=False,
            pooler_hidden_act="tanh",
        ),
        "absolute": dict(relative_attention=False, pos_att_type="c2p", position_biased_input=True, hidden_act="relu"),
    },
    wide=WIDE,
)
