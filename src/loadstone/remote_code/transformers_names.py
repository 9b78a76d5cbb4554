"""What ``transformers`` means inside code that came with a checkpoint: Loadstone's equivalents, name by name."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

from loadstone.errors import CustomCodeError, UnknownModelType
from loadstone.remote_code.only_names import NAMES, only_a_name

# Home → the names that Transformers has too. Its modules are not kept apart: a name means the same in all of them.
_HOMES = {
    "loadstone.configs.pretrained": ("PretrainedConfig",),
    "loadstone.pipeline.auto_config": ("AutoConfig",),
    "loadstone.configs.generation": ("GenerationConfig",),
    "loadstone.frameworks.torch.modeling.model": ("PreTrainedModel",),
    "loadstone.frameworks.torch.modeling.generation": ("GenerationMixin",),
    "loadstone.frameworks.torch.modeling.cache": ("Cache", "DynamicCache"),
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
_NAMESPACES = {
    *("activations", "cache_utils", "configuration_utils", "file_utils", "generation", "generation.utils"),
    *("generation.configuration_utils", "modeling_attn_mask_utils", "modeling_layers", "modeling_outputs"),
    *("modeling_utils", "models", "models.auto", "models.auto.configuration_auto", "models.auto.modeling_auto"),
    *("masking_utils", "modeling_rope_utils", "processing_utils", "pytorch_utils", "tokenization_utils", "utils"),
    *("utils.doc", "utils.generic", "utils.import_utils", "generation.logits_process", "generation.streamers"),
    *("generation.stopping_criteria", "tokenization_utils_base", "tokenization_utils_fast", "integrations"),
    *("utils.logging", "modeling_flash_attention_utils", "loss", "loss.loss_utils"),
}


class StandIn:
    """``transformers`` for one tree of code."""

    def __init__(self, source: str, allow_transformers: bool) -> None:
        self._source, self._allow = source, allow_transformers
        self._namespaces: dict[str, _Namespace] = {}

    def imported(self, module: str, names: tuple[str, ...]) -> ModuleType:
        """What ``import module`` or ``from module import names`` gives.

        :class:`CustomCodeError` names what Loadstone lacks.
        """
        inner = module.partition(".")[2]
        if not names:
            if inner and not self.is_namespace(inner):
                raise self._lacking(module, [inner.rpartition(".")[2]])
            return self.namespace("")
        # What no family here has is named by the name, not by its module: that says more.
        namespace = self.namespace(inner)
        lacking = [name for name in names if not hasattr(namespace, name)]
        if lacking:
            raise self._lacking(module, lacking)
        return namespace

    def namespace(self, inner: str) -> _Namespace:
        """``transformers``, or ``transformers.inner``."""
        if inner not in self._namespaces:
            self._namespaces[inner] = _Namespace(self, inner)
        return self._namespaces[inner]

    def is_namespace(self, inner: str) -> bool:
        """Whether Transformers' module of that name has an equivalent."""
        return inner in _NAMESPACES or (self._allow and _real(f"transformers.{inner}") is not None)

    def find(self, inner: str, name: str) -> Any:
        """Loadstone's equivalent, else the real thing where that is allowed; :class:`AttributeError`."""
        if inner == "utils.logging":
            return getattr(equivalent("logging"), name)
        try:
            if name in NAMES and not self._allow:
                return only_a_name(name)
            return equivalent(name)
        except AttributeError:
            path = f"{inner}.{name}" if inner else name
            if path in _NAMESPACES:
                return self.namespace(path)
            if self._allow and (module := _real(".".join(filter(None, ("transformers", inner))))) is not None:
                return getattr(module, name)
            raise

    def _lacking(self, module: str, names: list[str]) -> CustomCodeError:
        installed = importlib.util.find_spec("transformers") is not None
        way = "allow_transformers=True takes these names from the installed Transformers"
        if not installed:
            way = "pip install transformers, and allow_transformers=True takes these names from it"
        if self._allow:
            way = "Transformers has no such name either, or is not installed"
        return CustomCodeError(
            f"The code of {self._source} imports {', '.join(names)} from {module}, which Loadstone has no equivalent "
            f"of. {way}."
        )


class _Namespace(ModuleType):
    """One of Transformers' modules."""

    def __init__(self, stand_in: StandIn, inner: str) -> None:
        super().__init__(".".join(filter(None, ("transformers", inner))))
        self._stand_in, self._inner = stand_in, inner
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._stand_in.find(self._inner, name)


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


def _real(name: str) -> ModuleType | None:
    """A module of the real Transformers, if it is installed and has it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None
