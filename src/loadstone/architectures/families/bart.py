"""BART: BERT reads, and GPT-2 writes what a text was before it was damaged."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import fairseq_texts
from loadstone.architectures.fairseq_texts import ReadingConfig, Texts
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import MASKED_LM, PRETRAINING


class BartConfig(ReadingConfig):
    """The keys of a BART model. Defaults are those of BART large."""

    model_type = "bart"
    default_labels: ClassVar[int] = 3


FAMILY = Family(
    config=BartConfig,
    stem="Bart",
    prefix="model",
    heads=Texts(
        fairseq_texts.bart_stem, norm_first=False, repeats=True, also=(PRETRAINING, MASKED_LM), reads=True
    ).heads("Bart"),
    leftovers=fairseq_texts.LEFTOVERS,
    known=fairseq_texts.BIAS,
    class_names=fairseq_texts.CLASS_NAMES,
    sources="arXiv:1910.13461",
)
