"""Whether a module is one of transformers' models, told without importing that library."""

from __future__ import annotations

from torch import nn

from loadstone.frameworks.torch.modeling.structure import TorchStructure


def is_of_transformers(module: nn.Module) -> bool:
    """Whether a module's class is transformers' own, or derives from one; a model of Loadstone's is none, whatever was
    made of its class."""
    return not isinstance(module, TorchStructure) and any(
        base.__name__ == "PreTrainedModel" and base.__module__ == "transformers.modeling_utils"
        for base in type(module).__mro__
    )
