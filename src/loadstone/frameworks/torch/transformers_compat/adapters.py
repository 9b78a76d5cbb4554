"""PEFT's adapters as methods of a model: the names that transformers' models have for them."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from torch import Tensor

from loadstone.core.keywords import unknown_argument
from loadstone.errors import ArgumentError, ConfigNotFound, FrameworkNotInstalled
from loadstone.sources.adapters import adapter_folder
from loadstone.sources.request import files_asked_for

if TYPE_CHECKING:
    from torch import nn

    _Base = nn.Module
else:
    _Base = object

_DEFAULT = "default"
_PLACES = ("subfolder", "revision", "token", "cache_dir", "force_download", "local_files_only")


class Adapters(_Base):
    """Adapters in the model's own layers. Those around a whole model, as prompts, are PEFT's ``get_peft_model``.

    Every method raises :class:`FrameworkNotInstalled` without PEFT, and :class:`ArgumentError` for a name that no
    adapter has.
    """

    _hf_peft_config_loaded: bool = False
    """Whether there are any, which trainers ask."""
    peft_config: dict[str, Any]
    """Adapter → its config, while there are any."""

    def add_adapter(self, adapter_config: object, adapter_name: str | None = None) -> None:
        """Put a fresh adapter, of PEFT's config, into the model, and let it compute, to be trained."""
        peft, name = _peft(), self._new_adapter(adapter_name)
        if hasattr(adapter_config, "base_model_name_or_path"):
            adapter_config.base_model_name_or_path = getattr(self, "name_or_path", None)
        peft.inject(self, adapter_config, name)
        self._hf_peft_config_loaded = True
        self.set_adapter(name)

    def load_adapter(
        self,
        peft_model_id: str | os.PathLike[str] | None = None,
        adapter_name: str | None = None,
        *,
        peft_config: object = None,
        adapter_state_dict: Mapping[str, Tensor] | None = None,
        is_trainable: bool = False,
        **places: object,
    ) -> None:
        """Put a stored adapter into the model, from a folder or the Hub, and let it compute.

        ``peft_config`` and ``adapter_state_dict`` take the place of its files. Unless ``is_trainable``, the model is
        put into evaluation mode and the adapter is frozen. ``subfolder``, ``revision``, ``token``, ``cache_dir``,
        ``force_download`` and ``local_files_only``, also within ``adapter_kwargs``, say where it is.

        Raises :class:`ConfigNotFound`, :class:`CheckpointNotFound`, :class:`InvalidConfig` for files that are not there
        or cannot be read, :class:`MissingTensors` and :class:`ShapeMismatch` for an adapter of another model, which is
        then left as it was.
        """
        peft, name = _peft(), self._new_adapter(adapter_name)
        folder = None if peft_model_id is None else _folder(peft_model_id, places)
        if folder is None and (peft_config is None or adapter_state_dict is None):
            raise ArgumentError("load_adapter needs a folder or an id, or both peft_config= and adapter_state_dict=.")
        config = peft.config_in(folder) if peft_config is None else peft_config
        tensors = peft.tensors_in(folder) if adapter_state_dict is None else adapter_state_dict
        if hasattr(config, "inference_mode"):
            config.inference_mode = not is_trainable
        peft.inject(self, config, name)
        try:
            peft.fill(self, tensors, name, str(folder or "adapter_state_dict"))
        finally:
            self._hf_peft_config_loaded = bool(self.peft_config)
        if not is_trainable:
            self.eval()
            for layer in peft.layers(self):
                layer.requires_grad_(False)

    def set_adapter(self, adapter_name: Sequence[str] | str) -> None:
        """Let this adapter compute, or these, and no other."""
        peft = _peft()
        self._check_adapters([adapter_name] if isinstance(adapter_name, str) else adapter_name)
        for layer in peft.layers(self):
            layer.set_adapter(adapter_name)

    def enable_adapters(self) -> None:
        """Let those that are set compute again."""
        self._enable_adapters(True)

    def disable_adapters(self) -> None:
        """Compute as the base model does."""
        self._enable_adapters(False)

    def active_adapters(self) -> list[str]:
        """The adapters that are set."""
        peft = _peft()
        self._check_adapters(())
        names: list[str] = peft.active(self)
        return names

    def get_adapter_state_dict(
        self, adapter_name: str | None = None, state_dict: Mapping[str, Tensor] | None = None
    ) -> dict[str, Tensor]:
        """The tensors of an adapter, or of the first that is set; ``state_dict`` in place of the model's."""
        peft, name = _peft(), adapter_name or self.active_adapters()[0]
        self._check_adapters([name])
        tensors: dict[str, Tensor] = peft.state(self, name, state_dict)
        return tensors

    def delete_adapter(self, adapter_names: Sequence[str] | str) -> None:
        """Take an adapter, or several, out of the model."""
        peft, names = _peft(), [adapter_names] if isinstance(adapter_names, str) else list(adapter_names)
        self._check_adapters(names)
        for name in names:
            peft.remove(self, name)
        if not self.peft_config:
            del self.peft_config
            self._hf_peft_config_loaded = False

    def _enable_adapters(self, enabled: bool) -> None:
        peft = _peft()
        self._check_adapters(())
        for layer in peft.layers(self):
            layer.enable_adapters(enabled=enabled)

    def _new_adapter(self, name: str | None) -> str:
        if any(hasattr(slot, "device_mesh") for slot in self.parameters()):
            raise ArgumentError(
                f"{type(self).__name__} is spread over a mesh, whose ranks would each have an adapter of their own. "
                "Put it into a model in one process, and merge it there, or distribute that model yourself."
            )
        name = name or _DEFAULT
        if self._hf_peft_config_loaded and name in self.peft_config:
            raise ArgumentError(f"An adapter named {name!r} is there already. Give another adapter_name=.")
        return name

    def _check_adapters(self, names: Sequence[str]) -> None:
        if not self._hf_peft_config_loaded:
            raise ArgumentError("The model has no adapter. load_adapter(folder) or add_adapter(config) gives it one.")
        missing = [name for name in names if name not in self.peft_config]
        if missing:
            lacking, there = (", ".join(map(repr, each)) for each in (missing, self.peft_config))
            raise ArgumentError(f"No adapter is named {lacking}. There are {there}.")


def _peft() -> ModuleType:
    """What works with PEFT; :class:`FrameworkNotInstalled` where that is not there."""
    if importlib.util.find_spec("peft") is None:
        raise FrameworkNotInstalled("Adapters need peft, which is not installed. Install it with: pip install peft")
    from loadstone.frameworks.torch.bridge import adapters

    return adapters


def _folder(path_or_id: str | os.PathLike[str], places: Mapping[str, object]) -> Path:
    given = dict(places)
    within = given.pop("adapter_kwargs", None) or {}
    given |= within if isinstance(within, Mapping) else {"adapter_kwargs": within}
    which, hub = files_asked_for(given)
    given.pop("low_cpu_mem_usage", None)
    if given:
        raise unknown_argument("load_adapter", given, _PLACES)
    folder = adapter_folder(path_or_id, which, hub)
    if folder is None:
        raise ConfigNotFound(f"{os.fspath(path_or_id)} holds no adapter_config.json, and so no adapter of PEFT's.")
    return folder
