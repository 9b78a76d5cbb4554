"""A question and a text → the part of the text that answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from loadstone.errors import ArgumentError
from loadstone.pipeline.tasks.base import Pipeline, as_numpy, softmax


class QuestionAnsweringPipeline(Pipeline):
    """Finds an answer in a context: ``{"score", "start", "end", "answer"}``, characters of the context.

    Called with ``question=`` and ``context=``, or with mappings of these. ``max_answer_len``: tokens of the longest
    answer, 30 by default: longer ones are mostly noise.
    """

    task = "question-answering"
    options = ("max_answer_len",)

    def __call__(self, inputs: Any = None, *, question: Any = None, context: Any = None, **options: Any) -> Any:
        if inputs is None:
            if isinstance(question, str) and isinstance(context, str):
                inputs = {"question": question, "context": context}
            elif isinstance(question, list):
                contexts = [context] * len(question) if isinstance(context, str) else list(context or ())
                if len(contexts) != len(question):
                    raise ArgumentError(f"question has {len(question)} entries, context {len(contexts)}.")
                inputs = [{"question": q, "context": c} for q, c in zip(question, contexts, strict=True)]
            else:
                raise ArgumentError("question-answering takes a question= and the context= to find its answer in.")
        return super().__call__(inputs, **options)

    def is_one(self, inputs: Any) -> bool:
        return isinstance(inputs, Mapping)

    def results(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        for each in inputs:
            if not isinstance(each, Mapping) or not {"question", "context"} <= each.keys():
                raise ArgumentError("question-answering: expected mappings with 'question' and 'context'.")
        longest = options.get("max_answer_len") or 30
        batch = self.encode([(each["question"], each["context"]) for each in inputs])
        output = self.forward(batch)
        starts, ends = as_numpy(output.start_logits), as_numpy(output.end_logits)
        return [
            self._answer(
                each["context"],
                batch.sequence_ids(row),
                batch["offset_mapping"][row],
                (starts[row], ends[row], longest),
            )
            for row, each in enumerate(inputs)
        ]

    def _answer(
        self, context: str, sources: list[int | None], offsets: Any, found: tuple[Any, Any, int]
    ) -> dict[str, Any]:
        starts, ends, longest = found
        inside = [index for index, source in enumerate(sources) if source == 1]
        if not inside:
            raise ArgumentError("question-answering: the context is empty.")
        # Only spans that end at or after their start, and are not too long.
        scores = np.tril(np.triu(np.outer(softmax(starts[inside]), softmax(ends[inside]))), longest - 1)
        first, last = divmod(int(scores.argmax()), len(inside))
        begin, end = offsets[inside[first]][0], offsets[inside[last]][1]
        return {"score": float(scores[first, last]), "start": begin, "end": end, "answer": context[begin:end]}
