"""M2M-100 and NLLB."""

from __future__ import annotations

from ..written_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="m2m_100",
    config="M2M100Config",
    plain=PLAIN,
    inputs=inputs,
    main="M2M100ForConditionalGeneration",
    awkward={
        # Texts that are longer than what positions are made for at first, in vectors of an odd width.
        "untied": dict(
            tie_word_embeddings=False,
            d_model=15,
            encoder_attention_heads=3,
            decoder_attention_heads=5,
            scale_embedding=False,
            max_position_embeddings=3,
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
