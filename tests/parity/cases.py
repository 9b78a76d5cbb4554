"""Tiny configs for every family: the plain one and the awkward ones, and the heads that each is tried with.

The heads of a family are those of transformers' own Auto tables (:mod:`heads`), so that no class can be forgotten. A
plain config is tried with every head of its family; an awkward one with the heads that its feature can reach.

Which checks are crossed with what:

- :func:`pairs`, every config × its heads: what a head does itself. Its outputs, its names and shapes, its loss, how it
  starts, what a file without it leaves out.
- :func:`trunk_pairs`, every config with one head, and three families with all of theirs: what the layers below the
  heads do, whatever stands on them. Kernels of attention, positions, vectors for ids, hidden states, dtypes, files.

Neither imports a framework: collecting tests is quick.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from .heads import HEADS

TABLES = {
    "base": ("AutoModel", HEADS["base"]),
    "causal_lm": ("AutoModelForCausalLM", HEADS["causal_lm"]),
    "masked_lm": ("AutoModelForMaskedLM", HEADS["masked_lm"]),
    "sequence_classification": ("AutoModelForSequenceClassification", HEADS["sequence_classification"]),
    "token_classification": ("AutoModelForTokenClassification", HEADS["token_classification"]),
    "question_answering": ("AutoModelForQuestionAnswering", HEADS["question_answering"]),
}
"""Head → (name of the Auto class, both here and in transformers; its table from model_type to class name)."""

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

CLASSES: dict[tuple[str, str], str] = {
    (family, head): table[family] for family in FAMILIES for head, (_, table) in TABLES.items() if family in table
}
"""(family, head) → class name, for all that Loadstone must have."""


def heads_of(family: str) -> tuple[str, ...]:
    """The heads of a plain config; an encoder writes text only as a decoder (variant ``decoder``)."""
    heads = (head for head in TABLES if (family, head) in CLASSES)
    return tuple(head for head in heads if head != "causal_lm" or family in DECODERS)


@dataclass(frozen=True)
class Case:
    """One config of one family."""

    family: str
    variant: str
    config: Mapping[str, Any] = field(hash=False, compare=False)
    heads: tuple[str, ...]
    length: int = 11
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
    def bidirectional(self) -> bool:
        encoder = self.family in ENCODERS and not self.config.get("is_decoder")
        return encoder or bool(self.config.get("use_bidirectional_attention"))


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
PLAIN: dict[str, dict[str, Any]] = {
    "llama": LLAMA_LIKE,
    "mistral": LLAMA_LIKE | dict(sliding_window=None),
    "mixtral": LLAMA_LIKE | dict(num_local_experts=4, num_experts_per_tok=2, intermediate_size=40),
    "gemma": GEMMA | dict(num_key_value_heads=1),
    "gemma2": GEMMA
    | dict(query_pre_attn_scalar=24, sliding_window=5, attn_logit_softcapping=2.0, final_logit_softcapping=3.0),
    "gemma3_text": GEMMA | dict(query_pre_attn_scalar=24, sliding_window=5, sliding_window_pattern=2),
    "qwen2": LLAMA_LIKE,
    "qwen3": LLAMA_LIKE | dict(head_dim=12),
    "qwen3_moe": LLAMA_LIKE | dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24),
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
_DECODER = (dict(is_decoder=True), _LM, 11)
_CLASSIFY = ("sequence_classification",)

# family → variant → (changes to the plain config, heads, tokens in a row)
_AWKWARD: dict[str, dict[str, tuple[dict[str, Any], tuple[str, ...], int]]] = {
    "llama": {
        "tied": (dict(tie_word_embeddings=True), _LM, 11),
        "head_dim": (dict(head_dim=12), _LM, 11),
        "biases": (dict(attention_bias=True, mlp_bias=True), _LM, 11),
        "multi_head": (dict(num_key_value_heads=4, hidden_act="gelu", pad_token_id=None), _LM, 11),
        "theta": (dict(rope_theta=500000.0), _LM, 11),
        "linear": (dict(rope_scaling=dict(rope_type="linear", factor=2.5)), _LM, 11),
        "dynamic": (dict(rope_scaling=dict(rope_type="dynamic", factor=2.0), max_position_embeddings=16), _LM, 23),
        "dynamic_short": (
            dict(rope_scaling=dict(rope_type="dynamic", factor=2.0), max_position_embeddings=32),
            _LM,
            11,
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
            29,
        ),
        "yarn": (dict(rope_scaling=_YARN), _LM, 23),
        "yarn_attention_factor": (dict(rope_scaling=_YARN | dict(attention_factor=0.7)), _LM, 23),
        "yarn_mscale": (dict(rope_scaling=_YARN | dict(mscale=1.3, mscale_all_dim=0.6)), _LM, 23),
        "yarn_not_truncated": (
            dict(rope_scaling=_YARN | dict(truncate=False, beta_fast=4.0, beta_slow=0.5), head_dim=16),
            _LM,
            23,
        ),
    },
    "mistral": {
        "window": (dict(sliding_window=5), ("base", "causal_lm"), 17),
        "head_dim_tied": (dict(sliding_window=None, head_dim=12, tie_word_embeddings=True), _LM, 11),
    },
    "mixtral": {
        "window_top1": (dict(sliding_window=5, num_experts_per_tok=1), _LM, 17),
        "all_experts": (dict(num_local_experts=3, num_experts_per_tok=3, head_dim=12), _LM, 11),
    },
    "gemma": {
        "grouped": (dict(num_key_value_heads=2), _LM, 11),
        "legacy_gelu": (dict(hidden_act="gelu", attention_bias=True), _LM, 11),
        "untied": (dict(tie_word_embeddings=False), _LM, 11),
    },
    "gemma2": {
        "no_softcaps": (dict(attn_logit_softcapping=None, final_logit_softcapping=None), _LM, 11),
        "layer_types": (dict(layer_types=["full_attention", "sliding_attention"], attention_bias=True), _LM, 17),
    },
    "gemma3_text": {
        "layer_types": (dict(layer_types=["full_attention", "sliding_attention"]), _LM, 17),
        "linear": (dict(rope_scaling=dict(rope_type="linear", factor=8.0), final_logit_softcapping=3.0), _LM, 17),
        "thetas": (dict(rope_theta=50000.0, rope_local_base_freq=300.0, attn_logit_softcapping=2.0), _LM, 17),
        "bidirectional": (dict(use_bidirectional_attention=True, sliding_window=6), ("base",), 17),
    },
    "qwen2": {
        "window": (dict(use_sliding_window=True, sliding_window=5, max_window_layers=1), _LM, 17),
        "window_not_used": (dict(use_sliding_window=False, sliding_window=5, max_window_layers=0), _LM, 17),
        "tied": (dict(tie_word_embeddings=True), _LM, 11),
        "yarn": (dict(rope_scaling=_YARN), _LM, 23),
    },
    "qwen3": {
        "window_tied": (
            dict(use_sliding_window=True, sliding_window=5, max_window_layers=1, tie_word_embeddings=True),
            _LM,
            17,
        ),
        "biases": (dict(attention_bias=True), _LM, 11),
    },
    "qwen3_moe": {
        "norm_topk": (dict(norm_topk_prob=True, head_dim=12), _LM, 11),
        "mlp_only": (dict(mlp_only_layers=[1]), _LM, 11),
        "sparse_step": (dict(decoder_sparse_step=2, num_experts_per_tok=1), _LM, 11),
        "window_biases": (dict(use_sliding_window=True, sliding_window=5, attention_bias=True), _LM, 17),
    },
    "olmo2": {
        "tied_biases": (dict(tie_word_embeddings=True, attention_bias=True), _LM, 11),
        "linear_rope": (dict(rope_scaling=dict(rope_type="linear", factor=2.0), num_key_value_heads=1), _LM, 11),
    },
    "phi3": {
        "partial_rotary": (dict(partial_rotary_factor=0.5), _LM, 11),
        "odd_rotary": (dict(partial_rotary_factor=0.4, rope_theta=300.0), _LM, 11),  # 3 of 8, so 4 turn
        "longrope_short": (
            dict(rope_scaling=_LONGROPE, original_max_position_embeddings=32, max_position_embeddings=128),
            _LM,
            11,
        ),
        "longrope_long": (
            dict(rope_scaling=_LONGROPE, original_max_position_embeddings=9, max_position_embeddings=128),
            _LM,
            23,
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
            23,
        ),
        "window_tied": (dict(sliding_window=5, tie_word_embeddings=True), _LM, 17),
    },
    "gpt2": {
        "n_inner": (dict(n_inner=50), _LM, 11),
        "scale_by_layer": (dict(scale_attn_by_inverse_layer_idx=True), _LM, 11),
        "upcast": (dict(reorder_and_upcast_attn=True, scale_attn_by_inverse_layer_idx=True), _LM, 11),
        "not_scaled": (dict(scale_attn_weights=False), _LM, 11),
        "relu": (dict(activation_function="relu"), _LM, 11),
        "gelu": (dict(activation_function="gelu"), _LM, 11),
        "silu_untied": (dict(activation_function="silu", tie_word_embeddings=False), _LM, 11),
        "tanh": (dict(activation_function="tanh"), _LM, 11),
        "quick_gelu": (dict(activation_function="quick_gelu"), _LM, 11),
    },
    "gpt_neox": {
        "sequential": (dict(use_parallel_residual=False), _LM, 11),
        "all_rotary": (dict(rotary_pct=1.0, rotary_emb_base=5000), _LM, 11),
        "odd_rotary": (dict(hidden_size=48, rotary_pct=0.25), _LM, 11),  # 3 of 12, so 4 turn
        "no_attention_bias": (dict(attention_bias=False, hidden_act="gelu_fast"), _LM, 11),
        "tied_linear": (dict(tie_word_embeddings=True, rope_scaling=dict(rope_type="linear", factor=2.0)), _LM, 11),
    },
    "opt": {
        "post_norm_projected": (
            dict(do_layer_norm_before=False, word_embed_proj_dim=24),
            ("base", "causal_lm", "sequence_classification", "question_answering"),
            11,
        ),
        "no_biases": (dict(enable_bias=False, layer_norm_elementwise_affine=False), _LM, 11),
        "no_final_norm": (dict(_remove_final_layer_norm=True), _LM, 11),
        "gelu_untied": (dict(activation_function="gelu", tie_word_embeddings=False), _LM, 11),
    },
    "bert": {
        "decoder": _DECODER,
        "relu_untied": (dict(hidden_act="relu", tie_word_embeddings=False), _MLM, 11),
        "one_type": (dict(type_vocab_size=1, hidden_act="gelu_new"), ("base",), 11),
    },
    "roberta": {
        "decoder": _DECODER,
        "two_types_untied": (dict(type_vocab_size=2, tie_word_embeddings=False), ("base", "masked_lm"), 11),
        "pad_three": (dict(pad_token_id=3), _MLM, 11),
    },
    "xlm-roberta": {"decoder": _DECODER, "pad_three": (dict(pad_token_id=3), _MLM, 11)},
    "distilbert": {
        "sinusoidal": (dict(sinusoidal_pos_embds=True), ("base", "masked_lm"), 11),
        "relu_untied": (dict(activation="relu", tie_word_embeddings=False), _MLM, 11),
    },
    "mpnet": {
        "long_row": ({}, ("base", "masked_lm"), 35),
        "pad_three_untied": (dict(pad_token_id=3, tie_word_embeddings=False), _MLM, 11),
    },
    "electra": {
        "decoder": _DECODER,
        "same_width": (dict(embedding_size=32), ("base", "masked_lm"), 11),
        "relu_untied": (dict(hidden_act="relu", tie_word_embeddings=False), _MLM, 11),
    },
    "modernbert": {
        "mean_pooling": (dict(classifier_pooling="mean", classifier_activation="relu"), _CLASSIFY, 17),
        "all_biases": (
            dict(norm_bias=True, mlp_bias=True, attention_bias=True, classifier_bias=True),
            ("masked_lm", "sequence_classification"),
            17,
        ),
        "no_decoder_bias_untied": (dict(decoder_bias=False, tie_word_embeddings=False), _MLM, 17),
        "every_second": (dict(global_attn_every_n_layers=2, local_attention=4), ("base",), 17),
        "thetas": (dict(global_rope_theta=500.0, local_rope_theta=30.0), ("base",), 17),
    },
}

_PLAIN_LENGTH = {"gemma2": 17, "gemma3_text": 17, "modernbert": 17}


def _all_cases() -> list[Case]:
    cases = []
    for family in FAMILIES:
        plain = PLAIN[family]
        cases.append(Case(family, "plain", plain, heads_of(family), _PLAIN_LENGTH.get(family, 11)))
        for variant, (changes, heads, length) in _AWKWARD[family].items():
            cases.append(Case(family, variant, plain | changes, heads, length))
    return cases


CASES = _all_cases()
PAIRS = [(case, head) for case in CASES for head in case.heads]


EVERY_HEAD = ("llama", "bert", "modernbert")
"""Families whose every head is tried also where the head has no part in it: one for the heads that all decoders have,
one for those of the encoders, and the one that has heads of its own."""

LAYOUTS = ("llama", "mixtral", "gpt2", "bert", "modernbert")
"""Families whose files differ in kind: one matrix a projection, experts one by one, matrices that lie the other way,
tied decoders with biases, fused projections. What a reader or writer does whatever the family is, is tried on these."""


def pairs(*heads: str, plain_only: bool = False, families: Collection[str] = FAMILIES) -> list[Any]:
    """Every (case, head), or those with the named heads, as pytest parameters with readable ids."""
    return [
        _parameter(case, head)
        for case, head in PAIRS
        if (not heads or head in heads) and (not plain_only or case.variant == "plain") and case.family in families
    ]


def trunk_pairs(*heads: str, plain_only: bool = False) -> list[Any]:
    """The (case, head) for what a model does below its head, as pytest parameters.

    Each case with the first of its heads, which is the bare model where it has one, and with the named ``heads``;
    plain cases of the families in ``EVERY_HEAD`` with all. One family more thus adds a parameter a config, however many
    heads it has.
    """
    return [
        _parameter(case, head)
        for case, head in PAIRS
        if head in {case.heads[0], *heads} or (case.family in EVERY_HEAD and case.variant == "plain")
        if not plain_only or case.variant == "plain"
    ]


PADDINGS = ("none", "right", "left")


def padded_pairs() -> list[Any]:
    """Every (case, head, padding): all paddings for what :func:`trunk_pairs` has, and for the other heads that on the
    right; a head that looks for a row's last token also finds it before padding and after."""
    trunk = trunk_pairs()
    ids = {each.id for each in trunk}
    heads = [each for each in pairs() if each.id not in ids]
    return [
        *crossed(trunk, PADDINGS),
        *crossed(heads, ["right"]),
        *crossed([each for each in heads if each.values[1] == "sequence_classification"], ["left"]),
    ]


def crossed(parameters: Sequence[Any], values: Iterable[str]) -> list[Any]:
    """Each of the parameters with each of the values as its last."""
    return [
        pytest.param(*each.values, value, id=f"{each.id}-{value}", marks=each.marks)
        for each in parameters
        for value in values
    ]


def _parameter(case: Case, head: str) -> Any:
    return pytest.param(case, head, id=f"{case.id}-{head}")
