"""Flax's model-specific classes: ``FlaxLlamaForCausalLM`` and the others."""

from __future__ import annotations

from loadstone.frameworks.classes import Classes
from loadstone.frameworks.flax.heads import task_class
from loadstone.frameworks.flax.model import FlaxPreTrainedModel

CLASSES = Classes("Flax", FlaxPreTrainedModel, task_class)
