"""The three frameworks by name: whether each is installed, and its adapter."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, cast

from loadstone.errors import FrameworkNotInstalled

if TYPE_CHECKING:
    from types import ModuleType

    from loadstone.frameworks.contract import SomeFramework
    from loadstone.frameworks.torch_contract import OwnMemory, TorchFramework, TorchPlacement

_PACKAGES = {"torch": "torch", "flax": "flax", "tensorflow": "tensorflow"}


_NEEDED = {"torch": ("torch",), "flax": ("flax", "jax"), "tensorflow": ("tensorflow", "keras")}


PREFIXES = {"": "torch", "Flax": "flax", "TF": "tensorflow"}
"""What the names of a framework's classes start with."""


def framework_of(class_name: str) -> tuple[str, str]:
    """``"FlaxLlamaModel"`` → ``("flax", "LlamaModel")``: the framework of a class, and the name without its prefix."""
    prefix = next(prefix for prefix in sorted(PREFIXES, key=len, reverse=True) if class_name.startswith(prefix))
    return PREFIXES[prefix], class_name.removeprefix(prefix)


def prepare(name: str) -> None:
    """Import the room of a framework that this process has imported already, so that its first load need not."""
    if all(sys.modules.get(package) is not None for package in _NEEDED[name]):
        importlib.import_module(f"loadstone.frameworks.{name}.adapter")


def require_framework(name: str) -> SomeFramework:
    """``"torch"``, ``"flax"`` or ``"tensorflow"``; :class:`FrameworkNotInstalled` says how to install it."""
    return cast("SomeFramework", _adapter(name))


def require_torch() -> TorchFramework[TorchPlacement, OwnMemory]:
    """PyTorch, with what only it is asked; raises :class:`FrameworkNotInstalled`."""
    return cast("TorchFramework[TorchPlacement, OwnMemory]", _adapter("torch"))


def _adapter(name: str) -> ModuleType:
    try:
        importlib.import_module(_PACKAGES[name])
    except ModuleNotFoundError as error:
        if error.name != _PACKAGES[name]:
            raise
        raise FrameworkNotInstalled(
            f"This needs {name}, which is not installed. Install it with: pip install 'loadstone[{name}]'"
        ) from None
    return importlib.import_module(f"loadstone.frameworks.{name}.adapter")


def require_library(name: str, package: str, instead: str = "") -> ModuleType:
    """A module of a library that computes with quantized weights; :class:`FrameworkNotInstalled` says how to get it.

    ``instead``: what else the caller can do.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        lacking = (error.name or "").partition(".")[0]
        reason = "which is not installed" if lacking == package.replace("-", "_") else f"which lacks {error.name}"
        from loadstone.quantization.registry import method_run_by

        method = method_run_by(package)
        extra = "quantized" if method is None else method.extra
        raise FrameworkNotInstalled(
            f"This needs {package}, {reason}. Install it with: pip install 'loadstone[{extra}]'{instead}"
        ) from error
