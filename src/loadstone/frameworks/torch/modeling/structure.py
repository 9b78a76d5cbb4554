"""What a PyTorch model is made of: what everything that handles models may ask of one."""

from __future__ import annotations

import torch
from torch import nn

from loadstone.frameworks.structure import ModelBase


class TorchStructure(ModelBase, nn.Module):
    """A module that is a model of Loadstone's, and no other library's."""

    family_spec = None

    def _child(self, name: str) -> object:
        return self._modules.get(name)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the first floating-point parameter."""
        return next((p.dtype for p in self.parameters() if p.is_floating_point()), torch.get_default_dtype())
