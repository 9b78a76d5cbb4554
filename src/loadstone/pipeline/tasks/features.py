"""Texts → what a model makes of their tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadstone.pipeline.tasks.base import Pipeline, as_numpy


class FeatureExtractionPipeline(Pipeline):
    """The last hidden state of a text: nested lists (1, tokens, width); with ``return_tensors=True`` an array."""

    task = "feature-extraction"
    options = ("return_tensors",)

    def results(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        batch = self.encode(inputs)
        states = self.forward(batch)[0]
        lengths = [sum(mask) for mask in batch["attention_mask"]]
        rows = [states[index : index + 1, :length] for index, length in enumerate(lengths)]
        return rows if options.get("return_tensors") else [as_numpy(row).tolist() for row in rows]
