"""Texts → labels with scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadstone.errors import ArgumentError
from loadstone.pipeline.tasks.base import Pipeline, as_numpy, sigmoid, softmax

_FUNCTIONS = {"softmax": softmax, "sigmoid": sigmoid, "none": lambda logits: logits}


class TextClassificationPipeline(Pipeline):
    """Labels a text, or a pair (``{"text": …, "text_pair": …}``): ``{"label": …, "score": …}``.

    ``top_k``: how many labels, the likeliest first, as a list for each text; None for all. ``function_to_apply`` makes
    scores of logits: ``"softmax"``, ``"sigmoid"`` or ``"none"``; by default what the config's ``problem_type`` means.
    """

    task = "text-classification"
    options = ("top_k", "function_to_apply")

    def is_one(self, inputs: Any) -> bool:
        return isinstance(inputs, str | Mapping)

    def __call__(self, inputs: Any, **options: Any) -> Any:
        result = super().__call__(inputs, **options)
        # A single text is answered by a list too, as transformers does.
        is_plain = isinstance(inputs, str) and "top_k" not in {**self._defaults, **options}
        return [result] if is_plain else result

    def results(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        pairs = [_text_of(each) for each in inputs]
        if len({type(pair) for pair in pairs}) > 1:
            return [each for pair in inputs for each in self.results([pair], options)]
        logits = as_numpy(self.forward(self.encode(pairs)).logits)
        scores = self._function(options.get("function_to_apply"))(logits)
        count = options.get("top_k", 1)
        if count is not None and (not isinstance(count, int) or count < 1):
            raise ArgumentError(f"top_k={count!r}: expected an integer of at least 1, or None for all.")
        ranked = [
            [
                {"label": self.label(index), "score": float(row[index])}
                for index in (-row).argsort(kind="stable")[:count]
            ]
            for row in scores
        ]
        return ranked if "top_k" in options else [row[0] for row in ranked]

    def _function(self, asked: object) -> Any:
        if asked is None:
            problem = self.model.config.problem_type
            is_several = problem == "multi_label_classification" or self.model.config.num_labels == 1
            asked = "none" if problem == "regression" else "sigmoid" if is_several else "softmax"
        name = str(getattr(asked, "value", asked))
        if name not in _FUNCTIONS:
            raise ArgumentError(f"function_to_apply={asked!r}: expected one of {', '.join(map(repr, _FUNCTIONS))}.")
        return _FUNCTIONS[name]


def _text_of(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    if "text" not in given or given.keys() - {"text", "text_pair"}:
        raise ArgumentError(f"text-classification: expected 'text' and 'text_pair', found {', '.join(given)}.")
    return given["text"] if given.get("text_pair") is None else (given["text"], given["text_pair"])
