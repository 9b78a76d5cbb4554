"""What the pipelines of all tasks share: a model with its tokenizer, batches, and arrays in and out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from loadstone.architectures.components.base import find
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.core.keywords import unknown_argument
from loadstone.errors import ArgumentError, TokenizerError
from loadstone.frameworks.registry import require_framework
from loadstone.text.batch_encoding import BatchEncoding
from loadstone.text.lengths import NO_LIMIT, Padding
from loadstone.text.padding import pad_rows

ARRAYS = {"torch": "pt", "flax": "jax", "tensorflow": "tf"}
"""Framework → what a tokenizer calls its arrays."""


class Pipeline:
    """A model with its tokenizer, doing one task; called with a text, or an iterable of them.

    Made by :func:`loadstone.pipeline`. Options of the task may be given there, for all calls, or at each call.
    """

    task: ClassVar[str]
    options: ClassVar[tuple[str, ...]] = ()
    """Keywords that the task takes."""
    hears: ClassVar[bool] = False
    """Whether it takes sounds, which :attr:`feature_extractor` makes a model's inputs of."""
    feature_extractor: Any = None

    def __init__(self, model: Any, tokenizer: Any, framework: str, options: Mapping[str, Any]) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.framework = framework
        self._defaults = self._checked(options)

    def __call__(self, inputs: Any, **options: Any) -> Any:
        """One result for a text, a list for a list of them; for a generator, a generator.

        ``batch_size`` texts go through the model at once, 1 by default. Raises :class:`UnknownArgument` for an option
        that the task does not have, :class:`ArgumentError` for inputs that make no sense, and :class:`TokenizerError`
        where tokenizer and model do not fit together.
        """
        chosen = {**self._defaults, **self._checked(options)}
        size = chosen.pop("batch_size", 1)
        if not isinstance(size, int) or size < 1:
            raise ArgumentError(f"batch_size={size!r}: expected an integer of at least 1.")
        if self.is_one(inputs):
            return next(self._results([inputs], 1, chosen))
        if not isinstance(inputs, Iterable):
            raise ArgumentError(f"{self.task} takes a text or a list of texts, found {type(inputs).__name__}.")
        results = self._results(inputs, size, chosen)
        return list(results) if isinstance(inputs, Sequence) else results

    def is_one(self, inputs: Any) -> bool:
        """Whether this is one input, rather than several."""
        return isinstance(inputs, str)

    def results(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        """The results of one batch."""
        raise NotImplementedError

    def _checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        known = {*self.options, "batch_size"}
        unknown = [name for name in options if name not in known]
        if unknown:
            raise unknown_argument(f"The pipeline for {self.task}", unknown, known)
        return dict(options)

    def _results(self, inputs: Iterable[Any], size: int, options: Mapping[str, Any]) -> Iterator[Any]:
        batch: list[Any] = []
        for each in inputs:
            batch.append(each)
            if len(batch) == size:
                yield from self.results(batch, options)
                batch = []
        if batch:
            yield from self.results(batch, options)

    # Text → arrays → arrays

    @property
    def longest_input(self) -> int | None:
        """How many tokens the model has positions for; without a table of them, those that the config says."""
        component = getattr(self.model, "component", None)
        embeddings = next(find(component, Embeddings), None) if component is not None else None
        if embeddings is not None and embeddings.longest_text is not None:
            return embeddings.longest_text
        trained = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        return trained if isinstance(trained, int) else None

    def encode(self, texts: Sequence[Any], padding_side: str = "right", **options: Any) -> BatchEncoding:
        """Texts, or pairs of them, as ids padded to one length, with masks and segments, as lists; and offsets.

        :class:`ArgumentError` for a text without tokens, and for one that is too long: nothing is cut off unseen.
        :class:`TokenizerError` for an id that the model has no row for.
        """
        for text in texts:
            if not all(isinstance(each, str) for each in (text if isinstance(text, tuple) else (text,))):
                raise ArgumentError(f"{self.task}: expected a text, found {text!r:.100}.")
        asked = {"return_attention_mask": True, "return_token_type_ids": True, "return_offsets_mapping": True}
        asked |= {"return_special_tokens_mask": True, "verbose": False}
        batch: BatchEncoding = self.tokenizer(list(texts), **{**asked, **options})
        self._check_lengths(texts, batch)
        largest = max(max(row) for row in batch["input_ids"])
        rows = self.model.config.get_text_config().vocab_size
        if isinstance(rows, int) and largest >= rows:
            source = getattr(self.tokenizer, "source", self.tokenizer)
            raise TokenizerError(
                f"{source}: gave token id {largest}, but the model's vocabulary has {rows} tokens. Do this tokenizer "
                "and this model belong together?"
            )
        padding = Padding(None, padding_side, self._pad_id(), "", 0, None)
        return BatchEncoding(pad_rows(dict(batch), "input_ids", padding, True), batch.encodings)

    def _pad_id(self) -> int:
        """What fills up shorter texts: the mask covers it, but some heads look for the id that the config names."""
        config = self.model.config.get_text_config()
        found = (getattr(config, "pad_token_id", None), self.tokenizer.pad_token_id, self.tokenizer.eos_token_id)
        return next((token_id for token_id in found if isinstance(token_id, int) and token_id >= 0), 0)

    def _check_lengths(self, texts: Sequence[Any], batch: BatchEncoding) -> None:
        limits = [
            limit for limit in (self.longest_input, self.tokenizer.model_max_length) if limit and limit < NO_LIMIT
        ]
        for index, mask in enumerate(batch["attention_mask"]):
            count = sum(mask)
            if not count:
                raise ArgumentError(f"Text {index} ({texts[index]!r:.100}) has no tokens; give at least one word.")
            if limits and count > min(limits):
                raise ArgumentError(
                    f"Text {index} has {count} tokens, this model takes at most {min(limits)}. Shorten it."
                )

    def inputs(self, batch: BatchEncoding) -> BatchEncoding:
        """What the model reads of a batch, as (batch, tokens) arrays on its device."""
        names = ["input_ids", "attention_mask"]
        if (getattr(self.model.config.get_text_config(), "type_vocab_size", 0) or 0) > 1:
            names.append("token_type_ids")
        arrays = BatchEncoding({name: batch[name] for name in names}, tensor_type=ARRAYS[self.framework])
        return arrays.to(self.model.device) if self.framework == "torch" else arrays

    def forward(self, batch: BatchEncoding) -> Any:
        """The model's output for a batch."""
        with require_framework(self.framework).without_gradients():
            return self.model(**self.inputs(batch))

    def label(self, index: int) -> str:
        """The name of a class."""
        return str((self.model.config.id2label or {}).get(index, f"LABEL_{index}"))


def as_numpy(array: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """An array of any framework, on whichever device, as float32."""
    if hasattr(array, "detach"):
        array = array.detach().float().cpu()
    return np.asarray(array).astype(np.float32)


def softmax(logits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Probabilities of the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    result: np.ndarray[Any, Any] = powers / powers.sum(-1, keepdims=True)
    return result


def sigmoid(logits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The probability of each by itself."""
    result: np.ndarray[Any, Any] = 1 / (1 + np.exp(-logits))
    return result
