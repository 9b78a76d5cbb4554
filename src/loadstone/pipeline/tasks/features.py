"""Texts → what a model makes of their tokens; and one vector for a whole text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from loadstone.errors import ArgumentError
from loadstone.pipeline.tasks.base import Pipeline, as_numpy
from loadstone.sources.sentence_files import POOLING_NAME
from loadstone.transfer.json_file import read_json


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


class SentenceEmbeddingPipeline(Pipeline):
    """One vector of length 1 for each text: a list of floats.

    How the vectors of the tokens become one is read from ``1_Pooling/config.json`` (sentence-transformers) when the
    pipeline is made; without that file it is their mean.
    """

    task = "sentence-embedding"
    pools_first_token = False
    """Whether the vector of a text is that of its first token; otherwise it is the mean of all."""

    def results(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        vectors: list[list[float]] = self.vectors(inputs).tolist()
        return vectors

    def vectors(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The same as one (texts, width) array."""
        batch = self.encode(texts)
        states = as_numpy(self.forward(batch).last_hidden_state)
        if self.pools_first_token:
            pooled = states[:, 0]
        else:
            weights = np.array(batch["attention_mask"], np.float32)[..., None]
            pooled = (states * weights).sum(1) / weights.sum(1)
        vectors: np.ndarray[Any, np.dtype[np.float32]] = pooled / np.linalg.norm(pooled, axis=-1, keepdims=True)
        return vectors


def pools_first_token(folder: Path) -> bool:
    """What ``1_Pooling/config.json`` in a folder asks for: the first token, or the mean of all, as without that file.

    :class:`ArgumentError` for ways to pool that there are not here.
    """
    path = folder / POOLING_NAME
    if not path.is_file():
        return False
    chosen = {key for key, value in read_json(path, "pooling").items() if key.startswith("pooling_mode") and value}
    if chosen == {"pooling_mode_cls_token"}:
        return True
    if chosen <= {"pooling_mode_mean_tokens"}:
        return False
    raise ArgumentError(f"{path}: asks for {', '.join(sorted(chosen))}; Loadstone pools by mean or first token only.")
