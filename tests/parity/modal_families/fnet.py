"""FNet."""

from __future__ import annotations

from ..read_texts import PLAIN, TWO_ENDS, WIDE, inputs
from . import ModalFamily

PARITY = ModalFamily(
    family="fnet",
    config="FNetConfig",
    plain={name: value for name, value in PLAIN.items() if name != "num_attention_heads"},
    inputs=inputs,
    main="FNetForPreTraining",
    awkward={
        "odd": dict(hidden_act="relu", type_vocab_size=1, tie_word_embeddings=False, hidden_size=15),
    },
    changes={"FNetForQuestionAnswering": TWO_ENDS},
    wide=WIDE,
)
