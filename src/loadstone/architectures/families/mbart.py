"""mBART: BART in many languages, with norms that come first. A text begins with the name of its language."""

from __future__ import annotations

from loadstone.architectures import fairseq_texts
from loadstone.architectures.fairseq_texts import ReadingConfig, Texts
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import MASKED_LM


class MBartConfig(ReadingConfig):
    """The keys of an mBART model. Defaults are those of mBART large."""

    model_type = "mbart"

    decoder_start_token_id: int | None = None


FAMILY = Family(
    config=MBartConfig,
    stem="MBart",
    prefix="model",
    heads=Texts(
        fairseq_texts.bart_stem, norm_first=True, repeats=True, turns=True, also=(MASKED_LM,), reads=True
    ).heads("MBart"),
    leftovers=fairseq_texts.LEFTOVERS,
    known=fairseq_texts.BIAS,
    class_names=fairseq_texts.CLASS_NAMES,
    sources="arXiv:2001.08210",
)
