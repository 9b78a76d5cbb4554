"""A model of a family here, as transformers' own ``generate`` runs it: for what Loadstone's does not have."""

from __future__ import annotations

import threading
from typing import Any

from transformers import GenerationConfig, GenerationMixin, PreTrainedModel

from loadstone.core.recognized import Recognized, twin
from loadstone.frameworks.torch.modeling.cache import DynamicCache

_making = threading.Lock()


def view(model: Recognized) -> Any:
    """The model under a class that has transformers' methods of generation before its own, and transformers'
    ``PreTrainedModel`` after them. It has no state: both are one ``__dict__``."""
    seen: Any = object.__new__(_view_class(type(model)))
    object.__setattr__(seen, "__dict__", model.__dict__)
    return seen


def _view_class(cls: Any) -> type:
    with _making:
        if "_view" not in cls.__dict__:
            assert issubclass(twin(cls), PreTrainedModel)  # which is loaded, by its name above
            cls._view = type(cls)(cls.__name__, (_Generates, twin(cls)), {"__module__": cls.__module__})
    made: type = cls.__dict__["_view"]
    return made


class _Generates(GenerationMixin):
    """Transformers' loop, with Loadstone's cache and the model's own defaults."""

    @property
    def generation_config(self) -> Any:  # type: ignore[override]
        """The model's defaults, in transformers' class."""
        own = super().generation_config
        return GenerationConfig(**own.to_dict())  # type: ignore[no-untyped-call]

    def get_experts_implementation(self) -> dict[str, str | None]:
        """How experts compute: there is one way, so that nothing is switched for decoding."""
        return {"": None}

    def _prepare_cache_for_generation(self: Any, generation_config: Any, model_kwargs: Any, *others: Any) -> bool:
        """A cache that fits every model here, unless the caller gave one or wants one of transformers' kinds."""
        given = model_kwargs.get("past_key_values") is not None or generation_config.cache_implementation is not None
        if generation_config.use_cache and not given:
            model_kwargs["past_key_values"] = _Cropped()
        prepared: bool = super()._prepare_cache_for_generation(generation_config, model_kwargs, *others)  # type: ignore[misc]
        return prepared


class _Cropped(DynamicCache):
    """Loadstone's cache under the names by which assisted decoding takes back what was not accepted."""

    def activate_past_recording(self) -> None:
        """Nothing changes: all tokens are held anyway."""

    def crop(self, length: int) -> None:
        """Forget the last ``-length`` tokens: none where it is 0, unlike elsewhere."""
        if length:
            super().crop(length)
