"""What code changes of a family's class in one release's way, and the family's class that it runs on does not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import FunctionType

from torch import nn

from loadstone.errors import CustomCodeError
from loadstone.frameworks.torch.loading.foreign import is_of_transformers
from loadstone.frameworks.torch.modeling.structure import TorchStructure

_METHODS = (
    *(
        "_update_causal_mask",
        "_prepare_decoder_attention_mask",
        "_prepare_4d_causal_attention_mask_with_cache_position",
    ),
    *("_prepare_attn_mask", "_expand_mask", "create_extended_attention_mask_for_decoder"),
)
"""By which transformers' families make masks, in one version or another."""
_ATTRIBUTES = ("is_causal", "is_decoder", "sliding_window", "scaling", "softmax_scale", "attention_dropout")
"""Which its attention modules read at every step."""


def refuse_unread(model: nn.Module) -> None:
    """:class:`CustomCodeError` where a class derived from a family's overrides, or sets on a part, what is not read.

    Computed without it, the numbers would be others than the code asks for. transformers' own families read attributes;
    a method for masks that they have no more is in vain, unless the code says the same by ``is_causal``.
    """
    if type(model).__module__ == "loadstone" or type(model).__module__.startswith("transformers."):
        return  # nobody has changed anything
    faults = [fault for path, module in model.named_modules() for fault in _unread(path, module)]
    if faults:
        raise CustomCodeError(
            f"{type(model).__name__} changes what the family's class that it derives from does not read: "
            f"{', '.join(dict.fromkeys(faults))}. {_step(model)}"
        )


def _step(model: nn.Module) -> str:
    if is_of_transformers(model):
        return "The transformers that is installed has another way: set is_causal on the attention modules."
    return 'With transformers installed such code runs on its classes: pip install "loadstone[transformers]"'


def _unread(path: str, module: nn.Module) -> list[str]:
    classes = type(module).__mro__
    if isinstance(module, TorchStructure) and module.family_spec is not None:
        own = [cls for cls in classes if not cls.__module__.startswith(("loadstone.", "torch.", "builtins"))]
        own = [cls for cls in own if cls.__module__ != "loadstone"]
        return _in_vain(own, classes) + list(_set_on_parts(path, module))[:1] if own else []
    if is_of_transformers(module) and any(cls.__module__.startswith("transformers.models.") for cls in classes):
        own = [
            cls
            for cls in classes
            if not cls.__module__.startswith(("loadstone.", "torch.", "transformers.", "builtins"))
        ]
        says_it_otherwise = any(vars(each).get("is_causal") is False for each in module.modules())
        return [] if says_it_otherwise else _in_vain(own, classes)
    return []


def _in_vain(own: Sequence[type], classes: Iterable[type]) -> list[str]:
    """Methods for masks that neither the classes of code themselves call nor those that they derive from have."""
    others = [cls for cls in classes if cls not in own]
    functions = [each for cls in own for each in vars(cls).values() if isinstance(each, FunctionType)]
    return [
        f"{own[0].__name__}.{name}"
        for name in _METHODS
        if any(name in vars(cls) for cls in own)
        and not any(name in vars(cls) for cls in others)
        and not any(name in each.__code__.co_names for each in functions)
    ]


def _set_on_parts(path: str, module: nn.Module) -> Iterable[str]:
    for part, each in module.named_modules():
        for name in _ATTRIBUTES:
            if not isinstance(each, TorchStructure) and name in vars(each):
                yield f"{'.'.join(filter(None, (path, part)))}.{name}"
