"""Rules and filters over logits in each framework, beside transformers' processors."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from loadstone.configs.generation import GenerationConfig
from loadstone.frameworks.generation_values import Sources
from loadstone.frameworks.logit_edits import edited
from loadstone.frameworks.logit_rules import Written, edits_at
from loadstone.frameworks.rule_keys import Frame, rules
from loadstone.frameworks.sampling import Filters, filtered

VOCAB = 23
RNG = np.random.default_rng(0)
LOGITS = RNG.normal(scale=3, size=(4, VOCAB)).astype(np.float32)
LOGITS[1, 5:9] = -np.inf
TEXTS = np.array([[0, 0, 3, 4, 3, 4, 3], [5, 6, 7, 5, 6, 7, 5], [1, 2, 3, 4, 5, 6, 7], [0, 9, 9, 9, 8, 9, 9]])
READ = np.array([[3, 4, 8, 9, 1], [6, 7, 5, 2, 2]])
STARTS = np.array([2, 0, 0, 1])

frameworks = pytest.mark.parametrize("where", ["torch.modeling", "flax", "tensorflow"])


def functions(where: str) -> Any:
    return importlib.import_module(f"loadstone.frameworks.{where}.array_functions").xp


def array(where: str, value: Any) -> Any:
    """The framework's own of a NumPy array; numbers as they are."""
    if not isinstance(value, np.ndarray | np.generic):
        return value
    if where == "flax":
        import jax.numpy as jnp

        return jnp.asarray(value)
    if where == "tensorflow":
        import tensorflow as tf

        return tf.constant(value)
    return torch.from_numpy(np.array(value))


FILTERS: list[tuple[Filters, list[Any]]] = [
    (Filters(temperature=0.7), [transformers.TemperatureLogitsWarper(0.7)]),
    (Filters(top_k=5), [transformers.TopKLogitsWarper(5)]),
    (Filters(top_k=2, least=4), [transformers.TopKLogitsWarper(2, min_tokens_to_keep=4)]),
    (Filters(top_k=99), [transformers.TopKLogitsWarper(99)]),
    (Filters(top_p=0.6), [transformers.TopPLogitsWarper(0.6)]),
    (Filters(top_p=0.0, least=3), [transformers.TopPLogitsWarper(0.0, min_tokens_to_keep=3)]),
    (Filters(min_p=0.1), [transformers.MinPLogitsWarper(0.1)]),
    (Filters(min_p=0.9, least=2), [transformers.MinPLogitsWarper(0.9, min_tokens_to_keep=2)]),
    (Filters(typical_p=0.4), [transformers.TypicalLogitsWarper(0.4)]),
    (Filters(typical_p=0.01, least=3), [transformers.TypicalLogitsWarper(0.01, min_tokens_to_keep=3)]),
    (Filters(epsilon_cutoff=0.05), [transformers.EpsilonLogitsWarper(0.05)]),
    (Filters(eta_cutoff=0.1, least=2), [transformers.EtaLogitsWarper(0.1, min_tokens_to_keep=2)]),
    (Filters(top_h=0.3), [transformers.generation.logits_process.TopHLogitsWarper(0.3)]),
    (Filters(renormalize=True), [transformers.generation.logits_process.LogitNormalization()]),
    (
        Filters(temperature=1.5, top_k=9, top_p=0.8, renormalize=True),
        [
            *(transformers.TemperatureLogitsWarper(1.5), transformers.TopKLogitsWarper(9)),
            *(transformers.TopPLogitsWarper(0.8), transformers.generation.logits_process.LogitNormalization()),
        ],
    ),
]


@frameworks
def test_filters_leave_what_transformers_leaves(where: str) -> None:
    for filters, processors in FILTERS:
        expected = torch.from_numpy(LOGITS)
        for processor in processors:
            expected = processor(torch.from_numpy(TEXTS), expected)
        found = np.asarray(filtered(functions(where), array(where, LOGITS), filters))
        np.testing.assert_allclose(found, expected.numpy(), rtol=1e-5, atol=1e-5, err_msg=str(filters))


ENDS = (7, 9)
RULES: list[dict[str, Any]] = [
    {"sequence_bias": {(3,): -2.0, (4, 3): 5.0, (5, 6, 7): -np.inf}},
    {"sequence_bias": [[[6], 1.5], [[2], -1.5]]},
    {"encoder_repetition_penalty": 2.0},
    {"repetition_penalty": 1.7},
    {"no_repeat_ngram_size": 1},
    {"no_repeat_ngram_size": 2},
    {"no_repeat_ngram_size": 3},
    {"no_repeat_ngram_size": 9},
    {"encoder_no_repeat_ngram_size": 1},
    {"encoder_no_repeat_ngram_size": 2},
    {"bad_words_ids": [[3], [7], [6, 7], [9, 9, 8]]},
    {"min_length": 8},
    {"min_new_tokens": 3},
    {"forced_eos_token_id": [4, 5]},
    {"suppress_tokens": [1, 2]},
    {"begin_suppress_tokens": [1, 2]},
    {"exponential_decay_length_penalty": (1, 1.3)},
    {"exponential_decay_length_penalty": (4, 1.3)},
    {"remove_invalid_values": True, "suppress_tokens": [1]},
    {"repetition_penalty": 0.8, "bad_words_ids": [[3]], "remove_invalid_values": True, "min_length": 9},
]


class Tower:
    """What transformers' ``_get_logits_processor`` asks of a model."""

    config = transformers.LlamaConfig()
    _merge_criteria_processor_list = transformers.GenerationMixin._merge_criteria_processor_list


@frameworks
@pytest.mark.parametrize("length", [4, 7])
def test_rules_do_what_the_processors_of_transformers_do(where: str, length: int) -> None:
    """Of texts whose prompts have four tokens, and may have eight."""
    texts, starts = TEXTS[:, :length], np.minimum(STARTS, length)
    for keys in RULES:
        keyed = transformers.GenerationConfig(**keys, max_length=8, do_sample=False)
        keyed._eos_token_tensor = torch.tensor(ENDS)
        if keyed.min_new_tokens:
            keyed.min_length = 4 + keyed.min_new_tokens
        mask = torch.from_numpy(np.arange(length)[None] >= starts[:, None]).long()
        processors = transformers.GenerationMixin._get_logits_processor(
            Tower(), keyed, 4, torch.from_numpy(READ), device="cpu", model_kwargs={"attention_mask": mask}
        )
        expected = processors(torch.from_numpy(texts), torch.from_numpy(LOGITS))
        held = rules(Sources.of(GenerationConfig(), keys, None), Frame(4, 8, ENDS))
        edits: Any = edits_at(Written(texts, starts, READ), held, VOCAB)
        made = tuple(type(edit)(*(array(where, value) for value in edit)) for edit in edits)
        found = np.asarray(edited(functions(where), array(where, LOGITS), made))
        np.testing.assert_allclose(found, expected.numpy(), rtol=1e-6, err_msg=str(keys))


def test_what_an_edit_has_keeps_its_shape_while_texts_grow() -> None:
    """So that a compiled program serves all steps."""
    for keys in RULES:
        held = rules(Sources.of(GenerationConfig(), keys, None), Frame(2, 99, ENDS))
        shapes = set()
        for length in (5, 6, 7):
            edits: Any = edits_at(Written(TEXTS[:, :length], STARTS, READ), held, VOCAB)
            shapes.add(tuple((type(edit), *map(np.shape, edit)) for edit in edits))
        assert len(shapes) == 1 or keys.keys() & {"exponential_decay_length_penalty", "min_new_tokens"}, keys
