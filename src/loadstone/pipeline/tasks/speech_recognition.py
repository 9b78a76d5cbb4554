"""Sound → what is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar

import numpy as np

from loadstone.architectures.components.head import Head
from loadstone.errors import ArgumentError
from loadstone.frameworks.registry import require_framework
from loadstone.pipeline.tasks.base import ARRAYS, Pipeline, as_numpy
from loadstone.text.batch_encoding import BatchEncoding
from loadstone.text.tensors import array_maker

_KEYS = ("raw", "array")
"""Under which of these keys a mapping has its samples, as transformers takes them."""


class SpeechRecognitionPipeline(Pipeline):
    """Writes down what is said: ``{"text": …}``, of models that say a token or nothing for each frame.

    Takes samples, (samples,) as an array, or ``{"raw": samples, "sampling_rate": samples a second}``; without the rate
    they must be as the model wants them. Files of sound are for others to read.
    """

    task = "automatic-speech-recognition"
    hears: ClassVar[bool] = True

    def is_one(self, inputs: Any) -> bool:
        return isinstance(inputs, Mapping | str) or getattr(inputs, "ndim", None) == 1

    def results(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        rate = int(self.feature_extractor.sampling_rate)
        sounds = [_samples(each, rate) for each in inputs]
        taken = self.feature_extractor(sounds, sampling_rate=rate, padding=True, return_tensors="np")
        given = BatchEncoding({name: self._array(value) for name, value in taken.items()})
        given = given.to(self.model.device) if self.framework == "torch" else given
        with require_framework(self.framework).without_gradients():
            logits = as_numpy(self.model(**given).logits)
        counts = self._counts(sounds, taken)
        tokens = [row.argmax(-1)[:count] for row, count in zip(logits, counts, strict=True)]
        return [{"text": self._text(row)} for row in tokens]

    def _array(self, value: np.ndarray[Any, Any]) -> Any:
        """The framework's own."""
        is_floating = np.issubdtype(value.dtype, np.floating)
        return array_maker(ARRAYS[self.framework], "float32" if is_floating else None)(value)

    def _counts(self, sounds: Sequence[np.ndarray[Any, Any]], taken: Mapping[str, Any]) -> list[int | None]:
        """How many frames of each sound are real; None for all."""
        head = self.model.component
        frames = head.frames if isinstance(head, Head) else None
        if frames is None:
            return [None] * len(sounds)
        if "input_values" in taken:
            return [frames.count(len(sound)) for sound in sounds]
        mask = taken.get("attention_mask")
        return [None] * len(sounds) if mask is None else [frames.count(int(row.sum())) for row in mask]

    def _text(self, tokens: np.ndarray[Any, Any]) -> str:
        """What frames say: each token once for as long as it lasts, and blanks not at all."""
        said = [int(token) for token, _ in groupby(tokens.tolist())]
        if hasattr(self.tokenizer, "word_delimiter_token"):  # it knows blanks itself
            return str(self.tokenizer.decode(said))
        blank = self.model.config.pad_token_id
        return str(self.tokenizer.decode([token for token in said if token != blank], skip_special_tokens=True))


def _samples(given: Any, rate: int) -> np.ndarray[Any, Any]:
    """(samples,) in float32; :class:`ArgumentError` for what is none, or is sampled at another rate."""
    if isinstance(given, Mapping):
        found = given.get("sampling_rate", rate)
        if found != rate:
            raise ArgumentError(f"The sound has {found} samples a second, this model hears {rate}: resample it first.")
        given = next((given[key] for key in _KEYS if key in given), None)
    if isinstance(given, str | bytes):
        raise ArgumentError("Give samples, a one-dimensional array: files are for a library of sound to read.")
    sound = np.asarray(given)
    if sound.ndim != 1 or not np.issubdtype(sound.dtype, np.floating) or not sound.size:
        expected = "samples, a one-dimensional array of floating-point numbers"
        raise ArgumentError(f"automatic-speech-recognition: expected {expected}, found {sound.dtype} {sound.shape}.")
    return sound.astype(np.float32)
