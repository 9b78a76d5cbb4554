"""What type checkers know of a load's keywords is what a load takes; a typo is found before the program runs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from loadstone.configs.load_keywords import LoadKeywords
from loadstone.configs.load_options import Options
from loadstone.core.keywords import WITHOUT_EFFECT

ROOT = Path(__file__).parents[1]
USER = """\
from typing import Any, Unpack

import loadstone
from loadstone import AutoModelForCausalLM, BertForSequenceClassification, FlaxAutoModel, LlamaConfig
from loadstone import FlaxLlamaForCausalLM, LlamaForCausalLM, PreTrainedModel, TFAutoModel, TFBertModel
from loadstone.configs.load_keywords import LoadKeywords

# What people write.
AutoModelForCausalLM.from_pretrained("x", torch_dtype="auto", device_map="auto", max_memory={0: "10GiB", "cpu": "1GiB"})
AutoModelForCausalLM.from_pretrained("x", num_labels=3, id2label={0: "a"}, rope_theta=1e6, attention_dropout=0.1)
AutoModelForCausalLM.from_pretrained("x", config=LlamaConfig(), state_dict={}, token=None, proxies={}, strict=True)
BertForSequenceClassification.from_pretrained("x", num_labels=3, hidden_dropout_prob=0.1, revision="main")
FlaxAutoModel.from_pretrained("x", from_pt=True, dtype="bfloat16")
TFBertModel.from_pretrained("x", num_hidden_layers=2)
loadstone.plan("x", device_map={"": 0}, torch_dtype="auto", max_length=128, num_hidden_layers=2)
options: dict[str, Any] = {"torch_dtype": "auto"}
AutoModelForCausalLM.from_pretrained("x", **options)


def load(name: str, **keywords: Unpack[LoadKeywords]) -> PreTrainedModel:
    return LlamaForCausalLM.from_pretrained(name, **keywords)


class Mine(PreTrainedModel): ...


Mine.from_pretrained("x", something_of_its_own=3)

# What comes back.
reveal_type(LlamaForCausalLM.from_pretrained("x", output_loading_info=True))
reveal_type(LlamaForCausalLM.from_pretrained("x", output_loading_info=False))
reveal_type(FlaxLlamaForCausalLM.from_pretrained("x", output_loading_info=True)[0])
model, info = AutoModelForCausalLM.from_pretrained("x", output_loading_info=True)
reveal_type(model.generate)

# What is wrong.
AutoModelForCausalLM.from_pretrained("x", torch_dtpye="auto")  # wrong
BertForSequenceClassification.from_pretrained("x", num_label=3)  # wrong
BertForSequenceClassification.from_pretrained("x", num_labels="three")  # wrong
LlamaForCausalLM.from_pretrained("x", hidden_dropout_prob=0.1)  # wrong
FlaxAutoModel.from_pretrained("x", revison="main")  # wrong
TFAutoModel.from_pretrained("x", local_files_only="yes")  # wrong
loadstone.plan("x", max_lenght=128)  # wrong
loadstone.plan("x", state_dict={})  # wrong
"""


def test_type_checkers_know_each_option_of_a_load_and_no_other() -> None:
    named_by_signatures, given_by_libraries = "output_loading_info", {name for name in WITHOUT_EFFECT if name[0] == "_"}
    options = {field.name: str(field.type) for field in fields(Options)}
    taken = options.keys() | WITHOUT_EFFECT
    assert LoadKeywords.__annotations__.keys() | {named_by_signatures} == taken - given_by_libraries
    for name, reference in LoadKeywords.__annotations__.items():
        declared = options.get(name, "object")
        # An option that is None has its default.
        given = declared if declared in ("Any", "object") or declared.endswith("| None") else f"{declared} | None"
        assert reference.__forward_arg__ == given, name


@pytest.mark.long
def test_a_type_checker_takes_what_people_write_and_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--strict", "user.py"],
        cwd=tmp_path, env={"MYPYPATH": str(ROOT / "src"), "PATH": ""}, capture_output=True, text=True,
    )  # fmt: skip
    lines = USER.splitlines()
    found = [line.split(":", 2) for line in done.stdout.splitlines() if ": error:" in line]
    assert all(each[0] == "user.py" for each in found), done.stdout
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert {int(each[1]) for each in found} == wrong, done.stdout
    revealed = [line.split('"')[1] for line in done.stdout.splitlines() if "Revealed type" in line]
    assert [each.replace("builtins.", "").replace("typing.", "") for each in revealed[:3]] == [
        "tuple[loadstone.LlamaForCausalLM, dict[str, Any]]",
        "loadstone.LlamaForCausalLM",
        "loadstone.FlaxLlamaForCausalLM",
    ], revealed
    assert "max_new_tokens" in revealed[3]
