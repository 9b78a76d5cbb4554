"""``generate`` for classes written for transformers 4: their caches are tuples, or have what these caches had."""

from __future__ import annotations

import inspect
import sys
import threading
from typing import Any

import transformers
from torch import Tensor

from loadstone.frameworks.torch.bridge.older.caches import DynamicCache
from loadstone.frameworks.torch.bridge.older.models import LoadedHere, OlderModel

_completing = threading.Lock()


class OlderGeneration:
    """What the loop of transformers 5 does otherwise than that of 4."""

    def _prepare_cache_for_generation(self, generation_config: Any, model_kwargs: dict[str, Any], *rest: Any) -> None:
        given = model_kwargs.get("past_key_values")
        if isinstance(given, tuple):
            return
        super()._prepare_cache_for_generation(generation_config, model_kwargs, *rest)  # type: ignore[misc]
        made = model_kwargs.get("past_key_values")
        if given is None and isinstance(made, transformers.DynamicCache):
            if _reads_cache_objects(type(self)):
                model_kwargs["past_key_values"] = DynamicCache()
            else:
                del model_kwargs["past_key_values"]  # it makes tuples of its own

    def _extract_past_from_model_output(self, outputs: Any, standardize_cache_format: bool = False) -> Any:
        """The cache in a step's outputs."""
        return outputs.get("past_key_values")

    def _get_initial_cache_position(self, input_ids: Tensor, model_kwargs: dict[str, Any]) -> dict[str, Any]:
        """Without places: a class that wants them makes them of the cache."""
        return model_kwargs


class GenerationMixin(OlderGeneration, transformers.GenerationMixin):  # type: ignore[misc]
    """The mixin, under its old name."""


def complete(cls: type[Any], is_older: bool) -> type[Any]:
    """A class that code has made of the real library's, with what such a class had before.

    It generates where it prepares the inputs of its steps, as it did without the mixin before 4.50. A class that
    derives from a family's, and so from nothing of these modules, gets the older behavior in front of it. One for
    transformers 5 is only loaded by Loadstone, where it loads itself.
    """
    with _completing:
        behavior = OlderModel if is_older else LoadedHere
        if not issubclass(cls, behavior):
            cls.__bases__ = (behavior, *cls.__bases__)
        prepares = hasattr(cls, "prepare_inputs_for_generation")
        if prepares and not issubclass(cls, transformers.GenerationMixin):
            cls.__bases__ = (*cls.__bases__, GenerationMixin)
    return cls


def _reads_cache_objects(cls: type[Any]) -> bool:
    """Whether a class of code reads caches that are objects: it says so, or its file imports one."""
    if getattr(cls, "_supports_cache_class", False) or getattr(cls, "_supports_static_cache", False):
        return True
    names = vars(sys.modules[cls.__module__])
    return any(inspect.isclass(value) and issubclass(value, transformers.Cache) for value in names.values())
