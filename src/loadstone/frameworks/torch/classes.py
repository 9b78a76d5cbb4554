"""PyTorch's model-specific classes: ``LlamaForCausalLM`` and the others."""

from __future__ import annotations

from loadstone.frameworks.classes import Classes
from loadstone.frameworks.torch.heads import TASK_CLASSES
from loadstone.frameworks.torch.model import PreTrainedModel

CLASSES = Classes("", PreTrainedModel, TASK_CLASSES)
