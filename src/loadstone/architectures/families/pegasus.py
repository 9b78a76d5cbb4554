"""PEGASUS: summaries, by a model that was trained to write the sentences that were taken out of a text."""

from __future__ import annotations

from loadstone.architectures import fairseq_texts
from loadstone.architectures.fairseq_texts import FairseqTextConfig, Texts, sinusoidal_stem
from loadstone.architectures.family import Family


class PegasusConfig(FairseqTextConfig):
    """The keys of a PEGASUS model. Defaults are those of PEGASUS large, but for the vocabulary."""

    model_type = "pegasus"

    decoder_start_token_id: int | None = 0
    pad_token_id: int | None = 0
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = 1
    forced_eos_token_id: int | list[int] | None = 1


FAMILY = Family(
    config=PegasusConfig,
    stem="Pegasus",
    prefix="model",
    heads=Texts(sinusoidal_stem, norm_first=True).heads("Pegasus"),
    leftovers=fairseq_texts.LEFTOVERS,
    known=fairseq_texts.BIAS + fairseq_texts.SINES,
    class_names=fairseq_texts.CLASS_NAMES,
    sources="arXiv:1912.08777",
)
