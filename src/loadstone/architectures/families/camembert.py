"""CamemBERT: RoBERTa's architecture, trained on French."""

from __future__ import annotations

from loadstone.architectures import roberta


class CamembertConfig(roberta.RobertaKinConfig):
    """The keys of a CamemBERT model."""

    model_type = "camembert"


FAMILY = roberta.family(CamembertConfig, "Camembert", "arXiv:1911.03894", also=())
