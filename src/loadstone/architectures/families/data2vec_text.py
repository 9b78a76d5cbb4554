"""data2vec's reader of texts: RoBERTa's architecture, trained to predict what a teacher sees of the whole text."""

from __future__ import annotations

from loadstone.architectures import roberta


class Data2VecTextConfig(roberta.RobertaKinConfig):
    """The keys of a data2vec model that reads texts."""

    model_type = "data2vec-text"


FAMILY = roberta.family(Data2VecTextConfig, "Data2VecText", "arXiv:2202.03555", prefix="data2vec_text")
