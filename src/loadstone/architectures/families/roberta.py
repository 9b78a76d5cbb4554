"""RoBERTa: BERT with positions counted over tokens that are not padding, and a head of its own."""

from __future__ import annotations

from loadstone.architectures import roberta


class RobertaConfig(roberta.RobertaKinConfig):
    """The keys of a RoBERTa model. Defaults are those of RoBERTa base."""

    model_type = "roberta"

    vocab_size: int = 50265


FAMILY = roberta.family(RobertaConfig, "Roberta", "arXiv:1907.11692")
