"""MLX: two, four or eight bits in groups."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.quantization.method import QuantizationMethod, Settings

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.problems import Problems


class Mlx(QuantizationMethod):
    """See :mod:`loadstone.quantization.methods.mlx.read`."""

    names = ("mlx",)
    settings_keys = MappingProxyType({"quantization": MappingProxyType({})})
    declaration = '"mode": "affine"'
    why_not_packed = "their kernels are those of Apple's MLX"

    def recognizes(self, settings: Settings) -> bool:
        return "mode" in settings and "bits" in settings

    def resembles(self, settings: Settings) -> bool:
        return "group_size" in settings or "bits" in settings

    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.mlx.read import read  # which needs NumPy

        return read(stored, settings, problems)


METHOD = Mlx()
