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

_AUTO = (
    "AutoBackbone",
    "AutoModel",
    "AutoModelForAudioClassification",
    "AutoModelForAudioFrameClassification",
    "AutoModelForAudioXVector",
    "AutoModelForCTC",
    "AutoModelForCausalLM",
    "AutoModelForImageClassification",
    "AutoModelForImageSegmentation",
    "AutoModelForImageTextToText",
    "AutoModelForMaskedImageModeling",
    "AutoModelForMaskedLM",
    "AutoModelForMultipleChoice",
    "AutoModelForNextSentencePrediction",
    "AutoModelForObjectDetection",
    "AutoModelForPreTraining",
    "AutoModelForQuestionAnswering",
    "AutoModelForDepthEstimation",
    "AutoModelForDocumentQuestionAnswering",
    "AutoModelForPoseEstimation",
    "AutoModelForSemanticSegmentation",
    "AutoModelForSeq2SeqLM",
    "AutoModelForSequenceClassification",
    "AutoModelForSpeechSeq2Seq",
    "AutoModelForTextEncoding",
    "AutoModelForSentenceEmbedding",
    "AutoModelForTokenClassification",
    "AutoModelForVideoClassification",
    "AutoModelForZeroShotImageClassification",
)
_AUTO_OF_TRANSFORMERS = (
    "AutoModelForAudioTokenization",
    "AutoModelForDecision",
    "AutoModelForImageMatting",
    "AutoModelForImageToImage",
    "AutoModelForInstanceSegmentation",
    "AutoModelForKeypointDetection",
    "AutoModelForKeypointMatching",
    "AutoModelForMaskGeneration",
    "AutoModelForMultimodalLM",
    "AutoModelForNormalEstimation",
    "AutoModelForPointmapEstimation",
    "AutoModelForRNNT",
    "AutoModelForTDT",
    "AutoModelForTableQuestionAnswering",
    "AutoModelForTableRecognition",
    "AutoModelForTextRecognition",
    "AutoModelForTextToSpectrogram",
    "AutoModelForTextToWaveform",
    "AutoModelForTimeSeriesPrediction",
    "AutoModelForUniversalSegmentation",
    "AutoModelForVision2Seq",
    "AutoModelForVisualQuestionAnswering",
    "AutoModelForZeroShotObjectDetection",
)
_HOMES = {prefix + name: "loadstone.pipeline.auto" for prefix in ("", "Flax", "TF") for name in _AUTO}
_HOMES |= dict.fromkeys(_AUTO_OF_TRANSFORMERS, "loadstone.pipeline.auto_of_transformers")
_HOMES |= {
    "AutoConfig": "loadstone.pipeline.auto_config",
    "AutoFeatureExtractor": "loadstone.pipeline.auto_processor",
    "AutoImageProcessor": "loadstone.pipeline.auto_processor",
    "AutoProcessor": "loadstone.pipeline.auto_processor",
    "AutoTokenizer": "loadstone.pipeline.auto_tokenizer",
    "AutoVideoProcessor": "loadstone.pipeline.auto_processor",
    "BatchEncoding": "loadstone.text.batch_encoding",
    "BitsAndBytesConfig": "loadstone.quantization.methods.bitsandbytes.config",
    "Checkpoint": "loadstone.checkpoint",
    "CompileConfig": "loadstone.configs.compile_config",
    "DynamicCache": "loadstone.frameworks.torch.modeling.cache",
    "FlaxPreTrainedModel": "loadstone.frameworks.flax.model",
    "Forecast": "loadstone.reporting.forecast",
    "GenerationConfig": "loadstone.configs.generation",
    "LoadReport": "loadstone.reporting.load_report",
    "LoadstoneError": "loadstone.errors",
    "PreTrainedModel": "loadstone.frameworks.torch.modeling.model",
    "PreTrainedTokenizerFast": "loadstone.text.tokenizer",
    "PretrainedConfig": "loadstone.configs.pretrained",
    "StaticCache": "loadstone.frameworks.torch.modeling.static_cache",
    "TFPreTrainedModel": "loadstone.frameworks.tensorflow.model",
    "TorchAoConfig": "loadstone.quantization.methods.torchao.config",
    "convert": "loadstone.conversion.convert",
    "diff": "loadstone.conversion.diff",
    "load_into": "loadstone.pipeline.load_into",
    "load_sharded_checkpoint": "loadstone.pipeline.load_into",
    "open_checkpoint": "loadstone.checkpoint",
    "plan": "loadstone.pipeline.plan",
    "transfer_options": "loadstone.transfer.strategy",
}
_MODULES = {"errors", "modeling_utils", "pipeline"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
        if name.startswith(("AutoModel", "AutoBackbone", "FlaxAuto", "TFAuto")):
            from loadstone.frameworks.registry import prepare

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

    if name.endswith("Config"):
        return registry.config_named(name)
    from loadstone.frameworks.registry import framework_of, require_framework

    framework, plain = framework_of(name)
    return require_framework(framework).class_named(name) if registry.class_named(plain) is not None else None


def __dir__() -> list[str]:
    from loadstone.architectures import registry
    from loadstone.frameworks.registry import PREFIXES

    classes = {prefix + name for prefix in PREFIXES for name in registry.class_names()}
    return sorted({"__version__", *_HOMES, *_MODULES, *registry.config_names(), *classes})
