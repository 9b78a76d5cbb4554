"""PyTorch: blueprint → ``nn.Module``; fill, tie, run, save."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadstone.frameworks.torch import adapter
    from loadstone.frameworks.torch.loading.own_memory import OwnMemory
    from loadstone.frameworks.torch.placement.placement import Devices
    from loadstone.frameworks.torch_contract import TorchFramework

    _checked: TorchFramework[Devices, OwnMemory] = adapter
