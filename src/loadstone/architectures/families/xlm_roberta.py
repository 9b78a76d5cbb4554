"""XLM-RoBERTa: RoBERTa's architecture, trained on a hundred languages."""

from __future__ import annotations

from loadstone.architectures import encoders
from loadstone.architectures.families import roberta
from loadstone.architectures.family import Family


class XLMRobertaConfig(encoders.EncoderConfig):
    """The keys of an XLM-RoBERTa model."""

    model_type = "xlm-roberta"

    pad_token_id: int | None = 1
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2


FAMILY = Family(
    config=XLMRobertaConfig,
    stem="XLMRoberta",
    prefix="roberta",
    heads=roberta.heads("XLMRoberta"),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names=encoders.CLASS_NAMES,
    sources="arXiv:1911.02116",
)
