"""Texts with a mask → what the mask may stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from loadstone.errors import ArgumentError, TokenizerError
from loadstone.pipeline.tasks.base import Pipeline, as_numpy, softmax


class FillMaskPipeline(Pipeline):
    """The likeliest tokens for each mask: ``{"score", "token", "token_str", "sequence"}``, a list for one mask, a list
    of lists for several.

    ``top_k``: how many, 5 by default; ``targets``: only these tokens.
    """

    task = "fill-mask"
    options = ("top_k", "targets")

    def results(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        tokenizer = self.tokenizer
        if tokenizer.mask_token_id is None:
            source = getattr(tokenizer, "source", tokenizer)
            raise TokenizerError(f"{source}: names no mask token, so there is nothing to fill in.")
        batch = self.encode(inputs)
        for text, row in zip(inputs, batch["input_ids"], strict=True):
            if tokenizer.mask_token_id not in row:
                raise ArgumentError(
                    f"The text {text!r:.100} has no {tokenizer.mask_token} in it; put one where a word is to be "
                    "filled in."
                )
        logits = as_numpy(self.forward(batch).logits)
        targets = self._targets(options.get("targets"))
        count = options.get("top_k") or 5
        return [
            self._filled(np.array(row), mask, scores, (targets, count))
            for row, mask, scores in zip(batch["input_ids"], batch["attention_mask"], logits, strict=True)
        ]

    def _filled(self, row: Any, mask: list[int], logits: Any, chosen: tuple[list[int] | None, int]) -> list[Any]:
        targets, count = chosen
        places = np.flatnonzero(row == self.tokenizer.mask_token_id)
        filled = []
        for place in places:
            scores = softmax(logits[place])
            ids = np.arange(scores.size) if targets is None else np.array(targets)
            best = ids[(-scores[ids]).argsort(kind="stable")[:count]]
            answers = []
            for token_id in best.tolist():
                text = row.copy()
                text[place] = token_id
                answers.append(
                    {
                        "score": float(scores[token_id]),
                        "token": token_id,
                        "token_str": self.tokenizer.decode([token_id]),
                        "sequence": self.tokenizer.decode(
                            text[np.array(mask) == 1].tolist(), skip_special_tokens=len(places) == 1
                        ),
                    }
                )
            filled.append(answers)
        return filled[0] if len(filled) == 1 else filled

    def _targets(self, targets: Any) -> list[int] | None:
        if targets is None:
            return None
        names = [targets] if isinstance(targets, str) else list(targets)
        vocabulary = self.tokenizer.get_vocab()
        ids = [
            vocabulary.get(name, (self.tokenizer.encode(name, add_special_tokens=False) or [None])[0]) for name in names
        ]
        unknown = [name for name, token_id in zip(names, ids, strict=True) if token_id is None]
        if unknown or not names:
            raise ArgumentError(f"targets: expected tokens, found {unknown or 'none'}.")
        return sorted(set(ids))
