"""What ``loadstone run`` prints for each task: the pipelines' results, as ``--json`` has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from loadstone.architectures.tasks import (
    BARE,
    CAUSAL_LM,
    MASKED_LM,
    QUESTION_ANSWERING,
    SEQ2SEQ_LM,
    SEQUENCE_CLASSIFICATION,
    TOKEN_CLASSIFICATION,
)
from loadstone.core.json_values import JsonObject, JsonValue
from loadstone.errors import ArgumentError

_BEST = 5
"""How many of the likeliest words for a mask are told."""


@dataclass(frozen=True)
class Options:
    """What the command line can set for a task. What is None is left to the model's generation config."""

    max_new_tokens: int | None = 100
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    no_repeat_ngram_size: int | None = None
    stops: tuple[str, ...] = ()
    """Strings that a text ends before."""
    seed: int | None = None
    context: str | None = None
    chat: bool = False
    """Whether each text is a question, to be put as the model's chat template puts it, rather than to be continued."""
    system: str | None = None
    """What stands before the question."""

    @property
    def sampled(self) -> bool:
        """Whether generation draws at random; otherwise the likeliest token is taken each time."""
        if self.temperature is not None:
            return self.temperature > 0
        return any(each is not None for each in (self.top_p, self.top_k, self.min_p))

    def sampling(self) -> dict[str, Any]:
        """Keywords of ``generate``. For ``stop_strings`` it wants the ``tokenizer`` too."""
        given: dict[str, Any] = {
            "max_new_tokens": self.max_new_tokens,
            "repetition_penalty": self.repetition_penalty,
            "no_repeat_ngram_size": self.no_repeat_ngram_size,
            "stop_strings": list(self.stops) or None,
        }
        if self.sampled:
            given |= {"temperature": self.temperature, "top_p": self.top_p, "top_k": self.top_k, "min_p": self.min_p}
        return {"do_sample": self.sampled, **{name: value for name, value in given.items() if value is not None}}

    def put(self, text: str) -> str | list[dict[str, str]]:
        """A text as it is, or as a conversation that the model is to answer."""
        if not self.chat:
            return text
        system = [] if self.system is None else [{"role": "system", "content": self.system}]
        return [*system, {"role": "user", "content": text}]

    def begin_drawing(self) -> None:
        """Seeds PyTorch's generator, where a seed is given."""
        if self.seed is not None:
            import torch

            torch.manual_seed(self.seed)


def _embedded(pipe: Any, texts: Sequence[str], options: Options) -> list[JsonObject]:
    vectors = pipe(list(texts), batch_size=len(texts))
    return [{"text": text, "embedding": vector} for text, vector in zip(texts, vectors, strict=True)]


def _filled(pipe: Any, texts: Sequence[str], options: Options) -> list[JsonObject]:
    results: list[JsonObject] = []
    for text in texts:
        masks = pipe(text, top_k=_BEST)
        several = masks if isinstance(masks[0], list) else [masks]
        told: list[JsonValue] = [
            [{"token": each["token_str"], "score": each["score"]} for each in mask] for mask in several
        ]
        results.append({"text": text, "masks": told})
    return results


def _labeled(pipe: Any, texts: Sequence[str], options: Options) -> list[JsonObject]:
    return [{"text": text, "labels": pipe(text, top_k=None)} for text in texts]


def _tagged(pipe: Any, texts: Sequence[str], options: Options) -> list[JsonObject]:
    results: list[JsonObject] = []
    for text in texts:
        told: list[JsonValue] = [
            {
                "token": text[each["start"] : each["end"]],
                "label": each["entity"],
                "score": float(each["score"]),
                "begin": each["start"],
                "end": each["end"],
            }
            for each in pipe(text, ignore_labels=[])
        ]
        results.append({"text": text, "tokens": told})
    return results


def _answered(pipe: Any, texts: Sequence[str], options: Options) -> list[JsonObject]:
    if not options.context:
        raise ArgumentError("This model answers questions about a text; give that text with --context.")
    results: list[JsonObject] = []
    for question in texts:
        found = pipe(question=question, context=options.context)
        told = {"answer": found["answer"], "score": found["score"], "begin": found["start"], "end": found["end"]}
        results.append({"question": question, **told})
    return results


PERFORMED: Mapping[str, Callable[[Any, Sequence[str], Options], list[JsonObject]]] = MappingProxyType(
    {
        BARE: _embedded,
        MASKED_LM: _filled,
        QUESTION_ANSWERING: _answered,
        SEQUENCE_CLASSIFICATION: _labeled,
        TOKEN_CLASSIFICATION: _tagged,
    }
)
"""A model's head → what is done with texts: one result for each."""
WRITTEN = (CAUSAL_LM, SEQ2SEQ_LM)
"""Heads that write texts, which :mod:`loadstone.cli.writing` shows while they come."""
HEADS = (BARE, CAUSAL_LM, MASKED_LM, QUESTION_ANSWERING, SEQ2SEQ_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)
"""All that ``loadstone run`` has a use for."""
