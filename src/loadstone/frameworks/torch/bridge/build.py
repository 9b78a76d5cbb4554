"""One of transformers' models, from its config to the day it is handed over: without memory, then filled by others."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import GenerationConfig, PretrainedConfig, PreTrainedModel

from loadstone.checkpoint.names import GENERATION_CONFIG_NAME
from loadstone.configs.bridged import BridgedConfig
from loadstone.configs.load_options import option_names
from loadstone.core.dtypes import dtype_name
from loadstone.core.keywords import unknown_argument
from loadstone.errors import CustomCodeError, Fault, InvalidConfig, LoadstoneError
from loadstone.frameworks.torch.bridge.classes import own_config, with_its_part
from loadstone.frameworks.torch.bridge.saves import BridgedSaves
from loadstone.frameworks.torch.bridge.skeleton import (
    cast_by_default,
    compute_again,
    compute_buffers,
    without_parameters,
)
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.modeling.untying import untie
from loadstone.frameworks.torch.transformers_compat.unread import refuse_unread


def bridged_skeleton(
    cls: type[PreTrainedModel], config: BridgedConfig, arguments: Sequence[object], dtype: torch.dtype
) -> PreTrainedModel:
    """A model without memory behind its slots, in ``dtype``, with all that its class computes."""
    own, extra = own_config(config)
    own = with_its_part(cls, own)
    _check_keywords(cls, extra, own)
    own.dtype = dtype
    _say_within(own, None)  # a class that makes another's model would set PyTorch's default dtype to it, for everybody
    with without_parameters(dtype) as settle:
        model = _called(cls, own, arguments, extra)
    settle(model)
    _say_within(own, dtype)
    refuse_unread(model)
    compute_buffers(model)
    if dtype is not torch.get_default_dtype():
        cast_by_default(model, dtype)
        compute_again(model)
    if config.apart:
        untie(model, config.apart)
        for name in config.apart:
            model.all_tied_weights_keys.pop(name, None)
    return model


def random_model(cls: type[PreTrainedModel], config: BridgedConfig, keywords: Mapping[str, Any]) -> PreTrainedModel:
    """A model with random values after its class's scheme."""
    own, extra = own_config(config)
    own = with_its_part(cls, own)
    given = {("dtype" if name == "torch_dtype" else name): value for name, value in {**extra, **keywords}.items()}
    dtype = given.get("dtype")
    if dtype is not None:
        given["dtype"] = to_torch(dtype_name(dtype)) if dtype != "auto" else own.dtype
    model: PreTrainedModel = cls._from_config(own, **given)  # type: ignore[no-untyped-call]
    finish_bridged(model, None)
    return model


def finish_bridged(model: nn.Module, folder: Path | None) -> None:
    """What a model of transformers' gets of Loadstone: saving that is all or nothing; and its generation config."""
    assert isinstance(model, PreTrainedModel)
    model.save_pretrained = BridgedSaves(model).save_pretrained  # type: ignore[method-assign,assignment]
    if model.can_generate() and folder is not None and (folder / GENERATION_CONFIG_NAME).is_file():
        model.generation_config = GenerationConfig.from_pretrained(folder)


def _say_within(config: PretrainedConfig, dtype: torch.dtype | None) -> None:
    """The dtype of the configs within a config."""
    for name in config.sub_configs:
        if isinstance(inner := getattr(config, name, None), PretrainedConfig):
            inner.dtype = dtype
            _say_within(inner, dtype)


def _check_keywords(cls: type[PreTrainedModel], extra: Mapping[str, object], config: PretrainedConfig) -> None:
    """:class:`UnknownArgument` for keywords that neither the config nor the class takes."""
    taken = inspect.signature(cls.__init__).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken.values()):
        return
    unknown = {name: value for name, value in extra.items() if name not in taken}
    if unknown:
        raise unknown_argument(f"{cls.__name__}.from_pretrained", unknown, option_names() | set(config.to_dict()))


def _called(
    cls: type[PreTrainedModel], config: PretrainedConfig, arguments: Sequence[object], extra: Mapping[str, object]
) -> PreTrainedModel:
    """The class, called: :class:`InvalidConfig` for what transformers' own raises, :class:`CustomCodeError` for what
    one that came with a checkpoint does."""
    try:
        return cls(config, *arguments, **extra)
    except LoadstoneError:
        raise
    except Exception as error:
        if cls.__module__.startswith("transformers."):
            raise InvalidConfig(
                [Fault(f"config of {cls.__name__}", "values of which it can be made", repr(error))]
            ) from error
        raise CustomCodeError(f"{cls.__name__} could not be made of its config: {error!r}") from error
