"""What a shell completes as the value of an option. Each function imports what it needs; none imports a framework."""

from __future__ import annotations

from collections.abc import Iterable

_DEVICES = ("cpu", "cuda", "cuda:0", "mps")


def dtypes(incomplete: str) -> list[str]:
    """``auto``, and the names of floating-point dtypes that models compute with."""
    return beginning(incomplete, ("auto", *_compute_dtypes()))


def dtypes_to_cast_to(incomplete: str) -> list[str]:
    """The names of floating-point dtypes that models compute with."""
    return beginning(incomplete, _compute_dtypes())


def _compute_dtypes() -> list[str]:
    from loadstone.core.tensors import DType

    return [dtype.value for dtype in DType if dtype.is_floating and dtype.bits >= 16]


def heads(incomplete: str) -> list[str]:
    """The tasks that models here have heads for."""
    from loadstone.architectures.tasks import TASKS

    return beginning(incomplete, TASKS)


def formats(incomplete: str) -> list[str]:
    """The formats that checkpoints are written in."""
    from loadstone.checkpoint.names import GGUF
    from loadstone.checkpoint.registry import written_formats

    return beginning(incomplete, (*written_formats(), GGUF))


def gguf_types(incomplete: str) -> list[str]:
    """The types that matrices of a GGUF file are written in."""
    from loadstone.quantization.ggml_types import ENCODED

    return beginning(incomplete, [name.lower() for name in ENCODED])


def quantizations(incomplete: str) -> list[str]:
    """What ``--quantize`` knows by name."""
    from loadstone.quantization.registry import methods

    return beginning(incomplete, [name for method in methods() for name in method.presets()])


def device_maps(incomplete: str) -> list[str]:
    """The strategies that spread a model over devices, and single devices."""
    from loadstone.planning.split import STRATEGIES

    return beginning(incomplete, (*STRATEGIES, "cpu", "disk"))


def devices(incomplete: str) -> list[str]:
    """Devices by their usual names; which of them are there, only a framework could say."""
    return beginning(incomplete, _DEVICES)


def beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    """Those of some names that begin as the word that is being written."""
    return [name for name in names if name.startswith(incomplete)]
