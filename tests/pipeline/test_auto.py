"""``Auto…`` classes: from a config to the right class."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from frameworks.torch import tiny
from parity.cases import CLASSES, PLAIN, TABLES

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig, UnknownModelType


@pytest.mark.parametrize(("family", "head"), CLASSES, ids=CLASSES.values())
def test_each_auto_class_picks_the_class_that_transformers_picks(family: str, head: str) -> None:
    auto = getattr(loadstone, TABLES[head][0])
    changes = {"is_decoder": True} if head == "causal_lm" and "type_vocab_size" in PLAIN[family] else {}
    model = auto.from_config(loadstone.AutoConfig.for_model(family, **(PLAIN[family] | changes)))
    assert type(model).__name__ == CLASSES[family, head]


def test_auto_classes_are_asked_and_not_made() -> None:
    for auto in (loadstone.AutoModel, loadstone.AutoConfig):
        with pytest.raises(ArgumentError, match=rf"{auto.__name__}\.from_pretrained"):
            auto()


def test_a_head_that_a_family_lacks_lists_those_that_it_has(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelType, match=r"llama family has no head for masked-lm.*LlamaForCausalLM"):
        loadstone.AutoModelForMaskedLM.from_config(tiny.config("llama"))
    folder = tiny.saved(tiny.llama(), tmp_path)
    with pytest.raises(UnknownModelType, match=r"llama family has no head for masked-lm.*LlamaForCausalLM"):
        loadstone.AutoModelForMaskedLM.from_pretrained(folder)


@pytest.mark.parametrize("given", ["llama", {"model_type": "llama"}, None])
def test_from_config_takes_a_config_only(given: Any) -> None:
    with pytest.raises(ArgumentError, match=f"not {type(given).__name__}"):
        loadstone.AutoModel.from_config(given)


@pytest.mark.parametrize("model_type", ["lama", "t6", "../llama", ""])
def test_an_unknown_model_type_lists_the_known_ones(model_type: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(f'{{"model_type": "{model_type}"}}')
    for auto in (loadstone.AutoConfig, loadstone.AutoModel):
        with pytest.raises(UnknownModelType, match=f"'{model_type}'.*Known: .*qwen2"):
            auto.from_pretrained(tmp_path)


@pytest.mark.parametrize("model_type", ["", '"model_type": null', '"model_type": 3', '"model_type": ["llama"]'])
def test_a_config_without_a_model_type_names_the_file(model_type: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(f"{{{model_type}}}")
    with pytest.raises(InvalidConfig, match=r"config\.json, key 'model_type'"):
        loadstone.AutoConfig.from_pretrained(tmp_path)


def test_random_weights_follow_the_seed() -> None:
    import torch

    made = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        made.append(loadstone.AutoModel.from_config(tiny.config("llama")).embed_tokens.weight)
    assert torch.equal(made[0], made[1]) and not torch.equal(made[0], made[2])


def test_random_weights_follow_the_seed_in_another_process_too() -> None:
    """Whose sets of names have another order; stacked experts included."""
    program = (
        "import torch, loadstone\ntorch.manual_seed(0)\n"
        "sizes = dict(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, "
        "num_key_value_heads=1, vocab_size=8, num_local_experts=2)\n"
        "model = loadstone.AutoModel.from_config(loadstone.MixtralConfig(**sizes))\n"
        "sums = [float(weight.sum()) for weight in model.parameters()]"
    )
    here: dict[str, Any] = {}
    exec(program, here)
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nprint(sums)"],
        env=os.environ | {"PYTHONHASHSEED": "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ast.literal_eval(done.stdout) == here["sums"]


@pytest.mark.parametrize(("first", "brings"), [("pass", []), ("import torch", ["loadstone.frameworks.torch.adapter"])])
def test_an_auto_class_brings_no_framework_but_the_room_of_one_that_is_there(first: str, brings: list[str]) -> None:
    """What a first load would import otherwise."""
    program = (
        f"{first}\nimport sys\nfrom loadstone import AutoModelForCausalLM, TFAutoModel, FlaxAutoModel\n"
        "print(sorted(n for n in sys.modules if n in ('torch', 'jax', 'keras') or n.endswith('.adapter')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == sorted([*brings, *(["torch"] if brings else [])])
