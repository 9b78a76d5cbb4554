"""``loadstone.pipeline(task, …)``: what it answers is what transformers' pipelines answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import SIZES, write_tokenizer

import loadstone
from loadstone.errors import ArgumentError, ConfigError, TokenizerError, UnknownArgument

Make = Callable[..., Path]
LABELS = {"id2label": {0: "O", 1: "B-X", 2: "I-X"}}
TEMPLATE = "{% for m in messages %}{{ m.content }} . {% endfor %}{% if add_generation_prompt %}the{% endif %}"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """The name of a class in transformers, and keys of its config → a folder with a tiny model and its tokenizer."""
    made: dict[str, Path] = {}

    def make(class_name: str, **keys: Any) -> Path:
        name = f"{class_name} {sorted(keys)}"
        if name not in made:
            import torch
            import transformers

            torch.manual_seed(0)
            model_class = getattr(transformers, class_name)
            folder = tmp_path_factory.mktemp(class_name)
            model_class(model_class.config_class(**{**SIZES, **keys})).save_pretrained(folder)
            write_tokenizer(folder)
            settings = json.loads((folder / "tokenizer_config.json").read_text())
            settings |= {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": TEMPLATE}
            settings |= {"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}
            if class_name.startswith("Llama"):
                settings["model_input_names"] = ["input_ids", "attention_mask"]
            (folder / "tokenizer_config.json").write_text(json.dumps(settings))
            made[name] = folder
        return made[name]

    return make


def assert_same(found: Any, expected: Any) -> None:
    """Alike to 1e-4, in lists and mappings of lists and mappings."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for name in expected:
            assert_same(found[name], expected[name])
    elif isinstance(expected, list):
        assert isinstance(found, list) and len(found) == len(expected)
        for mine, theirs in zip(found, expected, strict=True):
            assert_same(mine, theirs)
    elif isinstance(expected, float | np.floating):
        assert float(found) == pytest.approx(float(expected), abs=1e-4)
    else:
        assert found == expected


CHAT = [{"role": "user", "content": "where is"}]
GREEDY = {"max_new_tokens": 4, "do_sample": False}
TASKS: list[tuple[str, str, dict[str, Any], list[Any], list[dict[str, Any]]]] = [
    (
        *("fill-mask", "BertForMaskedLM", {}),
        ["the [MASK] sat", "the [MASK] sat on the [MASK]", ["the [MASK]", "is [MASK] ."]],
        [{}, {"top_k": 2}, {"targets": ["cat", "mat"]}],
    ),
    (
        *("text-classification", "BertForSequenceClassification", LABELS),
        ["the cat", ["the cat", "mat"], {"text": "the cat", "text_pair": "mat"}],
        [{}, {"top_k": None}, {"top_k": 2}, {"top_k": 1}, {"function_to_apply": "sigmoid"}],
    ),
    ("sentiment-analysis", "BertForSequenceClassification", {"num_labels": 1}, ["the cat"], [{}]),
    (
        *(
            "text-classification",
            "BertForSequenceClassification",
            {**LABELS, "problem_type": "multi_label_classification"},
        ),
        *(["the cat"], [{"top_k": None}]),
    ),
    (
        *("ner", "BertForTokenClassification", LABELS),
        ["the cat sat on the mat .", ["the cat", "unknown mat"]],
        [{}, {"ignore_labels": []}]
        + [{"aggregation_strategy": each} for each in ("none", "simple", "first", "average", "max")],
    ),
    ("feature-extraction", "BertModel", {}, ["the cat", ["the cat", "mat"]], [{}]),
    (
        *("text-generation", "LlamaForCausalLM", {"bos_token_id": 2, "eos_token_id": 3}),
        ["the cat", ["the cat", "mat"], CHAT, [CHAT, CHAT], [*CHAT, {"role": "assistant", "content": "on the"}]],
        [
            *(GREEDY, {**GREEDY, "return_full_text": False}, {**GREEDY, "return_tensors": True}),
            {**GREEDY, "num_beams": 2, "num_return_sequences": 2},
        ],
    ),
]


@pytest.mark.parametrize("case", TASKS, ids=[f"{case[0]}-{index}" for index, case in enumerate(TASKS)])
def test_a_pipeline_answers_as_transformers_does(case: Any, checkpoint: Make) -> None:
    import transformers

    task, class_name, keys, inputs, calls = case
    folder = checkpoint(class_name, **keys)
    ours, theirs = loadstone.pipeline(task, folder), transformers.pipeline(task, str(folder), dtype="float32")
    for options in calls:
        for text in inputs:
            assert_same(ours(text, **options), theirs(text, **options))
        if isinstance(inputs[0], str):
            together = ours([inputs[0], "the [MASK] mat ."], batch_size=2, **options)
            assert_same(together, ours([inputs[0], "the [MASK] mat ."], **options))


def test_an_answer_is_a_part_of_the_context(checkpoint: Make) -> None:
    answer = loadstone.pipeline("question-answering", checkpoint("BertForQuestionAnswering"))
    context = "the cat sat on the mat ."
    one = answer(question="where is the cat ?", context=context)
    assert one["answer"] == context[one["start"] : one["end"]] and 0 < one["score"] < 1
    both = answer(question=["where is the cat ?", "is ?"], context=context, batch_size=2)
    assert both[0] == {**one, "score": pytest.approx(one["score"], abs=1e-5)}
    short = answer({"question": "where ?", "context": context}, max_answer_len=1)
    assert len(short["answer"].split()) == 1
    for wrong in ({}, {"question": "where ?"}, {"question": ["a", "b"], "context": ["c"]}):
        with pytest.raises(ArgumentError, match="context"):
            answer(**wrong)


def test_a_sentence_is_one_vector_and_padding_changes_nothing(checkpoint: Make) -> None:
    embed = loadstone.pipeline("sentence-embedding", checkpoint("BertModel"))
    alone, together = embed("the cat"), embed(["the cat", "the cat sat on the mat ."], batch_size=2)
    assert len(alone) == 16 and np.linalg.norm(alone) == pytest.approx(1)
    assert together[0] == pytest.approx(alone, abs=1e-5)


def test_a_model_that_rewrites_texts(tmp_path: Path) -> None:
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.T5Config(
        vocab_size=14, d_model=16, d_kv=8, d_ff=24, num_layers=2, num_heads=2, pad_token_id=0
    )
    config.decoder_start_token_id, config.eos_token_id = 0, 3
    model = transformers.T5ForConditionalGeneration(config).eval()
    model.save_pretrained(tmp_path)
    write_tokenizer(tmp_path)
    rewrite = loadstone.pipeline("text2text-generation", tmp_path)
    (found,) = rewrite("the cat sat", max_new_tokens=5, do_sample=False)
    ids = model.generate(torch.tensor([[2, 5, 6, 7, 3]]), max_new_tokens=5, do_sample=False)[0]
    assert found == {"generated_text": rewrite.tokenizer.decode(ids, skip_special_tokens=True)}


@pytest.mark.parametrize(
    ("framework", "task", "class_name"),
    [("tf", "fill-mask", "BertForMaskedLM"), ("jax", "text-generation", "LlamaForCausalLM")],
)
def test_the_other_frameworks_answer_alike(framework: str, task: str, class_name: str, checkpoint: Make) -> None:
    keys = {"bos_token_id": 2, "eos_token_id": 3} if class_name.startswith("Llama") else {}
    folder, options = checkpoint(class_name, **keys), GREEDY if task == "text-generation" else {}
    found = loadstone.pipeline(task, folder, framework=framework)("the [MASK] sat", **options)
    assert_same(found, loadstone.pipeline(task, folder)("the [MASK] sat", **options))


def test_the_task_is_the_one_that_the_config_names(checkpoint: Make) -> None:
    pipe = loadstone.pipeline(model=checkpoint("BertForMaskedLM"))
    assert pipe.task == "fill-mask"
    assert loadstone.pipeline("fill-mask", pipe.model, pipe.tokenizer)("the [MASK]") == pipe("the [MASK]")
    assert loadstone.pipeline("fill-mask", pipe.model)("the [MASK]") == pipe("the [MASK]"), "its own tokenizer"


def test_options_hold_for_all_calls_or_for_one(checkpoint: Make) -> None:
    pipe = loadstone.pipeline("fill-mask", checkpoint("BertForMaskedLM"), top_k=2)
    assert len(pipe("the [MASK]")) == 2 and len(pipe("the [MASK]", top_k=3)) == 3

    def texts() -> Iterator[str]:
        yield from ("the [MASK]", "is [MASK]")

    found = pipe(texts())
    assert not isinstance(found, list) and list(found) == pipe(["the [MASK]", "is [MASK]"])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"task": "fil-mask"}, ArgumentError, "There is no pipeline for 'fil-mask'. Did you mean 'fill-mask'"),
        ({"task": "fill-mask", "model": None}, ArgumentError, "needs a model="),
        ({"task": "fill-mask", "top_x": 1}, UnknownArgument, "fill-mask does not know 'top_x'. Did you mean 'top_k'"),
        ({"task": "fill-mask", "framework": "mx"}, ArgumentError, "framework='mx': expected one of 'pt', 'jax', 'tf'"),
        ({"task": "fill-mask", "framework": "jax", "device": "cpu"}, ArgumentError, "device= is for PyTorch"),
        ({"task": "fill-mask", "model": "./nowhere"}, TokenizerError, "no such folder"),
        ({"task": "fill-mask", "model": 7, "tokenizer": "x"}, Exception, ""),
        ({"task": None, "model": "./nowhere"}, ConfigError, "no such folder"),
    ],
)
def test_a_pipeline_that_cannot_be_made_says_why(
    arguments: dict[str, Any], error: type[Exception], message: str, checkpoint: Make
) -> None:
    with pytest.raises(error, match=message):
        loadstone.pipeline(**{"model": checkpoint("BertForMaskedLM"), **arguments})


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        ("the cat", {}, r"has no \[MASK\] in it"),
        (7, {}, "takes a text or a list of texts, found int"),
        ([7], {}, "expected a text, found 7"),
        ("", {}, r"no \[MASK\]"),
        ("cat [MASK] " * 30, {}, "62 tokens, this model takes at most 24"),
        ("the [MASK]", {"batch_size": 0}, "batch_size=0"),
        ("the [MASK]", {"targets": []}, "targets: expected tokens"),
    ],
)
def test_inputs_that_make_no_sense_are_refused(inputs: Any, options: Any, message: str, checkpoint: Make) -> None:
    pipe = loadstone.pipeline("fill-mask", checkpoint("BertForMaskedLM"))
    with pytest.raises(ArgumentError, match=message):
        pipe(inputs, **options)


def test_the_name_is_the_package_too() -> None:
    import loadstone.pipeline.load

    assert callable(loadstone.pipeline) and loadstone.pipeline.load.from_pretrained
