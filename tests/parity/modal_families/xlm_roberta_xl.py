"""XLM-RoBERTa XL."""

from __future__ import annotations

from ..read_texts import PLAIN, TWO_ENDS, UNLIKE, WIDE, inputs
from . import ModalFamily

PARITY = ModalFamily(
    family="xlm-roberta-xl",
    config="XLMRobertaXLConfig",
    plain=PLAIN,
    inputs=inputs,
    main="XLMRobertaXLForMaskedLM",
    awkward={
        "untied": dict(tie_word_embeddings=False, hidden_act="relu", type_vocab_size=1, pad_token_id=3),
        "decoder": dict(is_decoder=True),
    },
    changes={"XLMRobertaXLForCausalLM": dict(is_decoder=True), "XLMRobertaXLForQuestionAnswering": TWO_ENDS},
    unlike=UNLIKE,
    wide=WIDE,
    # Texts: test_roberta_kin.py, for positions that transformers' generate gives to these models are wrong.
)
