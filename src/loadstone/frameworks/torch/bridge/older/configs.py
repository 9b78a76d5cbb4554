"""``PretrainedConfig`` as transformers 4 had it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar

import transformers

DEFAULTS: Mapping[str, object] = MappingProxyType(
    {
        **{"is_decoder": False, "add_cross_attention": False, "cross_attention_hidden_size": None},
        **{"tie_word_embeddings": True, "tie_encoder_decoder": False, "torchscript": False, "use_bfloat16": False},
        **{"bos_token_id": None, "eos_token_id": None, "pad_token_id": None, "sep_token_id": None},
        **{"decoder_start_token_id": None, "prefix": None, "finetuning_task": None, "task_specific_params": None},
        **{"tokenizer_class": None, "tf_legacy_loss": False, "rope_scaling": None, "use_cache": True},
    }
)
"""Keys that every config had, and what they were where nobody set them."""
GENERATION: Mapping[str, object] = MappingProxyType(
    {
        **{"max_length": 20, "min_length": 0, "do_sample": False, "early_stopping": False, "num_beams": 1},
        **{"num_beam_groups": 1, "diversity_penalty": 0.0, "temperature": 1.0, "top_k": 50, "top_p": 1.0},
        **{"typical_p": 1.0, "repetition_penalty": 1.0, "length_penalty": 1.0, "no_repeat_ngram_size": 0},
        **{"encoder_no_repeat_ngram_size": 0, "bad_words_ids": None, "num_return_sequences": 1},
        **{"output_scores": False, "return_dict_in_generate": False, "forced_bos_token_id": None},
        **{"forced_eos_token_id": None, "remove_invalid_values": False, "suppress_tokens": None},
        **{"exponential_decay_length_penalty": None, "begin_suppress_tokens": None},
    }
)
"""The same of the settings of ``generate``, which now have a config of their own."""


_OF_ROPE = ("rope_theta", "partial_rotary_factor")


class _Known(type):
    """Every config of transformers is one, also those that its own code made."""

    def __instancecheck__(cls, instance: object) -> bool:
        return type.__instancecheck__(vars(cls).get("_real", cls), instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return type.__subclasscheck__(vars(cls).get("_real", cls), subclass)


class _Defaults:
    """Keys that every config had are there whether or not somebody set them."""

    def __getattr__(self, name: str) -> Any:
        if name == "rope_parameters" or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(name)
        if name in _OF_ROPE and (said := vars(self).get("rope_parameters") or {}).get(name) is not None:
            return said[name]
        for defaults in (DEFAULTS, GENERATION):
            if name in defaults:
                return defaults[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _get_generation_parameters(self) -> dict[str, Any]:
        """None that would be out of place: they were keys of every config."""
        return {}

    @property
    def torch_dtype(self) -> Any:
        """The older name of ``dtype``."""
        return self.dtype

    @torch_dtype.setter
    def torch_dtype(self, value: Any) -> None:
        self.dtype = value

    @property
    def use_return_dict(self) -> Any:
        """The older name of ``return_dict``."""
        return self.return_dict


class PretrainedConfig(_Defaults, transformers.PretrainedConfig, metaclass=_Known):
    """The base of configs, whose keys are where they were in transformers 4.

    ``rope_scaling`` is what the class or the file says, and ``rope_theta`` stays beside it.
    """

    _real: ClassVar[type] = transformers.PretrainedConfig

    def __init__(self, **kwargs: Any) -> None:
        said = {name: kwargs.pop(name) for name in GENERATION.keys() & kwargs.keys()}
        pruned = kwargs.pop("pruned_heads", None) or {}
        super().__init__(**kwargs)
        self.pruned_heads = {int(layer): heads for layer, heads in pruned.items()}
        vars(self).update({name: value for name, value in said.items() if value != GENERATION[name]})

    @property
    def rope_scaling(self) -> Any:
        """As it was set: not made one with ``rope_theta``."""
        return vars(self).get("rope_scaling")

    @rope_scaling.setter
    def rope_scaling(self, value: Any) -> None:
        vars(self)["rope_scaling"] = value


class _OfFamily(_Defaults):
    """A family's config, which keeps the frequencies in ``rope_parameters``."""

    @property
    def rope_scaling(self) -> Any:
        """None where nothing is scaled; ``type`` is the older name of ``rope_type``."""
        said = vars(self).get("rope_parameters")
        if not said or said.get("rope_type", "default") == "default":
            return None
        return {**{name: value for name, value in said.items() if name not in _OF_ROPE}, "type": said["rope_type"]}

    @rope_scaling.setter
    def rope_scaling(self, value: Any) -> None:
        self.rope_parameters = value


@lru_cache(maxsize=256)
def older(config_class: type[Any]) -> type[Any]:
    """A family's config class for code of transformers 4, which reads keys where they were."""
    body = {"_real": config_class, "__module__": config_class.__module__, "__doc__": config_class.__doc__}
    return _Known(config_class.__name__, (_OfFamily, config_class), body)
