"""M2M-100 and NLLB: translation between any two of a hundred languages, or two hundred."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import fairseq_texts
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.sinusoids import Sinusoids
from loadstone.architectures.fairseq_texts import FairseqTextConfig, Name, Texts, tokens
from loadstone.architectures.family import Family
from loadstone.errors import Fault, InvalidConfig


class M2M100Config(FairseqTextConfig):
    """The keys of an M2M-100 model. Defaults are those of M2M-100 418M."""

    model_type = "m2m_100"

    vocab_size: int = 128112
    encoder_layerdrop: float = 0.05
    decoder_layerdrop: float = 0.05
    activation_function: str = "relu"
    attention_dropout: float = 0.1
    scale_embedding: bool = True
    forced_eos_token_id: int | list[int] | None = None

    irrelevant: ClassVar = {
        **FairseqTextConfig.irrelevant,
        "max_position_embeddings": "there are sines and cosines for any position",
    }

    def check_together(self) -> None:
        super().check_together()
        if self.pad_token_id is None:
            expected = "a token: positions are counted over what is none"
            raise InvalidConfig([Fault("config key 'pad_token_id'", expected, "None")])


def stem(config: M2M100Config, name: Name) -> Embeddings:
    """``embed_tokens``. Positions are counted over what is not padding, and no file holds their vectors."""
    padding = config.pad_token_id or 0
    return Embeddings(
        Part("embed_tokens", tokens(config)),
        Part("embed_positions", Sinusoids(config.d_model, padding)),
        dropout=config.dropout,
        positions="tokens",
        offset=padding,
        padding=padding,
    )


FAMILY = Family(
    config=M2M100Config,
    stem="M2M100",
    prefix="model",
    heads=Texts(stem, norm_first=True, biased=False, continues=False).heads("M2M100"),
    leftovers=(*fairseq_texts.LEFTOVERS, "final_logits_bias"),
    class_names={**fairseq_texts.CLASS_NAMES, "Sinusoids": "{}SinusoidalPositionalEmbedding"},
    sources="arXiv:2010.11125; arXiv:2207.04672",
)
