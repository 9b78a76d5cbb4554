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
    """What the command line can set for a task."""

    max_new_tokens: int = 100
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    context: str | None = None
    chat: bool = False
    """Whether each text is a question, to be put as the model's chat template puts it, rather than to be continued."""

    @property
    def sampled(self) -> bool:
        """Whether generation draws at random; otherwise the likeliest token is taken each time."""
        return bool(self.temperature) or (self.temperature is None and (self.top_p or self.top_k) is not None)


def generated(pipe: Any, texts: Sequence[str], options: Options, streamer: object = None) -> list[JsonObject]:
    """Each text, continued; or each question, answered. ``streamer`` gets the tokens as they come."""
    if options.seed is not None:
        import torch

        torch.manual_seed(options.seed)
    sampling: dict[str, Any] = {"do_sample": options.sampled, "max_new_tokens": options.max_new_tokens}
    if options.sampled:
        given = {"temperature": options.temperature, "top_p": options.top_p, "top_k": options.top_k}
        sampling |= {name: value for name, value in given.items() if value is not None}
    if streamer is not None:
        sampling["streamer"] = streamer
    inputs = [[{"role": "user", "content": text}] for text in texts] if options.chat else list(texts)
    results: list[JsonObject] = []
    for text, (completion,) in zip(texts, pipe.completions(inputs, sampling), strict=True):
        shown = completion.new_ids if options.chat else [*completion.prompt_ids, *completion.new_ids]
        results.append(
            {
                "prompt": text,
                "text": pipe.tokenizer.decode(shown, skip_special_tokens=True),
                "new_tokens": len(completion.new_ids),
                "finish": "end" if completion.ended else "length",
            }
        )
    return results


def _rewritten(pipe: Any, texts: Sequence[str], options: Options) -> list[JsonObject]:
    results = pipe(list(texts), max_new_tokens=options.max_new_tokens, do_sample=options.sampled)
    return [
        {"prompt": text, "text": written["generated_text"]} for text, (written,) in zip(texts, results, strict=True)
    ]


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
        CAUSAL_LM: generated,
        MASKED_LM: _filled,
        QUESTION_ANSWERING: _answered,
        SEQ2SEQ_LM: _rewritten,
        SEQUENCE_CLASSIFICATION: _labeled,
        TOKEN_CLASSIFICATION: _tagged,
    }
)
"""A model's head → what is done with texts: one result for each."""
