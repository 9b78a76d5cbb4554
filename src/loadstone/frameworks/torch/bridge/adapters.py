"""PEFT's adapters in a model of a family here: its layers go into the model itself, and their files are read and
written as any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peft
import torch
from peft.functional import delete_adapter
from peft.tuners.tuners_utils import BaseTunerLayer
from peft.utils import ModulesToSaveWrapper
from torch import Tensor

from loadstone.checkpoint import open_checkpoint
from loadstone.checkpoint.names import SAFETENSORS
from loadstone.checkpoint.not_models import ADAPTER_CONFIG
from loadstone.checkpoint.safetensors.write import plan_safetensors
from loadstone.core.paths import local_path
from loadstone.errors import ArgumentError, Fault, InvalidConfig, MissingTensors, SaveError, ShapeMismatch
from loadstone.frameworks.save_model import Written
from loadstone.frameworks.torch.loading.fill import Source
from loadstone.frameworks.torch.save import outgoing_tensor
from loadstone.saving.checkpoint import SaveOptions, write_safetensors
from loadstone.saving.replace_folder import replace_files
from loadstone.sources.adapters import ADAPTER_WEIGHTS, adapter_weights
from loadstone.transfer.json_file import read_json
from loadstone.transfer.weight_files import Weights

_PREFIX = "base_model.model."
"""What PEFT's files put before the names of a model's modules."""


def config_in(folder: Path) -> Any:
    """PEFT's config of the adapter in a folder; :class:`InvalidConfig` where PEFT can make nothing of it."""
    path = folder / ADAPTER_CONFIG
    read_json(path, "adapter")
    try:
        return peft.PeftConfig.from_pretrained(str(folder))
    except (TypeError, ValueError, KeyError) as error:
        raise InvalidConfig([Fault(str(path), "a config of PEFT's", f"{type(error).__name__}: {error}")]) from error


def tensors_in(folder: Path) -> dict[str, Tensor]:
    """The tensors of the adapter in a folder, by the names that they have in a model."""
    checkpoint = open_checkpoint(adapter_weights(folder))
    source = Source(Weights(checkpoint.ends))
    return {name.removeprefix(_PREFIX): source.view(stored) for name, stored in checkpoint.items()}


def inject(model: Any, config: Any, name: str) -> None:
    """Put a fresh adapter's layers into the model.

    Raises :class:`ArgumentError` for what is no config of PEFT's, and where PEFT cannot put such layers in there.
    """
    if not isinstance(config, peft.PeftConfig):
        raise ArgumentError(
            f"adapter_config is a {type(config).__name__}, expected one of PEFT's, as peft.LoraConfig()."
        )
    try:
        peft.inject_adapter_in_model(config, model, name)
    except ValueError as error:
        raise ArgumentError(
            f"PEFT puts no adapter of {type(config).__name__} into {type(model).__name__}: {error} "
            "Prompts and other adapters around a whole model: peft.get_peft_model(model, config)."
        ) from error


@torch.no_grad()
def fill(model: Any, tensors: Mapping[str, Tensor], name: str, where: str) -> None:
    """Give an adapter the values that were stored.

    Raises :class:`MissingTensors` and :class:`ShapeMismatch` where they are not those that it has, which is then taken
    out again.
    """
    with _taken_out_if_it_fails(model, name):
        try:
            result: Any = peft.set_peft_model_state_dict(model, dict(tensors), name)
        except KeyError as error:
            raise MissingTensors([Fault(where, f"a tensor {error}", "none")]) from error
        except RuntimeError as error:
            raise ShapeMismatch([Fault(where, "tensors of the shapes that its config says", str(error))]) from error
        kind = f"{model.peft_config[name].peft_type.value.lower()}_"
        parts = (kind, "modules_to_save")
        own = {slot for slot in result.missing_keys if f".{name}" in slot and any(part in slot for part in parts)}
        faults = [Fault(f"{where}: {slot}", "a stored tensor", "none") for slot in sorted(own)]
        faults += [Fault(f"{where}: {stored}", "a layer of the model", "none") for stored in result.unexpected_keys]
        if faults:
            raise MissingTensors(faults, hint="Is it an adapter of this model?")


@contextmanager
def _taken_out_if_it_fails(model: Any, name: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        remove(model, name)
        raise


def remove(model: Any, name: str) -> None:
    """Take an adapter out of the model."""
    delete_adapter(model, adapter_name=name, prefix=f"{model.peft_config[name].peft_type.value.lower()}_")
    model.peft_config.pop(name, None)


def layers(model: Any) -> list[Any]:
    """What holds adapters."""
    return [module for module in model.modules() if isinstance(module, (BaseTunerLayer, ModulesToSaveWrapper))]


def active(model: Any) -> list[str]:
    """The adapters that compute."""
    names = next(layer.active_adapter for layer in layers(model))
    return [names] if isinstance(names, str) else list(names)


def state(model: Any, name: str, state_dict: Mapping[str, Tensor] | None) -> dict[str, Tensor]:
    """An adapter's tensors, by their names in the model without the adapter's own."""
    found: dict[str, Tensor] = peft.get_peft_model_state_dict(model, state_dict=state_dict, adapter_name=name)
    return found


def save(model: Any, folder: Any, state_dict: Mapping[str, Tensor] | None, options: SaveOptions) -> Written:
    """Write the active adapter, all or nothing, as PEFT does. :class:`SaveError` where several are active, or another
    format is asked for."""
    if options.weight_format != SAFETENSORS:
        raise SaveError(f"An adapter is written as {SAFETENSORS} only, not as {options.weight_format}.")
    names = active(model)
    if len(names) != 1:
        raise SaveError(f"The adapters {', '.join(names)} are active: set_adapter(one of them), then save it.")
    tensors = {_PREFIX + name: tensor.detach() for name, tensor in state(model, names[0], state_dict).items()}
    plan = plan_safetensors([outgoing_tensor(*each) for each in tensors.items()], {"format": "pt"})

    def write(stage: Path) -> None:
        model.peft_config[names[0]].save_pretrained(str(stage))
        write_safetensors(stage / ADAPTER_WEIGHTS, plan)

    folder, files = local_path(folder), [ADAPTER_CONFIG, ADAPTER_WEIGHTS]
    replace_files(folder, files, write, lambda name: False)
    return Written(folder, files)
