"""Two configs of one class: where a model of the one computes something else than a model of the other."""

from __future__ import annotations

from typing import Any

from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault

_SAID = {
    *("architectures", "auto_map", "torch_dtype", "dtype", "transformers_version", "model_type"),
    *("use_cache", "return_dict", "output_hidden_states", "output_attentions", "problem_type"),
    *("initializer_range", "initializer_factor", "initializer_cutoff_factor", "init_std", "time_step_init_scheme"),
    *("layer_scale_init_value", "logit_scale_init_value", "tie_word_embeddings"),
}
"""Keys that say who made a file, how weights are stored, what a call gives by default, or what values weights once
began with. Whether weights are tied is told by what is stored."""


def differences(
    model: PretrainedConfig, file: PretrainedConfig, *, only_declared: bool, where: str = ""
) -> list[Fault]:
    """A fault for each key in which the ``file`` asks for another computation than the ``model`` does.

    ``only_declared``: keys that a class does not declare change nothing, as with a family's; else all may change
    something. ``where`` names the part of a larger config that these are.
    """
    if model.model_type != file.model_type:
        return [_fault(f"{where}model_type", model.model_type, file.model_type)]
    names = set(model.fields()) if only_declared else {*model.to_dict(), *file.to_dict()}
    faults = []
    for name in sorted(names - _SAID - set(model.irrelevant)):
        one, other = model.get(name), file.get(name)
        if isinstance(one, PretrainedConfig) and isinstance(other, PretrainedConfig):
            faults += differences(one, other, only_declared=only_declared, where=f"{where}{name}.")
        elif _plain(one) != _plain(other):
            faults.append(_fault(f"{where}{name}", one, other))
    return faults


def _plain(value: Any) -> Any:
    """Without what JSON does not tell apart."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return value


def _fault(key: str, expected: object, found: object) -> Fault:
    return Fault(f"config key {key!r}", f"{expected!r}, as the model has it", repr(found))
