"""What a method of quantization tells the rest of the package about itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.problems import Problems
    from loadstone.quantization.requested import Quantization

Settings = Mapping[str, object]
"""A ``quantization_config``, or what stands for it."""


class QuantizationMethod(ABC):
    """One way in which checkpoints store quantized weights.

    A method is a file or folder in :mod:`loadstone.quantization.methods` with an instance of this as ``METHOD``::

        class Halves(QuantizationMethod):
            names = ("halves",)
            why_not_packed = "nothing computes with them"

            def read(self, stored, settings, problems):
                for name, tensor in stored.items():
                    yield tensor if tensor.dtype is not DType.INT8 else tensor._replace(packing=…)

        METHOD = Halves()

    To import it must be cheap, as all of them are imported to look one up: what needs NumPy is imported in ``read``.
    """

    names: tuple[str, ...]
    """What ``quant_method`` calls it, the usual name first."""
    settings_files: tuple[str, ...] = ()
    """Files beside the weights that its settings may stand in, where ``config.json`` has none."""
    settings_keys: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """Keys of ``config.json`` beside ``quantization_config`` that its settings may stand under → what these then mean
    to say, and may say otherwise."""
    declaration: str = ""
    """JSON that settings which :meth:`resembles` is true of lack."""
    library: str | None = None
    """What computes with such weights as they are stored: the name that the package is installed by."""
    extra: str = "quantized"
    """Of Loadstone, that brings the ``library``."""
    packs_transposed: bool = False
    """Whether the library runs weights that are stored as (inputs, outputs), GPT-2's, beside those of linear layers."""
    packs_experts: bool = False
    """Whether it runs stacked experts."""
    why_not_packed: str = ""
    """Why nothing computes with such weights, where there is no ``library``."""

    def recognizes(self, settings: Settings) -> bool:
        """Whether settings without a ``quant_method`` are this method's for certain."""
        return False

    def resembles(self, settings: Settings) -> bool:
        """Whether they are its own to a reader's eye, though they do not say so."""
        return False

    def concerns_weights(self, settings: Settings) -> bool:
        """Whether such settings, of this method, say that weights are quantized, and not other things alone."""
        return True

    def settings_in(self, content: Mapping[str, object]) -> object:
        """The settings that one of its ``settings_files`` holds."""
        return content

    @abstractmethod
    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        """The tensors that the model has; those that are packed know how they come out. What is wrong with settings or
        tensors goes into ``problems``."""

    def packed(
        self, stored: Contents, logical: Iterable[StoredTensor], settings: Settings, where: str
    ) -> Iterable[StoredTensor]:
        """What :meth:`read` gave, ``logical``, with what the ``library`` runs as it is stored as
        :class:`~loadstone.quantization.packed.PackedTensor`. Asked of methods with a ``library`` only.

        Raises :class:`InvalidConfig` for what the library could not run; ``where`` the settings stand.
        """
        raise NotImplementedError

    def presets(self) -> Mapping[str, Callable[[list[str] | None], object]]:
        """Names for what ``quantization_config=`` may ask the ``library`` to make → a config that asks for it, with the
        modules to leave alone. None for a method that nothing is quantized by here."""
        return {}

    def requested(self, given: Settings) -> Quantization:
        """The ``quantization_config=`` of a caller, checked. Asked of methods with presets only.

        Raises :class:`ArgumentError`.
        """
        raise NotImplementedError
