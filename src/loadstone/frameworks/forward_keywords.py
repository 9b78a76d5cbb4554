"""Keywords of a forward pass that a model has no parameter for: some change nothing, the rest is refused by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from loadstone.architectures import components
from loadstone.core.keywords import nearest
from loadstone.errors import UnknownArgument

if TYPE_CHECKING:
    from loadstone.configs.pretrained import PretrainedConfig

WITHOUT_EFFECT = frozenset({"cache_position", "use_cache", "special_tokens_mask", "offset_mapping", "length"})
"""Transformers computes the same without them: a cache knows how many tokens it holds, a model that fills masks has
none, and the others are what tokenizers give besides."""

WITH_POSITIONS = frozenset({"cu_seq_lens_q", "cu_seq_lens_k", "max_length_q", "max_length_k", "seq_idx"})
"""Where texts begin in packed rows, for other kernels than ours; position_ids say the same."""

NOT_COMPUTED = {
    "past_key_values": "This head has no key-value cache.",
    "head_mask": "Attention heads cannot be masked.",
    "encoder_hidden_states": "No model here has cross-attention.",
    "encoder_attention_mask": "No model here has cross-attention.",
    "output_router_logits": "Bare models and language models with experts have these.",
    "num_items_in_batch": "The loss of this head is the mean over its inputs.",
    "labels": "This class has no loss: a bare model has none, nor has one that finds objects.",
}


def check_unknown(unknown: Mapping[str, object], known: Collection[str], positions_given: bool) -> None:
    """Pass over keywords that change nothing; :class:`UnknownArgument` for the others, with what may have been meant.

    ``known``: the parameters that the forward pass has. What is None asks for nothing, if it is a name that others
    know. ``positions_given``: whether ``position_ids`` are given.
    """
    faults = []
    for name, value in unknown.items():
        if name in NOT_COMPUTED:
            if value is not None and value is not False:
                faults.append(f"{name!r} is not computed. {NOT_COMPUTED[name]}")
        elif name in WITH_POSITIONS:
            if value is not None and not positions_given:
                faults.append(f"{name!r} is used with position_ids only: give those, starting again with each text.")
        elif name not in WITHOUT_EFFECT:
            faults.append(f"The model takes no {name!r}. {nearest(name, known)}".strip())
    if faults:
        raise UnknownArgument(" ".join(faults))


def router_logits_wanted(wanted: bool | None, config: PretrainedConfig, component: components.Component | None) -> bool:
    """Whether to collect the routers' logits: what the caller says, else the config.

    Raises :class:`UnknownArgument` where a caller wants those of a model without experts.
    """
    if not (config.get_text_config().get("output_router_logits", False) if wanted is None else wanted):
        return False
    has_experts = component is not None and any(components.find(component, components.SparseExperts))
    if wanted and not has_experts:
        check_unknown({"output_router_logits": True}, (), False)
    return has_experts
