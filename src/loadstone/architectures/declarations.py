"""What the families say of keys that they do not compute with: refused where a value asks for something, or irrelevant.

Every other key that a config class declares is used: by the family's blueprints, or by the classes around them
(:data:`AROUND`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from loadstone.configs.keys import Refusal

SaidT = TypeVar("SaidT")

AROUND: frozenset[str] = frozenset(
    {
        *("architectures", "auto_map", "torch_dtype", "problem_type", "label2id"),
        *("bos_token_id", "eos_token_id", "pad_token_id"),
        *("use_cache", "return_dict", "output_hidden_states", "output_attentions"),
        *("output_router_logits", "router_aux_loss_coef"),
    }
)
"""Keys that model classes, losses, ``generate``, Auto classes and saves use, and blueprints do not."""

REFUSED: Mapping[str, Refusal] = {
    "add_cross_attention": Refusal((False,), "Loadstone has no cross-attention"),
    "is_encoder_decoder": Refusal((False,), "this family has no encoder beside its decoder"),
    "pruned_heads": Refusal(({},), "pruned heads are not supported"),
    "tie_last_hidden_states": Refusal((True,), "the last of hidden_states is last_hidden_state"),
    "alibi": Refusal((False,), "this family has no ALiBi"),
    "clip_qkv": Refusal((), "queries, keys and values are not clipped"),
    "use_qk_norm": Refusal((False,), "that norm is part of a family, not a key"),
    "qk_layernorm": Refusal((False,), "that norm is part of a family, not a key"),
    "attention_multiplier": Refusal((), "Granite's scale is not computed"),
    "embedding_multiplier": Refusal((1.0, 1), "Granite's scale is not computed"),
    "residual_multiplier": Refusal((1.0, 1), "Granite's scale is not computed"),
    "logits_scaling": Refusal((1.0, 1), "Granite's scale is not computed"),
    "logit_scale": Refusal((1.0, 1), "Cohere's scale is not computed"),
    "attention_chunk_size": Refusal((), "attention is full or sliding-window, never chunked"),
    "token_classification_bias": Refusal((True,), "a token classifier has a bias"),
}
"""Of every family."""

WITHOUT_ROPE: Mapping[str, Refusal] = {
    name: Refusal((), "this family has absolute position embeddings, not rotary ones")
    for name in ("rope_scaling", "rope_parameters")
}
"""Of families that learn a vector for each position."""

REFUSED_BY_DECODERS: Mapping[str, Refusal] = {
    **REFUSED,
    "is_causal": Refusal((True,), "this family is causal"),
    "use_bidirectional_attention": Refusal((False,), "this family is causal"),
    "attn_logit_softcapping": Refusal((), "this family does not softcap attention scores"),
    "final_logit_softcapping": Refusal((), "this family does not softcap logits"),
}

REFUSED_BY_ENCODERS: Mapping[str, Refusal] = {**REFUSED, "is_causal": Refusal((False,), "is_decoder says so here")}

IRRELEVANT: Mapping[str, str] = {
    "chunk_size_feed_forward": "how many tokens go through at once; results are the same",
    "gradient_checkpointing": "gradient_checkpointing_enable() is the switch; results are the same",
    "torchscript": "an export of Transformers 4",
    "tie_encoder_decoder": "of encoders with a decoder, which are refused",
    "cross_attention_hidden_size": "of cross-attention, which is refused",
    "decoder_start_token_id": "of encoders with a decoder, which are refused",
    "cls_token_id": "a tokenizer's",
    "sep_token_id": "a tokenizer's",
    "tokenizer_class": "a tokenizer's",
    "prefix": "a pipeline's",
    "task_specific_params": "a pipeline's",
    "finetuning_task": "a note",
    "transformers_version": "a note",
}
"""Key → why it changes nothing, in every family."""

IRRELEVANT_TO_DECODERS: Mapping[str, str] = {**IRRELEVANT, "is_decoder": "it is one, whatever is said"}

WITHOUT_CLASSES: Mapping[str, str] = {
    **IRRELEVANT_TO_DECODERS,
    "id2label": "no class of this family tells classes apart",
}
"""Of families without a head that classifies."""


def but(said: Mapping[str, SaidT], *used: str) -> dict[str, SaidT]:
    """The same without the keys that a family uses."""
    return {name: what for name, what in said.items() if name not in used}


_OF_BOTH = ("is_encoder_decoder", "add_cross_attention", "tie_encoder_decoder", "cross_attention_hidden_size")

REFUSED_BY_ENCODER_DECODERS: Mapping[str, Refusal] = {
    **but(REFUSED, *_OF_BOTH),
    "is_decoder": Refusal((False,), "this family has an encoder beside its decoder"),
    "tie_encoder_decoder": Refusal((False,), "the encoder's layers are others than the decoder's"),
    "cross_attention_hidden_size": Refusal((), "the encoder is as wide as the decoder"),
}

IRRELEVANT_TO_ENCODER_DECODERS: Mapping[str, str] = {
    **but(IRRELEVANT, *_OF_BOTH, "decoder_start_token_id"),
    "is_encoder_decoder": "the class says whether there is a decoder",
    "add_cross_attention": "the decoder has it, whatever is said",
}
