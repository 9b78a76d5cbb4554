"""UMT5: mT5 with a bias in every layer."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures.families import t5


class UMT5Config(t5.T5Config):
    """The keys of a UMT5 model. Defaults are those of UMT5 small."""

    model_type = "umt5"

    vocab_size: int = 250112
    d_ff: int = 1024
    num_layers: int = 8
    num_heads: int = 6
    feed_forward_proj: str = "gated-gelu"
    decoder_start_token_id: int | None = 0

    bias_in_every_layer: ClassVar[bool] = True


FAMILY = replace(t5.FAMILY, config=UMT5Config, stem="UMT5", heads=t5.heads("UMT5"), sources="arXiv:2304.09151")
