"""data2vec's reader of texts."""

from __future__ import annotations

from ..read_texts import PLAIN, TWO_ENDS, UNLIKE, WIDE, inputs
from . import ModalFamily

PARITY = ModalFamily(
    family="data2vec-text",
    config="Data2VecTextConfig",
    plain=PLAIN,
    inputs=inputs,
    main="Data2VecTextForMaskedLM",
    awkward={
        "untied": dict(tie_word_embeddings=False, hidden_act="relu", type_vocab_size=1, pad_token_id=3),
        "decoder": dict(is_decoder=True),
    },
    changes={"Data2VecTextForCausalLM": dict(is_decoder=True), "Data2VecTextForQuestionAnswering": TWO_ENDS},
    unlike=UNLIKE,
    wide=WIDE,
    # Texts: test_roberta_kin.py, for positions that transformers' generate gives to these models are wrong.
)
