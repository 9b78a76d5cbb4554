"""What quantizes weights, and computes with them: a library of its own, found by the name of its package."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping
from typing import Protocol

import torch
from torch import Tensor, nn

from loadstone.quantization.packed import PackedTensor
from loadstone.quantization.registry import method_of, method_run_by
from loadstone.quantization.requested import Quantization

_FOLDER = "loadstone.frameworks.torch.quantized.libraries"


class Library(Protocol):
    """What quantizes weights."""

    def prepare(self, model: nn.Module, weights: Collection[str], compute_dtype: torch.dtype | None) -> None:
        """Give the model the modules that hold such weights, still without memory."""
        ...

    def quantize(self, module: nn.Module, weight: Tensor, dtype: torch.dtype) -> nn.Parameter:
        """A module's weight, quantized, on the device of the values given, which are rounded to ``dtype`` first."""
        ...

    def rebuild(
        self, module: nn.Module, packed: PackedTensor, parts: Mapping[str, Tensor], dtype: torch.dtype
    ) -> nn.Parameter | None:
        """A module's weight from its stored parts, named as they are within the module.

        None where the parts themselves have become the module's parameters, and it has no weight any more.
        """
        ...


class PackageLibrary(Library, Protocol):
    """A library that is a package: a file in ``libraries/``, named as the package is imported, with it as ``LIBRARY``.

    Importing that file does not import the package; making one does.
    """

    has_tensors: bool = False
    """Whether its weights are tensors of its own classes, which layers hold as they hold plain ones."""

    def __init__(self, settings: Mapping[str, object], requested: Quantization | None) -> None:
        """To run weights as they are stored, by the ``settings`` of their checkpoint, or to make what is ``requested``.

        Raises :class:`FrameworkNotInstalled` without the package.
        """
        ...

    @staticmethod
    def is_packed_layer(module: nn.Module) -> bool:
        """Whether a module is one of the layers that :meth:`prepare` puts in, which store a weight in parts."""
        return False

    @staticmethod
    def why_unreadable(tensor: Tensor) -> str:
        """What keeps a tensor of its own from being read back once it is stored; nothing where it can be."""
        return ""

    @staticmethod
    def flattened(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        """Tensors of its own as the parts that are stored, beside all others; and what safetensors files say of them.

        Raises :class:`SaveError` for a kind of tensor that has no stored form.
        """
        return dict(tensors), {}


def library_named(name: str) -> type[PackageLibrary]:
    """The library that a method of quantization names as its own."""
    library: type[PackageLibrary] = importlib.import_module(f"{_FOLDER}.{_module_of(name)}").LIBRARY
    return library


def library_of(settings: object) -> type[PackageLibrary] | None:
    """What runs weights with such settings as they are stored; None where nothing does."""
    method = method_of(settings)
    return None if method is None or method.library is None else library_named(method.library)


def library_of_tensor(tensor: Tensor) -> type[PackageLibrary] | None:
    """The library whose class a tensor has; None for any other tensor."""
    package = type(tensor).__module__.partition(".")[0]
    library = library_named(package) if method_run_by(package) is not None else None
    return library if library is not None and library.has_tensors else None


def flattened(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors of a library as the parts that are stored, and what safetensors files then say of all of them; see
    :meth:`PackageLibrary.flattened`. Nothing is copied. Without such tensors nothing is said."""
    with_parts = (tensor for tensor in tensors.values() if hasattr(tensor, "__tensor_flatten__"))
    library = next(filter(None, map(library_of_tensor, with_parts)), None)
    return (dict(tensors), {}) if library is None else library.flattened(tensors)


def _module_of(library: str) -> str:
    return library.replace("-", "_")
