"""``loadstone run``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import WORDS, loadstone
from typer.testing import CliRunner, Result

from loadstone.cli.app import app
from loadstone.cli.tasks import Options

Make = Callable[[str], Path]


def run(*arguments: str | Path) -> Result:
    """The command in this process, where PyTorch is loaded already."""
    return CliRunner().invoke(app, ["run", *map(str, arguments)])


def results(*arguments: str | Path) -> list[dict[str, Any]]:
    done = run(*arguments, "--json", "--device", "cpu")
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    return found


def reference(class_name: str, folder: Path, ids: list[list[int]], **more: Any) -> Any:
    """What transformers says for the same ids."""
    import torch
    import transformers

    model = getattr(transformers, class_name).from_pretrained(folder).eval()
    with torch.inference_mode():
        return model(input_ids=torch.tensor(ids), **{name: torch.tensor(rows) for name, rows in more.items()})


def test_a_causal_lm_continues_each_text_greedily_as_transformers_does(checkpoint: Make) -> None:
    import torch
    import transformers

    folder = checkpoint("LlamaForCausalLM")
    found = results(folder, "the cat", "the cat sat on", "--max-new-tokens", "6")
    model = transformers.LlamaForCausalLM.from_pretrained(folder).eval()
    for text, words, result in zip(["the cat", "the cat sat on"], [[5, 6], [5, 6, 7, 8]], found, strict=True):
        ids = torch.tensor([[2, *words, 3]])
        row = model.generate(ids, max_new_tokens=6, do_sample=False, eos_token_id=3)[0].tolist()
        new = row[ids.shape[1] :]
        new = new[: new.index(3)] if 3 in new else new
        assert result["prompt"] == text
        assert result["new_tokens"] == len(new)
        spoken = [WORDS[token] for token in words + new if token >= 5 or token == 1]
        assert result["text"].split() == [word for word in spoken if word not in WORDS[:5]]


def test_drawing_is_repeatable_with_a_seed_and_differs_between_seeds(checkpoint: Make) -> None:
    def drawn(seed: int) -> str:
        (found,) = results(*arguments, str(seed))
        return str(found["text"])

    arguments = (checkpoint("LlamaForCausalLM"), "the cat", "--temperature", "5", "--max-new-tokens", "12", "--seed")
    assert drawn(1) == drawn(1)
    assert len({drawn(seed) for seed in range(4)}) > 1


def test_drawing_starts_only_where_it_is_asked_for() -> None:
    assert not Options().sampled
    assert not Options(temperature=0.0, top_p=0.9).sampled
    assert Options(top_k=3).sampled
    assert Options(temperature=0.7).sampled
    assert Options(min_p=0.1).sampled


def test_a_prompt_that_fills_the_model_is_refused(checkpoint: Make) -> None:
    done = run(checkpoint("LlamaForCausalLM"), "cat " * 22)
    assert done.exit_code == 1
    assert "none are left for new ones" in done.output


@pytest.mark.parametrize(
    ("class_name", "most"), [("BertModel", 24), ("RobertaModel", 23), ("XLMRobertaModel", 23), ("MPNetModel", 22)]
)
def test_what_it_says_it_takes_is_what_it_takes(checkpoint: Make, class_name: str, most: int) -> None:
    """24 rows of positions: those up to the padding's are no token's, and MPNet's padding is always row 1."""
    folder = checkpoint(class_name)
    assert len(results(folder, "cat " * (most - 2))) == 1
    done = run(folder, "cat " * (most - 1))
    assert done.exit_code == 1 and f"{most + 1} tokens, this model takes at most {most}" in done.output


@pytest.mark.parametrize("class_name", ["OPTForCausalLM", "GPT2LMHeadModel"])
def test_text_ends_where_the_positions_do(checkpoint: Make, class_name: str) -> None:
    (result,) = results(checkpoint(class_name), "cat " * 10, "--max-new-tokens", "100")
    assert 1 <= result["new_tokens"] <= 12
    assert run(checkpoint(class_name), "cat " * 30).exit_code == 1


def test_a_masked_lm_fills_each_mask(checkpoint: Make) -> None:
    folder = checkpoint("BertForMaskedLM")
    (found,) = results(folder, "the [MASK] sat on the [MASK]")
    logits = reference("BertForMaskedLM", folder, [[2, 5, 4, 7, 8, 5, 4, 3]]).logits[0]
    assert len(found["masks"]) == 2
    for position, candidates in zip((2, 6), found["masks"], strict=True):
        scores = logits[position].softmax(-1).topk(5)
        assert [each["score"] for each in candidates] == pytest.approx(scores.values.tolist(), abs=1e-4)


def test_a_text_without_a_mask_is_refused_with_what_to_do(checkpoint: Make) -> None:
    done = run(checkpoint("BertForMaskedLM"), "the cat")
    assert done.exit_code == 1
    assert "no [MASK] in it; put one" in done.output


def test_a_classifier_tells_labels_with_scores_that_sum_to_one(checkpoint: Make) -> None:
    folder = checkpoint("BertForSequenceClassification")
    (found,) = results(folder, "the cat sat")
    expected = reference("BertForSequenceClassification", folder, [[2, 5, 6, 7, 3]]).logits[0].softmax(-1)
    scores = {each["label"]: each["score"] for each in found["labels"]}
    assert [scores[label] for label in ("calm", "glad", "cross")] == pytest.approx(expected.tolist(), abs=1e-4)
    assert [each["score"] for each in found["labels"]] == sorted(scores.values(), reverse=True)


def test_a_classifier_of_several_labels_at_once_scores_each_by_itself(checkpoint: Make, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoint("BertForSequenceClassification"), tmp_path / "model"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"problem_type": "multi_label_classification"}))
    (found,) = results(folder, "the cat sat")
    expected = reference("BertForSequenceClassification", folder, [[2, 5, 6, 7, 3]]).logits[0].sigmoid()
    assert sorted(each["score"] for each in found["labels"]) == pytest.approx(sorted(expected.tolist()), abs=1e-4)


def test_a_token_classifier_tells_the_label_of_each_word(checkpoint: Make) -> None:
    folder = checkpoint("BertForTokenClassification")
    (found,) = results(folder, "the cat sat")
    logits = reference("BertForTokenClassification", folder, [[2, 5, 6, 7, 3]]).logits[0, 1:4]
    labels = [("calm", "glad", "cross")[index] for index in logits.argmax(-1).tolist()]
    assert [each["token"] for each in found["tokens"]] == ["the", "cat", "sat"]
    assert [each["label"] for each in found["tokens"]] == labels


def test_a_question_is_answered_with_a_span_of_the_context(checkpoint: Make) -> None:
    folder = checkpoint("BertForQuestionAnswering")
    context = "the cat sat on the mat ."
    (found,) = results(folder, "where is the cat ?", "--context", context)
    ids = [[2, 10, 11, 5, 6, 12, 3, 5, 6, 7, 8, 5, 9, 13, 3]]
    output = reference("BertForQuestionAnswering", folder, ids, token_type_ids=[[0] * 7 + [1] * 8])
    starts, ends = output.start_logits[0, 7:14].softmax(-1), output.end_logits[0, 7:14].softmax(-1)
    best = max((float(starts[i] * ends[j]), i, j) for i in range(7) for j in range(i, 7))
    assert found["score"] == pytest.approx(best[0], abs=1e-4)
    assert found["answer"] == " ".join(context.split()[best[1] : best[2] + 1])
    assert found["answer"] == context[found["begin"] : found["end"]]


def test_a_question_without_a_context_is_refused_with_what_to_do(checkpoint: Make) -> None:
    done = run(checkpoint("BertForQuestionAnswering"), "where is the cat ?")
    assert done.exit_code == 1
    assert "--context" in done.output


def test_a_bare_model_embeds_with_the_mean_of_its_tokens_and_padding_changes_nothing(checkpoint: Make) -> None:
    folder = checkpoint("BertModel")
    together = results(folder, "the cat", "the cat sat on the mat .")
    state = reference("BertModel", folder, [[2, 5, 6, 3]]).last_hidden_state[0].mean(0)
    assert together[0]["embedding"] == pytest.approx((state / state.norm()).tolist(), abs=1e-4)
    assert together[0]["embedding"] == pytest.approx(results(folder, "the cat")[0]["embedding"], abs=1e-5)


def test_pooling_is_read_from_the_sentence_transformers_layout(checkpoint: Make, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoint("BertModel"), tmp_path / "model"))
    (folder / "1_Pooling").mkdir()
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps({"word_embedding_dimension": 16, "pooling_mode_cls_token": True}))
    state = reference("BertModel", folder, [[2, 5, 6, 3]]).last_hidden_state[0, 0]
    assert results(folder, "the cat")[0]["embedding"] == pytest.approx((state / state.norm()).tolist(), abs=1e-4)
    pooling.write_text(json.dumps({"pooling_mode_median_tokens": True}))
    done = run(folder, "the cat")
    assert done.exit_code == 1
    assert "pooling_mode_median_tokens" in done.output


def test_head_overrides_what_the_config_says(checkpoint: Make) -> None:
    (found,) = results(checkpoint("BertForMaskedLM"), "the cat", "--head", "model")
    assert len(found["embedding"]) == 16
    done = run(checkpoint("BertForMaskedLM"), "the cat", "--head", "poet")
    assert done.exit_code == 1
    assert "expected one of model, causal-lm, masked-lm" in done.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"architectures": None}, "names no architecture"),
        ({"architectures": ["BertForHaiku"]}, "BertForHaiku, which is for no task here"),
        ({"model_type": "zebra"}, "zebra"),
    ],
)
def test_a_config_that_does_not_say_what_to_do_is_refused(
    checkpoint: Make, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    folder = Path(shutil.copytree(checkpoint("BertModel"), tmp_path / "model"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | change))
    done = run(folder, "the cat")
    assert done.exit_code == 1
    assert said in done.output


@pytest.mark.parametrize("flags", [("--dtype", "float7"), ("--device", "toaster")])
def test_a_dtype_or_device_that_does_not_exist_is_one_message(checkpoint: Make, flags: tuple[str, str]) -> None:
    done = run(checkpoint("BertModel"), "the cat", *flags)
    assert done.exit_code == 1
    assert done.stderr.startswith("error: ")
    assert flags[1] in done.stderr


def test_a_tokenizer_of_another_model_is_named_before_it_breaks_a_lookup(checkpoint: Make, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoint("BertModel"), tmp_path / "model"))
    content = (folder / "tokenizer.json").read_text().replace('"cat": 6', '"cat": 600')
    (folder / "tokenizer.json").write_text(content)
    done = run(folder, "the cat")
    assert done.exit_code == 1
    assert "token id 600, but the model's vocabulary has 14 tokens" in done.output


def test_the_command_reads_text_from_a_pipe_and_prints_plain_text(checkpoint: Make) -> None:
    import os
    import subprocess
    import sys

    command = [
        sys.executable,
        "-m",
        "loadstone.cli",
        "run",
        checkpoint("LlamaForCausalLM"),
        "-",
        "--max-new-tokens",
        "1",
    ]
    done = subprocess.run(command, input="the cat\n", capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("the cat")
    assert "\x1b" not in done.stdout + done.stderr


def test_the_report_goes_to_stderr_and_leaves_the_answer_alone(checkpoint: Make) -> None:
    done = run(checkpoint("BertForSequenceClassification"), "the cat", "--report", "--json")
    assert json.loads(done.stdout)["task"] == "sequence-classification"
    assert done.stderr.strip()


@pytest.mark.parametrize("head", ["Model", "ForMaskedLM", "ForSequenceClassification", "ForTokenClassification"])
def test_every_kind_of_answer_has_a_plain_form(checkpoint: Make, head: str) -> None:
    done = run(checkpoint(f"Bert{head}"), "the [MASK] sat")
    assert done.exit_code == 0, done.output
    assert done.stdout.strip()
    assert "\x1b" not in done.stdout


def test_trained_llama_tells_its_story(stories260k: Path) -> None:
    (found,) = results(stories260k, "Once upon a time", "--max-new-tokens", "12")
    assert found["text"].startswith("Once upon a time, there was a little girl named")


def test_a_folder_without_tokenizer_json_is_told_so(capp_gpt2: Path) -> None:
    done = loadstone("run", capp_gpt2, "hello")
    assert done.returncode == 1
    assert "no tokenizer.json there" in done.stderr
    assert "Traceback" not in done.stderr
