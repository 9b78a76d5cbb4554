"""PyTorch's model-specific classes: ``LlamaForCausalLM`` and the others."""

from __future__ import annotations

from loadstone.frameworks.classes import Classes
from loadstone.frameworks.torch.modeling.heads import task_class
from loadstone.frameworks.torch.modeling.model import PreTrainedModel

CLASSES = Classes("", PreTrainedModel, task_class)
