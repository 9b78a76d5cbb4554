"""Flax's model-specific classes: ``FlaxLlamaForCausalLM`` and the others."""

from __future__ import annotations

from loadstone.frameworks.classes import Classes
from loadstone.frameworks.flax.heads import TASK_CLASSES
from loadstone.frameworks.flax.model import FlaxPreTrainedModel

CLASSES = Classes("Flax", FlaxPreTrainedModel, TASK_CLASSES)
