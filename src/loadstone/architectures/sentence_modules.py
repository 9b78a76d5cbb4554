"""What ``modules.json`` of sentence-transformers lists, as components; and the same as files, to be saved.

A config holds it under the key ``sentence_transformers``: ``modules``, each with its ``type``, its ``path`` and its
``config`` as files have them, the encoder first; and ``settings``, what ``config_sentence_transformers.json`` says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Dropout, LayerNorm, Linear, Weight
from loadstone.architectures.components.sentence import (
    Feature,
    Pooled,
    PoolingMode,
    Projection,
    Splade,
    UnitLength,
    WeightedLayers,
)
from loadstone.architectures.initial import Uniform
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.json_values import JsonObject
from loadstone.errors import Fault, InvalidConfig
from loadstone.sources.sentence_files import (
    ENCODERS,
    KEY,
    MODULES_NAME,
    SETTINGS_NAME,
    TRANSFORMER_SETTINGS,
    WITH_WEIGHTS,
    kind_of_type,
)

_MODES: Mapping[str, PoolingMode] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""Older keys of a pooling module, in the order in which what they ask for is put together → what newer files say."""
_FUNCTIONS = {
    "Identity": "linear",
    "Tanh": "tanh",
    "ReLU": "relu",
    "GELU": "gelu",
    "SiLU": "silu",
    "Sigmoid": "sigmoid",
    "LeakyReLU": "leaky_relu",
    "Mish": "mish",
}
"""PyTorch's classes of activations → what configs call them."""
_VECTORS = {"sentence_embedding": "sentence", "token_embeddings": "tokens"}


class Modules(NamedTuple):
    """What is above an encoder."""

    steps: tuple[Part, ...]
    features: tuple[Feature, ...]
    width: int
    """Of the vector of a text."""
    reads_logits: bool
    """Whether the steps read a language model's logits in place of hidden states."""


class _Module:
    """One entry of ``modules``, read key by key; every fault is an :class:`InvalidConfig` that names it."""

    def __init__(self, index: int, entry: object) -> None:
        values = cast(JsonObject, entry) if isinstance(entry, dict) else {}
        settings = values.get("config")
        self.config: Mapping[str, Any] = settings if isinstance(settings, dict) else {}
        self.type = str(values.get("type"))
        self.kind = kind_of_type(self.type) or ""
        self.where = f"{MODULES_NAME}, module {index} ({self.type})"
        self.name = f"{index}_{self.kind}"
        if not isinstance(entry, dict) or not isinstance(settings, dict | None):
            raise self.fault("an object with 'type' and 'config'", repr(entry))

    def fault(self, expected: str, found: str, key: str = "", hint: str = "") -> InvalidConfig:
        return InvalidConfig([Fault(f"{self.where}, key {key!r}" if key else self.where, expected, found)], hint=hint)

    def size(self, *keys: str, least: int = 1) -> int:
        """An integer, by the first of the keys that is there."""
        key = next((key for key in keys if key in self.config), keys[0])
        value = self.config.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.fault(f"an integer of at least {least}", repr(value), key)
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self.config.get(key, default)
        if not isinstance(value, bool):
            raise self.fault("true or false", repr(value), key)
        return value

    def vectors(self) -> Feature:
        """What it reads and gives, where it may say so."""
        reads = self.config.get("module_input_name", "sentence_embedding")
        gives = self.config.get("module_output_name") or reads
        for key, value in (("module_input_name", reads), ("module_output_name", gives)):
            if value not in _VECTORS:
                raise self.fault(f"one of {', '.join(_VECTORS)}", repr(value), key)
        return Feature(_VECTORS[reads], _VECTORS[gives])  # type: ignore[arg-type]


def modules_of(config: PretrainedConfig, width: int, rows: int | None) -> Modules:
    """The modules that a config lists above its encoder, whose hidden states are ``width`` wide; ``rows``: the size of
    its vocabulary, as far as it has one. A config that lists none gets the mean of its tokens.

    :class:`InvalidConfig` names modules that Loadstone has not, and keys that make no sense.
    """
    described = description(config)
    listed = described["modules"]
    if not isinstance(listed, list) or not listed:
        raise InvalidConfig(
            [Fault(f"config key {KEY!r}, 'modules'", "a list of modules, the encoder first", repr(listed))]
        )
    encoder, *others = [_Module(index, entry) for index, entry in enumerate(listed)]
    reads_logits = _is_language_model(encoder)
    if reads_logits and rows is None:
        raise encoder.fault("an encoder with a vocabulary", "one without")
    unknown = [f"module {index} ({each.type})" for index, each in enumerate(others, 1) if each.kind not in _MAKERS]
    if unknown:
        raise InvalidConfig(
            [Fault(f"{MODULES_NAME}, {each}", f"one of {', '.join(_MAKERS)}", "another module") for each in unknown],
            hint="What code of others computes is not run here; sentence-transformers itself loads such a model.",
        )
    widths: dict[str, int | None] = {"tokens": rows if reads_logits else width, "sentence": None}
    steps, features = [], []
    for module in others:
        component, feature, out = _MAKERS[module.kind](module, config, widths)
        steps.append(Part(module.name, component))
        features.append(feature)
        widths[feature.gives] = out
    made = widths["sentence"]
    if made is None:
        found = ", ".join(each.type for each in others) or "none"
        raise encoder.fault("a module after it that makes one vector of a text, such as Pooling", found)
    if reads_logits and not any(isinstance(part.component, Splade) for part in steps):
        raise encoder.fault("SpladePooling after an encoder with transformer_task 'fill-mask'", "another module")
    return Modules(tuple(steps), tuple(features), made, reads_logits)


def description(config: PretrainedConfig) -> dict[str, Any]:
    """What a config says of its modules, or what is taken for a config that says nothing: the mean of all tokens, or,
    of a model that writes texts, their last."""
    given = config.get(KEY)
    if given is not None and (not isinstance(given, dict) or not isinstance(given.get("settings", {}), dict)):
        raise InvalidConfig(
            [Fault(f"config key {KEY!r}", "an object with 'modules' and 'settings'", repr(given)[:100])]
        )
    if given:
        return {"modules": given.get("modules"), "settings": given.get("settings", {})}
    first = (config.architectures or [""])[0]
    is_writer = first.endswith("ForCausalLM") and config.get("is_causal", True) is not False
    mode = "pooling_mode_lasttoken" if is_writer else "pooling_mode_mean_tokens"
    pooling = {"word_embedding_dimension": config.get("hidden_size"), **{key: key == mode for key in _MODES}}
    return {
        "modules": [
            {"type": "sentence_transformers.models.Transformer", "path": "", "config": {}},
            {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling", "config": pooling},
        ],
        "settings": {},
    }


def is_sparse(config: PretrainedConfig) -> bool:
    """Whether what a config lists gives a weight for each token of the vocabulary."""
    listed = description(config)["modules"]
    return isinstance(listed, list) and bool(listed) and _is_language_model(_Module(0, listed[0]))


def stored_modules(config: PretrainedConfig) -> list[str]:
    """The kinds of the modules with weights that a config lists."""
    kinds = (kind_of_type(str(entry.get("type"))) for entry in description(config)["modules"][1:])
    return [kind for kind in kinds if kind in WITH_WEIGHTS]


def files_of(config: PretrainedConfig) -> Iterator[tuple[str, bytes]]:
    """The files that say which modules there are, as sentence-transformers reads them: name → content."""
    described = description(config)
    listed = []
    for index, entry in enumerate(described["modules"]):
        module = _Module(index, entry)
        path = module.name if index else ""
        listed.append({"idx": index, "name": str(index), "path": path, "type": module.type})
        if index or module.config:
            yield f"{path}/config.json" if index else TRANSFORMER_SETTINGS[0], _json(module.config)
    yield MODULES_NAME, _json(listed)
    if described["settings"]:
        yield SETTINGS_NAME, _json(described["settings"])


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def _is_language_model(encoder: _Module) -> bool:
    """Whether the encoder gives logits; :class:`InvalidConfig` for one that gives neither them nor hidden states."""
    if encoder.kind not in ENCODERS:
        raise encoder.fault(f"one of {', '.join(ENCODERS)} as the first module", encoder.type)
    task = encoder.config.get(
        "transformer_task", "fill-mask" if encoder.kind == "MLMTransformer" else "feature-extraction"
    )
    gives = {"feature-extraction": "last_hidden_state", "fill-mask": "logits"}.get(str(task))
    if gives is None:
        raise encoder.fault("'feature-extraction' or 'fill-mask'", repr(task), "transformer_task")
    modalities = encoder.config.get("modality_config", {"text": {}})
    text = modalities.get("text") if isinstance(modalities, dict) else modalities
    if not isinstance(text, dict):
        raise encoder.fault("an entry for 'text'", repr(text), "modality_config")
    asked = text.get("method", "forward"), text.get("method_output_name", gives)
    if asked not in (("forward", gives), ("forward", [gives])):
        raise encoder.fault(f"forward and {gives} for 'text'", " and ".join(map(repr, asked)), "modality_config")
    output = encoder.config.get("module_output_name", "token_embeddings")
    if output != "token_embeddings":
        raise encoder.fault("'token_embeddings'", repr(output), "module_output_name")
    return gives == "logits"


_Widths = Mapping[str, int | None]
_Made = tuple[Component, Feature, int]


def _entering(module: _Module, feature: Feature, widths: _Widths) -> int:
    """How wide the vectors are that a module reads."""
    width = widths[feature.reads]
    if width is None:
        raise module.fault("a module before it that makes one vector of a text, such as Pooling", "none")
    return width


def _pooling(module: _Module, config: PretrainedConfig, widths: _Widths) -> _Made:
    feature = Feature("tokens", "sentence")
    module.flag("include_prompt", True)
    if "pooling_mode" in module.config:
        said = module.config["pooling_mode"]
        modes = tuple(said) if isinstance(said, list) else (said,)
        unknown = [mode for mode in modes if mode not in _MODES.values()]
        if unknown or not modes:
            raise module.fault(f"one of {', '.join(_MODES.values())}, or a list of them", repr(said), "pooling_mode")
    else:
        unknown = [key for key, value in module.config.items() if key.startswith("pooling_mode") and key not in _MODES]
        if unknown:
            raise module.fault(f"keys among {', '.join(_MODES)}", ", ".join(unknown))
        modes = tuple(mode for key, mode in _MODES.items() if module.flag(key, False)) or ("mean",)
    return Pooled(modes), feature, len(modes) * _entering(module, feature, widths)


def _dense(module: _Module, config: PretrainedConfig, widths: _Widths) -> _Made:
    feature = module.vectors()
    inputs, outputs = module.size("in_features"), module.size("out_features")
    entering = _entering(module, feature, widths)
    if inputs != entering:
        raise module.fault(f"{entering}, the width of what it reads", str(inputs), "in_features")
    path = module.config.get("activation_function", "torch.nn.modules.activation.Tanh")
    name = path.rpartition(".")[2] if isinstance(path, str) and path.startswith("torch.nn.") else ""
    if name not in _FUNCTIONS:
        raise module.fault(f"one of torch.nn's {', '.join(_FUNCTIONS)}", repr(path), "activation_function")
    is_residual = module.flag("use_residual", False)
    spread = Uniform(-(inputs**-0.5), inputs**-0.5)  # as torch.nn.Linear

    def linear(bias: bool) -> Linear:
        return Linear(inputs, outputs, bias, initial=spread, initial_bias=spread if bias else None)

    residual = Part("residual", linear(False)) if is_residual and inputs != outputs else None
    dense = Part("linear", linear(module.flag("bias", True)))
    return Projection(dense, _FUNCTIONS[name], is_residual, residual), feature, outputs


def _normalize(module: _Module, config: PretrainedConfig, widths: _Widths) -> _Made:
    feature = module.vectors()
    return UnitLength(), feature, _entering(module, feature, widths)


def _dropout(module: _Module, config: PretrainedConfig, widths: _Widths) -> _Made:
    feature, share = Feature("sentence", "sentence"), module.config.get("dropout", 0.2)
    if not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share < 1:
        raise module.fault("a number from 0 to below 1", repr(share), "dropout")
    return Dropout(float(share)), feature, _entering(module, feature, widths)


def _layer_norm(module: _Module, config: PretrainedConfig, widths: _Widths) -> _Made:
    feature, width = Feature("sentence", "sentence"), module.size("dimension")
    entering = _entering(module, feature, widths)
    if width != entering:
        raise module.fault(f"{entering}, the width of what it reads", str(width), "dimension")
    return Chain((Part("norm", LayerNorm(width)),)), feature, width


def _weighted_layers(module: _Module, config: PretrainedConfig, widths: _Widths) -> _Made:
    feature, layers = Feature("tokens", "tokens"), config.get("num_hidden_layers", 0)
    count, start = module.size("num_hidden_layers"), module.size("layer_start", least=0)
    if count != layers or start > count:
        raise module.fault(f"{layers} hidden layers, as the encoder has, and a start within", f"{count} from {start}")
    weights = Part("layer_weights", Weight((count + 1 - start,), value=1.0))
    return WeightedLayers(weights, start, config.output_hidden_states), feature, _entering(module, feature, widths)


def _splade(module: _Module, config: PretrainedConfig, widths: _Widths) -> _Made:
    feature = Feature("tokens", "sentence")
    reduces = module.config.get("pooling_strategy", "max")
    function = module.config.get("activation_function", "relu")
    if reduces not in ("max", "sum"):
        raise module.fault("'max' or 'sum'", repr(reduces), "pooling_strategy")
    if function not in ("relu", "log1p_relu"):
        raise module.fault("'relu' or 'log1p_relu'", repr(function), "activation_function")
    return Splade(reduces, function == "log1p_relu"), feature, _entering(module, feature, widths)


_MAKERS: Mapping[str, Callable[[_Module, PretrainedConfig, _Widths], _Made]] = {
    "Pooling": _pooling,
    "Dense": _dense,
    "Normalize": _normalize,
    "Dropout": _dropout,
    "LayerNorm": _layer_norm,
    "WeightedLayerPooling": _weighted_layers,
    "SpladePooling": _splade,
}
"""Kind of module → what makes its component, tells what it reads and gives, and how wide that is."""
