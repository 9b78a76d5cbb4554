"""Ids, positions and labels by their values, which a compiled program cannot look into: it has NaN for what is wrong.

Looked at where they lie on a CPU: an accelerator would have to be waited for.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import jax
import numpy as np

from loadstone.architectures import components
from loadstone.architectures.components.encoder_decoder import named_for_decoders
from loadstone.architectures.components.ranges import beyond, check_ends, check_length
from loadstone.architectures.tasks import IGNORED
from loadstone.frameworks.flax.inputs import Inputs
from loadstone.frameworks.labels import SINGLE_LABEL, label_beyond, problem_of

_IDS = ("input_ids", "position_ids", "token_type_ids")


def check_numbers(component: components.Component, inputs: Inputs, problem: str | None) -> None:
    """:class:`ArgumentError` for ids and classes out of range, and for a text that is longer than there are positions.

    ``inputs``: a forward pass's arrays by name; ``problem``: the config's ``problem_type``.
    """
    given: dict[str, Any] = dict(inputs)
    readers = components.readers(component)
    for prefix, embeddings in readers.items():
        text = {name: given.get(f"{prefix}{name}") for name in (*_IDS, "inputs_embeds", "attention_mask")}
        is_read_once = not prefix and len(readers) > 1  # by an encoder
        text["past_key_values"] = None if is_read_once else given.get("past_key_values")
        for name in _IDS:
            ids = _on_host(text[name])
            if ids is not None and ids.size and (error := beyond(embeddings, name, int(ids.min()), int(ids.max()))):
                with named_for_decoders() if prefix else nullcontext():
                    raise error
        if embeddings.longest_text is not None and text["position_ids"] is None:
            check_length(embeddings, _last_position(embeddings, text))
    ids, labels = _on_host(inputs.get("input_ids")), _on_host(inputs.get("labels"))
    if ids is not None and isinstance(component, components.Head) and component.pool == "end":
        check_ends(component.end, ids)
    if (merged := components.find_merged(component)) is not None:
        merged.check(given, lambda name: _on_host(given.get(name)))
    if labels is not None and isinstance(component, components.Head):
        _check_labels(component, labels, problem)


def _last_position(embeddings: components.Embeddings, text: Mapping[str, Any]) -> int:
    """How many positions the longest text takes, those in the cache included; 0 if that is not known here."""
    ids, mask, cache = text["input_ids"], text["attention_mask"], text["past_key_values"]
    given = text["inputs_embeds"] if ids is None else ids
    length = None if cache is None else _on_host(cache.length)
    if given is None or (cache is not None and length is None):
        return 0
    past, tokens = 0 if length is None else int(length), int(given.shape[1])
    if embeddings.positions == "tokens" and ids is not None and embeddings.padding is not None:
        values = _on_host(ids)
        return 0 if values is None else past + int((values != embeddings.padding).sum(axis=1).max(initial=0))
    if embeddings.positions == "mask" and mask is not None and mask.ndim == 2:
        values = _on_host(mask)
        return 0 if values is None else int((values[:, : past + tokens] != 0).sum(axis=1).max(initial=0))
    return past + tokens


def _check_labels(head: components.Head, labels: np.ndarray, problem: str | None) -> None:
    classes = head.labels or components.vocabulary(head.backbone.component) or 0
    of_texts = head.pool != "none"
    if not np.issubdtype(labels.dtype, np.integer):
        return
    if of_texts and problem_of(problem, classes, False) != SINGLE_LABEL:
        return
    ignored = IGNORED
    if (told := getattr(head.output.component, "ignored", None)) is not None:
        ignored, classes = told, max(classes, 2)  # of one class 0 and 1 are labels
    counted = labels[labels != ignored]
    if counted.size and (error := label_beyond("labels", int(counted.min()), int(counted.max()), classes)):
        raise error


def _on_host(array: object) -> np.ndarray | None:
    """An array's numbers without a copy; None where they lie elsewhere, or have no numbers."""
    if isinstance(array, np.ndarray):
        return array
    if not isinstance(array, jax.Array) or isinstance(array, jax.core.Tracer) or not array.is_fully_addressable:
        return None
    return np.asarray(array) if all(device.platform == "cpu" for device in array.devices()) else None
