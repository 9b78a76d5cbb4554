"""Loadstone's equivalents of what Transformers has, name by name, for code that came with a checkpoint."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from loadstone.errors import UnknownModelType

# Home → the names that Transformers has too. Its modules are not kept apart: a name means the same in all of them.
_HOMES = {
    "loadstone.configs.pretrained": ("PretrainedConfig",),
    "loadstone.pipeline.auto_config": ("AutoConfig",),
    "loadstone.configs.generation": ("GenerationConfig",),
    "loadstone.frameworks.torch.modeling.model": ("PreTrainedModel",),
    "loadstone.frameworks.torch.modeling.generation": ("GenerationMixin",),
    "loadstone.frameworks.torch.modeling.cache": ("Cache", "DynamicCache"),
    "loadstone.frameworks.torch.modeling.static_cache": ("StaticCache",),
    "loadstone.frameworks.outputs": (
        *("ModelOutput", "BaseModelOutput", "CausalLMOutput", "MaskedLMOutput", "MoeCausalLMOutputWithPast"),
        *("SequenceClassifierOutput", "TokenClassifierOutput", "QuestionAnsweringModelOutput"),
    ),
    "loadstone.frameworks.torch.transformers_compat.outputs": (
        *("BaseModelOutputWithPast", "BaseModelOutputWithPooling", "BaseModelOutputWithNoAttention"),
        *("BaseModelOutputWithPoolingAndNoAttention", "BaseModelOutputWithPastAndCrossAttentions"),
        *("BaseModelOutputWithPoolingAndCrossAttentions", "CausalLMOutputWithPast"),
        *("CausalLMOutputWithCrossAttentions", "MoeModelOutputWithPast", "Seq2SeqModelOutput", "Seq2SeqLMOutput"),
        *("SequenceClassifierOutputWithPast", "MultipleChoiceModelOutput", "NextSentencePredictorOutput"),
        *("ImageClassifierOutput", "ImageClassifierOutputWithNoAttention", "SemanticSegmenterOutput"),
    ),
    "loadstone.frameworks.torch.transformers_compat.layers": (
        *("ACT2FN", "ACT2CLS", "get_activation", "GELUActivation", "NewGELUActivation", "FastGELUActivation"),
        *("QuickGELUActivation", "PytorchGELUTanh", "SiLUActivation", "Conv1D", "GradientCheckpointingLayer"),
        *("ALL_LAYERNORM_LAYERS", "apply_chunking_to_forward", "find_pruneable_heads_and_indices"),
        *("prune_linear_layer", "AttentionMaskConverter", "_prepare_4d_attention_mask"),
        *("_prepare_4d_attention_mask_for_sdpa", "_prepare_4d_causal_attention_mask"),
        *("_prepare_4d_causal_attention_mask_for_sdpa", "is_torchdynamo_compiling", "is_torch_fx_proxy"),
        *("is_torch_greater_or_equal_than_1_13", "is_torch_greater_or_equal_than_2_0"),
        *("is_torch_greater_or_equal_than_2_1", "is_torch_greater_or_equal_than_2_2"),
        *("is_torch_greater_or_equal_than_2_3",),
    ),
    "loadstone.frameworks.torch.transformers_compat.attention": (
        *("ROPE_INIT_FUNCTIONS", "dynamic_rope_update", "create_causal_mask", "create_sliding_window_causal_mask"),
        *("ALL_ATTENTION_FUNCTIONS", "sdpa_attention_forward"),
    ),
    "loadstone.frameworks.torch.transformers_compat.dropped": (
        *("SequenceSummary", "prune_conv1d_layer", "isin_mps_friendly", "softmax_backward_data"),
        *("get_parameter_device", "get_parameter_dtype", "get_device_map", "assert_device_map"),
    ),
    "loadstone.remote_code.exporting": (
        *("OnnxConfig", "OnnxConfigWithPast", "OnnxSeq2SeqConfigWithPast", "PatchingSpec"),
        *("compute_effective_axis_dimension",),
    ),
    "loadstone.remote_code.utilities": (
        *("logging", "add_start_docstrings", "add_start_docstrings_to_model_forward", "add_end_docstrings"),
        *("add_code_sample_docstrings", "replace_return_docstrings", "auto_docstring", "can_return_tuple"),
        *("is_flash_attn_greater_or_equal", "is_flash_attn_greater_or_equal_2_10", "Unpack", "TransformersKwargs"),
        *("FlashAttentionKwargs", "LossKwargs", "KwargsForCausalLM"),
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names} | {
    "PreTrainedConfig": "loadstone.configs.pretrained:PretrainedConfig",
}
_AVAILABLE = re.compile(r"is_(\w+)_available")
# Where the name of what is asked for is not the module's.
_MODULES = {"flash_attn_2": "flash_attn", "torch_fx": "torch.fx", "vision": "PIL", "tf": "tensorflow"}
NAMESPACES = {
    *("activations", "cache_utils", "configuration_utils", "file_utils", "generation", "generation.utils"),
    *("generation.configuration_utils", "modeling_attn_mask_utils", "modeling_layers", "modeling_outputs"),
    *("modeling_utils", "models", "models.auto", "models.auto.configuration_auto", "models.auto.modeling_auto"),
    *("masking_utils", "modeling_rope_utils", "processing_utils", "pytorch_utils", "tokenization_utils", "utils"),
    *("utils.doc", "utils.generic", "utils.import_utils", "generation.logits_process", "generation.streamers"),
    *("generation.stopping_criteria", "tokenization_utils_base", "tokenization_utils_fast", "integrations"),
    *("onnx", "onnx.config", "onnx.utils", "utils.model_parallel_utils", "models.auto.auto_factory"),
    *("utils.logging", "modeling_flash_attention_utils", "loss", "loss.loss_utils"),
}
"""Transformers' modules. They are not kept apart: a name means the same in all of them."""


def has_equivalent(name: str) -> bool:
    """Whether a part of Transformers, and no family, has its equivalent here."""
    return name in _HOME_OF or _AVAILABLE.fullmatch(name) is not None


def equivalent(name: str) -> Any:
    """What stands in for a name of Transformers; :class:`AttributeError` if nothing does."""
    home = _HOME_OF.get(name)
    if home is not None:
        module, _, other = home.partition(":")
        return getattr(importlib.import_module(module), other or name)
    available = _AVAILABLE.fullmatch(name)
    if available:
        return _is_available(available[1])
    if name[:1].isupper():
        try:
            return getattr(importlib.import_module("loadstone"), name)  # of a family, or an Auto class
        except UnknownModelType:
            pass
    raise AttributeError(f"Loadstone has no equivalent of transformers.{name}")


@lru_cache(maxsize=64)
def _is_available(what: str) -> Callable[..., bool]:
    def is_available(*args: object, **kwargs: object) -> bool:
        root = _MODULES.get(what, what).partition(".")[0]
        return importlib.util.find_spec(root) is not None

    return is_available
