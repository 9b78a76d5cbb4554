"""Tiny configs for the first families of texts: the plain one and the awkward ones, and the heads each is tried with.

The heads of a family are those of transformers' own Auto tables (:mod:`heads`), so that no class can be forgotten. A
plain config is tried with every head of its family; an awkward one with the heads that its feature can reach.

No framework is imported here: collecting tests is quick.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadstone.architectures import registry

from .heads import HEADS

TABLES = {
    "base": ("AutoModel", HEADS["base"]),
    "causal_lm": ("AutoModelForCausalLM", HEADS["causal_lm"]),
    "masked_lm": ("AutoModelForMaskedLM", HEADS["masked_lm"]),
    "sequence_classification": ("AutoModelForSequenceClassification", HEADS["sequence_classification"]),
    "token_classification": ("AutoModelForTokenClassification", HEADS["token_classification"]),
    "question_answering": ("AutoModelForQuestionAnswering", HEADS["question_answering"]),
    "multiple_choice": ("AutoModelForMultipleChoice", HEADS["multiple_choice"]),
    "next_sentence_prediction": ("AutoModelForNextSentencePrediction", HEADS["next_sentence_prediction"]),
    "pretraining": (
        "AutoModelForPreTraining",
        {family: name for family, name in HEADS["pretraining"].items() if name.endswith("ForPreTraining")},
    ),
}
"""Head → (name of the Auto class, both here and in transformers; its table from model_type to class name). Of
pretraining, those families that have a class for it alone."""

DECODERS = (
    "llama",
    "mistral",
    "mixtral",
    "gemma",
    "gemma2",
    "gemma3_text",
    "qwen2",
    "qwen3",
    "qwen3_moe",
    "olmo2",
    "phi3",
    "gpt2",
    "gpt_neox",
    "opt",
)
ENCODERS = ("bert", "roberta", "xlm-roberta", "distilbert", "mpnet", "electra", "modernbert")
FAMILIES = DECODERS + ENCODERS
_TABLES = Path(__file__).parent / "modal_families"
MODAL: tuple[str, ...] = (
    *("clip", "mamba", "qwen2_vl", "t5", "whisper"),
    *(name for name in registry.families() if (_TABLES / f"{name.replace('-', '_')}.py").exists()),
)
"""Families of any kind that have no case here: a table in :mod:`modal_families`, or tests in a file of their own, on
:mod:`modal`."""

CLASSES: dict[tuple[str, str], str] = {
    (family, head): table[family] for family in FAMILIES for head, (_, table) in TABLES.items() if family in table
}
"""(family, head) → class name, for all that Loadstone must have."""


def heads_of(family: str) -> tuple[str, ...]:
    """The heads of a plain config; an encoder writes text only as a decoder (variant ``decoder``)."""
    heads = (head for head in TABLES if (family, head) in CLASSES)
    return tuple(head for head in heads if head != "causal_lm" or family in DECODERS)


LENGTH = 22
"""Tokens in a row: more than any window, more than the 16 that yarn and dynamic frequencies start from, fewer than the
32 after which others change. One length for all, for Flax compiles each operation anew for each shape."""


@dataclass(frozen=True)
class Case:
    """One config of one family."""

    family: str
    variant: str
    config: Mapping[str, Any] = field(hash=False, compare=False)
    heads: tuple[str, ...]
    changed: frozenset[str] = frozenset()
    """The keys in which an awkward config differs from the plain one."""
    length: int = LENGTH
    """Tokens in a row of the test input."""

    @property
    def id(self) -> str:
        return f"{self.family}-{self.variant}"

    @property
    def vocab(self) -> int:
        size: int = self.config["vocab_size"]
        return size

    @property
    def pad(self) -> int:
        """The id that fills padding; any will do where the config names none."""
        pad: int | None = self.config.get("pad_token_id")
        return 0 if pad is None else pad

    @property
    def rope_type(self) -> str:
        rope = self.config.get("rope_scaling") or {}
        return str(rope.get("rope_type", "default"))

    @property
    def cache_is_exact(self) -> bool:
        """False where frequencies grow with the length, so that cached keys differ from recomputed ones by design."""
        return self.rope_type != "dynamic" or self.length <= int(self.config["max_position_embeddings"])

    @property
    def decodes_as_plain(self) -> bool:
        """True where nothing that is changed has a part in positions, masks or what a cache holds."""
        return self.changed <= APART_FROM_ATTENTION

    @property
    def bidirectional(self) -> bool:
        encoder = self.family in ENCODERS and not self.config.get("is_decoder")
        return encoder or bool(self.config.get("use_bidirectional_attention"))


APART_FROM_ATTENTION = frozenset(
    {"tie_word_embeddings", "final_logit_softcapping", "word_embed_proj_dim", "embedding_size"}
    | {"hidden_act", "activation", "activation_function", "intermediate_size", "n_inner", "mlp_bias"}
    | {"attention_bias", "enable_bias", "layer_norm_elementwise_affine", "_remove_final_layer_norm"}
    | {"do_layer_norm_before", "use_parallel_residual"}
    | {"num_local_experts", "num_experts_per_tok", "mlp_only_layers", "decoder_sparse_step", "norm_topk_prob"}
)
"""Keys of configs that change what a token's vector goes through, and not which tokens it sees nor where they stand."""

LLAMA_LIKE = dict(
    vocab_size=99,
    hidden_size=32,
    intermediate_size=44,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
)
GEMMA = LLAMA_LIKE | dict(head_dim=12, bos_token_id=2, eos_token_id=1)
BERT_LIKE = dict(
    vocab_size=99,
    hidden_size=32,
    intermediate_size=44,
    num_hidden_layers=2,
    num_attention_heads=4,
    max_position_embeddings=40,
    pad_token_id=0,
)
ROBERTA_LIKE = BERT_LIKE | dict(pad_token_id=1, bos_token_id=0, eos_token_id=2)

# The experts' widths are multiples of 8, as transformers' grouped product wants them in bfloat16.
NEEDED: dict[str, dict[str, Any]] = {
    "beit": {"out_indices": [3, 5, 7, 11]},
    "falcon": {"num_attention_heads": 64, "hidden_size": 4096},
}
"""What a family's config must say for a class that reads so many layers, or so that two ranks can share its heads, in
tests that make one of every class."""

PLAIN: dict[str, dict[str, Any]] = {
    "llama": LLAMA_LIKE,
    "mistral": LLAMA_LIKE | dict(sliding_window=None),
    "mixtral": LLAMA_LIKE | dict(num_local_experts=4, num_experts_per_tok=2, intermediate_size=40),
    "gemma": GEMMA,
    "gemma2": GEMMA
    | dict(query_pre_attn_scalar=24, sliding_window=5, attn_logit_softcapping=2.0, final_logit_softcapping=3.0),
    "gemma3_text": GEMMA | dict(query_pre_attn_scalar=24, sliding_window=5, sliding_window_pattern=2),
    "qwen2": LLAMA_LIKE,
    "qwen3": LLAMA_LIKE | dict(head_dim=12),
    "qwen3_moe": LLAMA_LIKE | dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=40),
    "olmo2": LLAMA_LIKE,
    "phi3": LLAMA_LIKE | dict(original_max_position_embeddings=64),
    "gpt2": dict(
        vocab_size=99,
        n_embd=32,
        n_layer=2,
        n_head=4,
        n_positions=64,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    ),
    "gpt_neox": {k: v for k, v in LLAMA_LIKE.items() if k != "num_key_value_heads"},
    "opt": dict(
        vocab_size=99,
        hidden_size=32,
        ffn_dim=44,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        pad_token_id=1,
        bos_token_id=2,
        eos_token_id=2,
    ),
    "bert": BERT_LIKE,
    "roberta": ROBERTA_LIKE | dict(type_vocab_size=1),
    "xlm-roberta": ROBERTA_LIKE | dict(type_vocab_size=1),
    "distilbert": dict(
        vocab_size=99, dim=32, hidden_dim=44, n_layers=2, n_heads=4, max_position_embeddings=40, pad_token_id=0
    ),
    "mpnet": ROBERTA_LIKE,
    "electra": BERT_LIKE | dict(embedding_size=24),
    "modernbert": BERT_LIKE
    | dict(
        num_hidden_layers=4,
        global_attn_every_n_layers=3,
        local_attention=6,
        bos_token_id=1,
        eos_token_id=2,
        cls_token_id=1,
        sep_token_id=2,
    ),
}

_YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)
_LONGROPE = dict(rope_type="longrope", short_factor=[1.0, 1.1, 1.3, 1.6], long_factor=[1.5, 2.0, 4.0, 8.0])
_LM = ("causal_lm",)
_MLM = ("masked_lm",)
_DECODER = (dict(is_decoder=True), _LM)
_CLASSIFY = ("sequence_classification",)

# family → variant → (changes to the plain config, heads)
_AWKWARD: dict[str, dict[str, tuple[dict[str, Any], tuple[str, ...]]]] = {
    "llama": {
        "tied": (dict(tie_word_embeddings=True), _LM),
        "head_dim": (dict(head_dim=12), _LM),
        "biases": (dict(attention_bias=True, mlp_bias=True), _LM),
        "multi_head": (dict(num_key_value_heads=4, hidden_act="gelu", pad_token_id=None), _LM),
        "theta": (dict(rope_theta=500000.0), _LM),
        "linear": (dict(rope_scaling=dict(rope_type="linear", factor=2.5)), _LM),
        "dynamic": (dict(rope_scaling=dict(rope_type="dynamic", factor=2.0), max_position_embeddings=16), _LM),
        "dynamic_short": (
            dict(rope_scaling=dict(rope_type="dynamic", factor=2.0), max_position_embeddings=32),
            _LM,
        ),
        "llama3": (
            dict(
                rope_scaling=dict(
                    rope_type="llama3",
                    factor=8.0,
                    low_freq_factor=1.0,
                    high_freq_factor=4.0,
                    original_max_position_embeddings=24,
                ),
                max_position_embeddings=192,
                head_dim=16,
            ),
            _LM,
        ),
        "yarn": (dict(rope_scaling=_YARN), _LM),
        "yarn_attention_factor": (dict(rope_scaling=_YARN | dict(attention_factor=0.7)), _LM),
        "yarn_mscale": (dict(rope_scaling=_YARN | dict(mscale=1.3, mscale_all_dim=0.6)), _LM),
        "yarn_not_truncated": (
            dict(rope_scaling=_YARN | dict(truncate=False, beta_fast=4.0, beta_slow=0.5), head_dim=16),
            _LM,
        ),
    },
    "mistral": {
        "window": (dict(sliding_window=5), ("base", "causal_lm")),
        "head_dim_tied": (dict(sliding_window=None, head_dim=12, tie_word_embeddings=True), _LM),
    },
    "mixtral": {
        "window_top1": (dict(sliding_window=5, num_experts_per_tok=1), _LM),
        "all_experts": (dict(num_experts_per_tok=4, head_dim=12), _LM),
    },
    "gemma": {
        "multi_query": (dict(num_key_value_heads=1), _LM),
        "legacy_gelu": (dict(hidden_act="gelu", attention_bias=True), _LM),
        "untied": (dict(tie_word_embeddings=False), _LM),
    },
    "gemma2": {
        "no_softcaps": (dict(attn_logit_softcapping=None, final_logit_softcapping=None), _LM),
        "layer_types": (dict(layer_types=["full_attention", "sliding_attention"], attention_bias=True), _LM),
    },
    "gemma3_text": {
        "layer_types": (dict(layer_types=["full_attention", "sliding_attention"]), _LM),
        "linear": (dict(rope_scaling=dict(rope_type="linear", factor=8.0), final_logit_softcapping=3.0), _LM),
        "thetas": (dict(rope_theta=50000.0, rope_local_base_freq=300.0, attn_logit_softcapping=2.0), _LM),
        "bidirectional": (dict(use_bidirectional_attention=True, sliding_window=6), ("base",)),
    },
    "qwen2": {
        "window": (dict(use_sliding_window=True, sliding_window=5, max_window_layers=1), _LM),
        "window_not_used": (dict(use_sliding_window=False, sliding_window=5, max_window_layers=0), _LM),
        "tied": (dict(tie_word_embeddings=True), _LM),
        "yarn": (dict(rope_scaling=_YARN), _LM),
    },
    "qwen3": {
        "window_tied": (
            dict(use_sliding_window=True, sliding_window=5, max_window_layers=1, tie_word_embeddings=True),
            _LM,
        ),
        "biases": (dict(attention_bias=True), _LM),
    },
    "qwen3_moe": {
        "norm_topk": (dict(norm_topk_prob=True, head_dim=12), _LM),
        "mlp_only": (dict(mlp_only_layers=[1]), _LM),
        "sparse_step": (dict(decoder_sparse_step=2, num_experts_per_tok=1), _LM),
        "window_biases": (dict(use_sliding_window=True, sliding_window=5, attention_bias=True), _LM),
    },
    "olmo2": {
        "tied_biases": (dict(tie_word_embeddings=True, attention_bias=True), _LM),
        "linear_rope": (dict(rope_scaling=dict(rope_type="linear", factor=2.0), num_key_value_heads=4), _LM),
    },
    "phi3": {
        "partial_rotary": (dict(partial_rotary_factor=0.5), _LM),
        "odd_rotary": (dict(partial_rotary_factor=0.4, rope_theta=300.0), _LM),  # 3 of 8, so 4 turn
        "longrope_short": (
            dict(rope_scaling=_LONGROPE, original_max_position_embeddings=32, max_position_embeddings=128),
            _LM,
        ),
        "longrope_long": (
            dict(rope_scaling=_LONGROPE, original_max_position_embeddings=9, max_position_embeddings=128),
            _LM,
        ),
        "longrope_partial": (
            dict(
                rope_scaling=_LONGROPE,
                original_max_position_embeddings=9,
                max_position_embeddings=128,
                num_attention_heads=2,
                num_key_value_heads=1,
                partial_rotary_factor=0.5,
            ),
            _LM,
        ),
        "window_tied": (dict(sliding_window=5, tie_word_embeddings=True), _LM),
    },
    "gpt2": {
        "n_inner": (dict(n_inner=44), _LM),
        "scale_by_layer": (dict(scale_attn_by_inverse_layer_idx=True), _LM),
        "upcast": (dict(reorder_and_upcast_attn=True, scale_attn_by_inverse_layer_idx=True), _LM),
        "not_scaled": (dict(scale_attn_weights=False), _LM),
        "relu": (dict(activation_function="relu"), _LM),
        "gelu": (dict(activation_function="gelu"), _LM),
        "silu_untied": (dict(activation_function="silu", tie_word_embeddings=False), _LM),
        "tanh": (dict(activation_function="tanh"), _LM),
        "quick_gelu": (dict(activation_function="quick_gelu"), _LM),
    },
    "gpt_neox": {
        "sequential": (dict(use_parallel_residual=False), _LM),
        "all_rotary": (dict(rotary_pct=1.0, rotary_emb_base=5000), _LM),
        "odd_rotary": (dict(rotary_pct=0.4), _LM),  # 3 of 8, so 4 turn
        "no_attention_bias": (dict(attention_bias=False, hidden_act="gelu_fast"), _LM),
        "tied_linear": (dict(tie_word_embeddings=True, rope_scaling=dict(rope_type="linear", factor=2.0)), _LM),
    },
    "opt": {
        "post_norm_projected": (
            dict(do_layer_norm_before=False, word_embed_proj_dim=24),
            ("base", "causal_lm", "sequence_classification", "question_answering"),
        ),
        "no_biases": (dict(enable_bias=False, layer_norm_elementwise_affine=False), _LM),
        "no_final_norm": (dict(_remove_final_layer_norm=True), _LM),
        "gelu_untied": (dict(activation_function="gelu", tie_word_embeddings=False), _LM),
    },
    "bert": {
        "decoder": _DECODER,
        "relu_untied": (dict(hidden_act="relu", tie_word_embeddings=False), _MLM),
        "one_type": (dict(type_vocab_size=1, hidden_act="gelu_new"), ("base",)),
    },
    "roberta": {
        "decoder": _DECODER,
        "two_types_untied": (dict(type_vocab_size=2, tie_word_embeddings=False), ("base", "masked_lm")),
        "pad_three": (dict(pad_token_id=3), _MLM),
    },
    "xlm-roberta": {"decoder": _DECODER, "pad_three": (dict(pad_token_id=3), _MLM)},
    "distilbert": {
        "sinusoidal": (dict(sinusoidal_pos_embds=True), ("base", "masked_lm")),
        "relu_untied": (dict(activation="relu", tie_word_embeddings=False), _MLM),
    },
    "mpnet": {
        "long_row": ({}, ("base", "masked_lm")),
        "pad_three_untied": (dict(pad_token_id=3, tie_word_embeddings=False), _MLM),
    },
    "electra": {
        "decoder": _DECODER,
        "same_width": (dict(embedding_size=32), ("base", "masked_lm")),
        "relu_untied": (dict(hidden_act="relu", tie_word_embeddings=False), _MLM),
    },
    "modernbert": {
        "mean_pooling": (dict(classifier_pooling="mean", classifier_activation="relu"), _CLASSIFY),
        "all_biases": (
            dict(norm_bias=True, mlp_bias=True, attention_bias=True, classifier_bias=True),
            ("masked_lm", "sequence_classification"),
        ),
        "no_decoder_bias_untied": (dict(decoder_bias=False, tie_word_embeddings=False), _MLM),
        "every_second": (dict(global_attn_every_n_layers=2, local_attention=4), ("base",)),
        "thetas": (dict(global_rope_theta=500.0, local_rope_theta=30.0), ("base",)),
    },
}

_LENGTHS = {"mpnet-long_row": 35}  # far enough for distances that share a bucket


def _all_cases() -> list[Case]:
    cases = []
    for family in FAMILIES:
        plain = PLAIN[family]
        cases.append(Case(family, "plain", plain, heads_of(family)))
        for variant, (changes, heads) in _AWKWARD[family].items():
            length = _LENGTHS.get(f"{family}-{variant}", LENGTH)
            cases.append(Case(family, variant, plain | changes, heads, frozenset(changes), length))
    return cases


CASES = _all_cases()
