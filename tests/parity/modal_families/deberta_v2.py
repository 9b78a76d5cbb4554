"""DeBERTa 2 and 3."""

from __future__ import annotations

from ..encoded_texts import PLAIN, WIDE, inputs
from . import ModalFamily

_BUCKETS = dict(relative_attention=True, position_buckets=4, max_relative_positions=8)

PARITY = ModalFamily(
    family="deberta-v2",
    config="DebertaV2Config",
    # As DeBERTa 3: maps shared with those of places, normed vectors, buckets that the texts reach the end of.
    plain=PLAIN
    | _BUCKETS
    | dict(
        type_vocab_size=0,
        share_att_key=True,
        pos_att_type="p2c|c2p",
        norm_rel_ebd="layer_norm",
        position_biased_input=False,
    ),
    inputs=inputs,
    main="DebertaV2ForSequenceClassification",
    changes={"DebertaV2ForQuestionAnswering": dict(num_labels=2)},
    awkward={
        # As DeBERTa 2 xlarge: a convolution; the rest otherwise than above.
        "beside": dict(
            type_vocab_size=2,
            share_att_key=False,
            norm_rel_ebd="none",
            position_biased_input=True,
            conv_kernel_size=3,
            conv_groups=2,
            conv_act="gelu",
            embedding_size=12,
            tie_word_embeddings=False,
            pooler_hidden_act="tanh",
        ),
        "newer": dict(legacy=False, pos_att_type=["c2p"], share_att_key=False, position_buckets=-1),
        "turned": dict(pos_att_type="p2c", share_att_key=False, max_relative_positions=-1, position_buckets=5),
        "absolute": dict(relative_attention=False, position_biased_input=True, hidden_act="relu"),
    },
    wide=WIDE,
)
