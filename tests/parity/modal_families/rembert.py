"""RemBERT."""

from __future__ import annotations

from ..read_texts import PLAIN, TWO_ENDS, UNLIKE, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="rembert",
    config="RemBertConfig",
    plain={**PLAIN, "input_embedding_size": 8, "output_embedding_size": 24},
    inputs=inputs,
    main="RemBertForMaskedLM",
    awkward={
        "odd": dict(hidden_act="relu", type_vocab_size=1, tie_word_embeddings=True, input_embedding_size=16),
        "decoder": dict(is_decoder=True),
    },
    changes={"RemBertForCausalLM": dict(is_decoder=True), "RemBertForQuestionAnswering": TWO_ENDS},
    wide=WIDE,
    unlike=UNLIKE,
    prompt=prompt,
)
