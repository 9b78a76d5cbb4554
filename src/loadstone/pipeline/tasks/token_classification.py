"""Texts → labels of their tokens, or of words that belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from loadstone.errors import ArgumentError
from loadstone.pipeline.tasks.base import Pipeline, as_numpy, softmax
from loadstone.text.batch_encoding import BatchEncoding

_STRATEGIES = ("none", "simple", "first", "average", "max")


class _Token(NamedTuple):
    """A token that is no special one."""

    word: str
    """As the vocabulary spells it."""
    scores: Any
    """(labels,) probabilities."""
    start: int
    end: int
    place: int
    """Among the tokens of the text, special ones too."""
    goes_on: bool
    """Whether it goes on with the word of the token before."""


class TokenClassificationPipeline(Pipeline):
    """Labels tokens: ``{"entity", "score", "index", "word", "start", "end"}``; or, with an ``aggregation_strategy``,
    words that belong together: ``{"entity_group", "score", "word", "start", "end"}``.

    ``aggregation_strategy``: ``"none"``; ``"simple"`` joins neighbors of one label; ``"first"``, ``"average"`` and
    ``"max"`` first say which of a word's tokens decides. ``ignore_labels``: labels to leave out, ``["O"]`` by default.
    """

    task = "token-classification"
    options = ("aggregation_strategy", "ignore_labels")

    def results(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        strategy = options.get("aggregation_strategy", "none")
        strategy = str(getattr(strategy, "value", strategy)).lower()
        if strategy not in _STRATEGIES:
            raise ArgumentError(
                f"aggregation_strategy={strategy!r}: expected one of {', '.join(map(repr, _STRATEGIES))}."
            )
        ignored = options.get("ignore_labels", ["O"])
        batch = self.encode(inputs)
        scores = softmax(as_numpy(self.forward(batch).logits))
        results = []
        for index, text in enumerate(inputs):
            entities = self._entities(self._tokens(text, batch, index, scores[index]), strategy)
            results.append(
                [each for each in entities if each.get("entity", each.get("entity_group")) not in (ignored or ())]
            )
        return results

    def _tokens(self, text: str, batch: BatchEncoding, row: int, scores: Any) -> list[_Token]:
        backend = getattr(self.tokenizer, "backend_tokenizer", None)
        is_of_words = bool(getattr(getattr(backend, "model", None), "continuing_subword_prefix", None))
        tokens = []
        for index, token_id in enumerate(batch["input_ids"][row]):
            if batch["special_tokens_mask"][row][index] or not batch["attention_mask"][row][index]:
                continue
            start, end = batch["offset_mapping"][row][index]
            word = self.tokenizer.convert_ids_to_tokens(token_id)
            if token_id == self.tokenizer.unk_token_id:
                word, goes_on = text[start:end], False
            elif is_of_words:
                goes_on = len(word) != end - start
            else:
                goes_on = start > 0 and " " not in text[start - 1 : start + 1]
            tokens.append(_Token(word, scores[index], start, end, index, goes_on))
        return tokens

    def _entities(self, tokens: Sequence[_Token], strategy: str) -> list[dict[str, Any]]:
        if strategy in ("none", "simple"):
            entities = [
                {
                    "entity": self.label(int(token.scores.argmax())),
                    "score": token.scores.max(),
                    "index": token.place,
                    "word": token.word,
                    "start": token.start,
                    "end": token.end,
                }
                for token in tokens
            ]
            return entities if strategy == "none" else self._grouped(entities)
        words: list[list[_Token]] = []
        for token in tokens:
            if words and token.goes_on:
                words[-1].append(token)
            else:
                words.append([token])
        return self._grouped([self._word(word, strategy) for word in words])

    def _word(self, tokens: Sequence[_Token], strategy: str) -> dict[str, Any]:
        if strategy == "average":
            scores = np.mean([token.scores for token in tokens], axis=0)
        else:
            deciding = tokens[0] if strategy == "first" else max(tokens, key=lambda token: float(token.scores.max()))
            scores = deciding.scores
        return {
            "entity": self.label(int(scores.argmax())),
            "score": scores.max(),
            "word": self.tokenizer.convert_tokens_to_string([token.word for token in tokens]),
            "start": tokens[0].start,
            "end": tokens[-1].end,
        }

    def _grouped(self, entities: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Neighbors of one label as one; ``B-`` begins a new one."""
        groups: list[list[dict[str, Any]]] = []
        for entity in entities:
            if groups and _kind(entity) == _kind(groups[-1][-1]) and not entity["entity"].startswith("B-"):
                groups[-1].append(entity)
            else:
                groups.append([entity])
        return [
            {
                "entity_group": group[0]["entity"].split("-", 1)[-1],
                "score": np.mean([entity["score"] for entity in group]),
                "word": self.tokenizer.convert_tokens_to_string([entity["word"] for entity in group]),
                "start": group[0]["start"],
                "end": group[-1]["end"],
            }
            for group in groups
        ]


def _kind(entity: Mapping[str, Any]) -> str:
    """The label without its ``B-`` or ``I-``."""
    name = str(entity["entity"])
    return name[2:] if name.startswith(("B-", "I-")) else name
