"""mT5: T5 1.1, trained on a hundred languages."""

from __future__ import annotations

from dataclasses import replace

from loadstone.architectures.families import t5


class MT5Config(t5.T5Config):
    """The keys of an mT5 model. Defaults are those of mT5 small."""

    model_type = "mt5"

    vocab_size: int = 250112
    d_ff: int = 1024
    num_layers: int = 8
    num_heads: int = 6
    feed_forward_proj: str = "gated-gelu"
    # Files that transformers 5 has written say that the head is tied, also where it is not. None is scaled.
    scale_decoder_outputs: bool | None = False
    decoder_start_token_id: int | None = 0


FAMILY = replace(t5.FAMILY, config=MT5Config, stem="MT5", heads=t5.heads("MT5"), sources="arXiv:2010.11934")
