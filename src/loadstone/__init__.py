"""Loadstone turns a stored checkpoint into a running model.

::

    from loadstone import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained("path/or/id", torch_dtype="auto")

Every name is imported when it is first used; importing the package costs no framework.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "AutoConfig": "loadstone.auto_config",
    "AutoModel": "loadstone.auto",
    "AutoModelForAudioClassification": "loadstone.auto",
    "AutoModelForCausalLM": "loadstone.auto",
    "AutoModelForImageClassification": "loadstone.auto",
    "AutoModelForImageTextToText": "loadstone.auto",
    "AutoModelForMaskedLM": "loadstone.auto",
    "AutoModelForObjectDetection": "loadstone.auto",
    "AutoModelForPreTraining": "loadstone.auto",
    "AutoModelForQuestionAnswering": "loadstone.auto",
    "AutoModelForSeq2SeqLM": "loadstone.auto",
    "AutoModelForSequenceClassification": "loadstone.auto",
    "AutoModelForTokenClassification": "loadstone.auto",
    "BitsAndBytesConfig": "loadstone.quantization.config",
    "Checkpoint": "loadstone.checkpoint",
    "DynamicCache": "loadstone.frameworks.torch.cache",
    "FlaxAutoModel": "loadstone.auto",
    "FlaxAutoModelForCausalLM": "loadstone.auto",
    "FlaxAutoModelForMaskedLM": "loadstone.auto",
    "FlaxAutoModelForQuestionAnswering": "loadstone.auto",
    "FlaxAutoModelForSequenceClassification": "loadstone.auto",
    "FlaxAutoModelForTokenClassification": "loadstone.auto",
    "FlaxPreTrainedModel": "loadstone.frameworks.flax.model",
    "Forecast": "loadstone.forecasting",
    "GenerationConfig": "loadstone.configs.generation",
    "LoadReport": "loadstone.reporting.load_report",
    "LoadstoneError": "loadstone.errors",
    "PreTrainedModel": "loadstone.frameworks.torch.model",
    "PretrainedConfig": "loadstone.configs.pretrained",
    "TFAutoModel": "loadstone.auto",
    "TFAutoModelForCausalLM": "loadstone.auto",
    "TFAutoModelForMaskedLM": "loadstone.auto",
    "TFAutoModelForQuestionAnswering": "loadstone.auto",
    "TFAutoModelForSequenceClassification": "loadstone.auto",
    "TFAutoModelForTokenClassification": "loadstone.auto",
    "TFPreTrainedModel": "loadstone.frameworks.tensorflow.model",
    "TorchAoConfig": "loadstone.quantization.config",
    "convert": "loadstone.converting",
    "diff": "loadstone.comparing",
    "load_into": "loadstone.loading_into",
    "load_sharded_checkpoint": "loadstone.loading_into",
    "open_checkpoint": "loadstone.checkpoint",
    "plan": "loadstone.forecasting",
    "transfer_options": "loadstone.transfer.strategy",
}
_MODULES = {"errors", "modeling_utils"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
        if _HOMES[name] == "loadstone.auto":
            from loadstone.frameworks import prepare

            prepare(value.framework)
    elif name in _MODULES:
        value = importlib.import_module(f"loadstone.{name}")
    elif name[:1].isupper():
        value = _of_a_family(name)
    else:
        value = None
    if value is None:
        raise AttributeError(f"module 'loadstone' has no attribute {name!r}")
    globals()[name] = value
    return value


def _of_a_family(name: str) -> Any:
    """``LlamaConfig``, ``LlamaForCausalLM``, ``FlaxLlamaForCausalLM`` and the like; None if no family has it."""
    from loadstone.architectures import registry

    if name in registry.config_names():
        return registry.config_names()[name].config
    from loadstone.frameworks import framework_of, require_framework

    framework, plain = framework_of(name)
    return require_framework(framework).class_named(name) if plain in registry.class_names() else None


def __dir__() -> list[str]:
    from loadstone.architectures import registry
    from loadstone.frameworks import PREFIXES

    classes = {prefix + name for prefix in PREFIXES for name in registry.class_names()}
    return sorted({"__version__", *_HOMES, *_MODULES, *registry.config_names(), *classes})
