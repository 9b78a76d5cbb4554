"""TensorFlow's model-specific classes: ``TFLlamaForCausalLM`` and the others."""

from __future__ import annotations

from loadstone.frameworks.classes import Classes
from loadstone.frameworks.tensorflow.heads import TASK_CLASSES
from loadstone.frameworks.tensorflow.model import TFPreTrainedModel

CLASSES = Classes("TF", TFPreTrainedModel, TASK_CLASSES)
