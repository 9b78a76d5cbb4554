"""XLM-RoBERTa: RoBERTa's architecture, trained on a hundred languages."""

from __future__ import annotations

from loadstone.architectures import roberta


class XLMRobertaConfig(roberta.RobertaKinConfig):
    """The keys of an XLM-RoBERTa model."""

    model_type = "xlm-roberta"


FAMILY = roberta.family(XLMRobertaConfig, "XLMRoberta", "arXiv:1911.02116")
