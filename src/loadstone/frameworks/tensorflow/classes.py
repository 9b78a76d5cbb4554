"""TensorFlow's model-specific classes: ``TFLlamaForCausalLM`` and the others."""

from __future__ import annotations

from loadstone.frameworks.classes import Classes
from loadstone.frameworks.tensorflow.heads import task_class
from loadstone.frameworks.tensorflow.model import TFPreTrainedModel

CLASSES = Classes("TF", TFPreTrainedModel, task_class)
