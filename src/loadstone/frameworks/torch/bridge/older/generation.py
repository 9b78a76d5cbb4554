"""``generate`` for classes written for transformers 4.

Their caches are tuples, or have what these caches had. Where the new tokens stand they are told by ``cache_position``,
and what a step reads they cut from all tokens themselves.
"""

from __future__ import annotations

import inspect
import sys
import threading
from typing import Any

import torch
import transformers
from torch import Tensor

from loadstone.frameworks.torch.bridge.older.caches import DynamicCache
from loadstone.frameworks.torch.bridge.older.models import LoadedHere, OlderModel, adapt

_completing = threading.Lock()


class OlderGeneration:
    """What the loop of transformers 5 does otherwise than that of 4."""

    def _prepare_cache_for_generation(self, generation_config: Any, model_kwargs: dict[str, Any], *rest: Any) -> None:
        if isinstance(model_kwargs.get("past_key_values"), tuple):
            return
        is_usual = generation_config.use_cache is not False and generation_config.cache_implementation is None
        if self._is_pair() or not is_usual or model_kwargs.get("past_key_values") is not None:
            super()._prepare_cache_for_generation(generation_config, model_kwargs, *rest)  # type: ignore[misc]
        elif _reads_cache_objects(type(self)):  # others make tuples of their own
            model_kwargs["past_key_values"] = DynamicCache()

    def _prepare_position_ids_for_generation(self, inputs_tensor: Tensor, model_kwargs: dict[str, Any]) -> Any:
        """None for the whole text: they are made anew for each step, and code may change them in place."""
        if self._is_pair():
            return super()._prepare_position_ids_for_generation(inputs_tensor, model_kwargs)  # type: ignore[misc]
        return None

    def _prefill(
        self, input_ids: Tensor, generation_config: Any, model_kwargs: dict[str, Any], is_first_iteration: bool = True
    ) -> Any:
        if self._is_pair():
            return super()._prefill(  # type: ignore[misc]
                input_ids, generation_config, model_kwargs, is_first_iteration=is_first_iteration
            )
        model: Any = self
        if model_kwargs.get("position_ids") is None:
            model_kwargs.pop("position_ids", None)
        if model_kwargs.get("attention_mask") is None:
            model_kwargs["attention_mask"] = torch.ones_like(input_ids)
        if "cache_position" not in model_kwargs:
            takes_length = len(inspect.signature(self._get_initial_cache_position).parameters) > 2
            tokens = (input_ids.shape[1], input_ids.device) if takes_length else (input_ids,)
            model_kwargs.update(self._get_initial_cache_position(*tokens, model_kwargs))
        return model(**model.prepare_inputs_for_generation(input_ids, **model_kwargs), return_dict=True)

    def _is_pair(self) -> bool:
        is_pair: bool = self.config.is_encoder_decoder  # type: ignore[attr-defined]
        return is_pair

    def _get_initial_cache_position(self, *given: Any) -> dict[str, Any]:
        """Where the tokens of the first step stand.

        Of ``(input_ids, model_kwargs)``, or, in 4.52, of ``(length, device, model_kwargs)``.
        """
        model_kwargs: dict[str, Any] = given[-1]
        past = model_kwargs.get("past_key_values")
        held = past.get_seq_length() if isinstance(past, transformers.Cache) else 0
        length, device = given[:2] if len(given) > 2 else (given[0].shape[1], given[0].device)
        model_kwargs["cache_position"] = torch.arange(held, length, device=device)
        return model_kwargs

    def _update_model_kwargs_for_generation(
        self,
        outputs: Any,
        model_kwargs: dict[str, Any],
        is_encoder_decoder: bool = False,
        num_new_tokens: int = 1,
        **older: Any,
    ) -> dict[str, Any]:
        places = model_kwargs.get("cache_position")
        updated: dict[str, Any] = super()._update_model_kwargs_for_generation(  # type: ignore[misc]
            outputs, model_kwargs, is_encoder_decoder, num_new_tokens
        )
        if places is not None:
            new = places[-1:] + torch.arange(1, num_new_tokens + 1, device=places.device)
            updated["cache_position"] = new if updated.get("use_cache", True) else torch.cat((places, new))
        return updated

    def _reorder_cache(self, past_key_values: Any, beam_idx: Tensor) -> Any:
        """The rows of a cache in another order, for a class that has no way of its own."""
        if not isinstance(past_key_values, tuple | list):
            past_key_values.reorder_cache(beam_idx)
            return past_key_values
        return tuple(
            tuple(each.index_select(0, beam_idx.to(each.device)) for each in layer) for layer in past_key_values
        )

    def _extract_past_from_model_output(self, outputs: Any, standardize_cache_format: bool = False) -> Any:
        """The cache in a step's outputs."""
        return outputs.get("past_key_values")

    def prepare_inputs_for_generation(self, input_ids: Tensor, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The library's own, which a class may call from its own with the places of the new tokens alone."""
        places, taken = kwargs.pop("cache_position", None), inspect.signature(self.forward).parameters  # type: ignore[attr-defined]
        if not args and places is not None and kwargs.get("next_sequence_length") is None:
            kwargs["next_sequence_length"] = places.shape[0]
        mask = kwargs.get("attention_mask")
        if mask is not None and mask.dim() == 2 and "position_ids" in taken and kwargs.get("position_ids") is None:
            kwargs["position_ids"] = (mask.long().cumsum(-1) - 1).masked_fill(mask == 0, 1)
        prepared: dict[str, Any] = super().prepare_inputs_for_generation(input_ids, *args, **kwargs)  # type: ignore[misc]
        if places is not None and "cache_position" in taken:
            prepared["cache_position"] = places
        return prepared


class GenerationMixin(OlderGeneration, transformers.GenerationMixin):  # type: ignore[misc]
    """The mixin, under its old name."""


def complete(cls: type[Any], is_older: bool) -> None:
    """Give a class that code has made of the real library's what such a class had before.

    It generates where it prepares the inputs of its steps, as it did without the mixin before 4.50. A class that
    derives from a family's, and so from nothing of these modules, gets the older behavior in front of it. One for
    transformers 5 is only loaded by Loadstone, where it loads itself.
    """
    with _completing:
        behavior = OlderModel if is_older else LoadedHere
        if not issubclass(cls, behavior):
            cls.__bases__ = (behavior, *cls.__bases__)
        if is_older:
            adapt(cls)
        prepares = hasattr(cls, "prepare_inputs_for_generation")
        if prepares and not issubclass(cls, transformers.GenerationMixin):
            cls.__bases__ = (*cls.__bases__, GenerationMixin)


def _reads_cache_objects(cls: type[Any]) -> bool:
    """Whether a class of code reads caches that are objects: it says so, or its file imports one."""
    if getattr(cls, "_supports_cache_class", False) or getattr(cls, "_supports_static_cache", False):
        return True
    names = vars(sys.modules[cls.__module__])
    return any(inspect.isclass(value) and issubclass(value, transformers.Cache) for value in names.values())
