"""What code changes of a family's class in Transformers' way, and a family's class here does not read."""

from __future__ import annotations

from torch import nn

from loadstone.errors import CustomCodeError
from loadstone.frameworks.torch.modeling.structure import TorchStructure

_METHODS = (
    *(
        "_update_causal_mask",
        "_prepare_decoder_attention_mask",
        "_prepare_4d_causal_attention_mask_with_cache_position",
    ),
    *("_prepare_attn_mask", "_expand_mask", "create_extended_attention_mask_for_decoder"),
)
"""By which Transformers' families make masks, in one version or another."""
_ATTRIBUTES = ("is_causal", "is_decoder", "sliding_window", "scaling", "softmax_scale", "attention_dropout")
"""Which its attention modules read at every step."""


def refuse_unread(model: nn.Module) -> None:
    """:class:`CustomCodeError` where a class derived from a family's overrides, or sets on a part, what is not read.

    Computed without it, the numbers would be others than the code asks for.
    """
    faults = [fault for path, module in model.named_modules() for fault in _unread(path, module)]
    if faults:
        raise CustomCodeError(
            f"{type(model).__name__} changes what the family's class in Loadstone does not read: "
            f"{', '.join(dict.fromkeys(faults))}. With Transformers installed such code runs on its classes: "
            'pip install "loadstone[transformers]"'
        )


def _unread(path: str, module: nn.Module) -> list[str]:
    if not isinstance(module, TorchStructure) or module.family_spec is None or type(module).__module__ == "loadstone":
        return []
    own = [cls for cls in type(module).__mro__ if not cls.__module__.startswith(("loadstone.", "torch.", "builtins"))]
    methods = [f"{type(module).__name__}.{name}" for name in _METHODS if any(name in vars(cls) for cls in own)]
    set_on_parts = [
        f"{'.'.join(filter(None, (path, part)))}.{name}"
        for part, each in module.named_modules()
        for name in _ATTRIBUTES
        if not isinstance(each, TorchStructure) and name in vars(each)
    ]
    return methods + set_on_parts[:1]
