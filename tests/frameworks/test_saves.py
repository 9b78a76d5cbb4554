"""The keywords of ``save_pretrained``: what scripts for other libraries give, and what nothing takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import loadstone
from loadstone.errors import ArgumentError, UnknownArgument

SIZES = {
    "vocab_size": 16,
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "max_position_embeddings": 8,
}
SAVED = [
    pytest.param(lambda prefix=prefix: getattr(loadstone, f"{prefix}BertModel")(loadstone.BertConfig(**SIZES)), id=name)
    for prefix, name in (("", "torch"), ("Flax", "flax"), ("TF", "tensorflow"))
]
ALL = [
    *SAVED,
    pytest.param(lambda: loadstone.BertConfig(**SIZES), id="config"),
    pytest.param(lambda: loadstone.GenerationConfig(max_new_tokens=3), id="generation config"),
]


@pytest.mark.parametrize("make", ALL)
def test_what_other_libraries_take_and_changes_nothing_is_passed_over(make: Any, tmp_path: Path) -> None:
    others = {
        **{"push_to_hub": False, "token": None, "use_auth_token": "hf_x", "save_peft_format": True, "tags": None},
        **{"save_original_format": True, "distributed_checkpoint": False, "saved_model": False, "signatures": None},
        **{"repo_id": "owner/name", "private": True, "commit_message": "first", "max_shard_size": "1GB"},
    }
    make().save_pretrained(tmp_path / "others", **others)
    make().save_pretrained(tmp_path / "plain")
    one, two = ({path.name for path in (tmp_path / name).iterdir()} for name in ("others", "plain"))
    assert one == two and one


@pytest.mark.parametrize("make", ALL)
def test_a_keyword_that_nothing_takes_is_named_and_nothing_is_written(make: Any, tmp_path: Path) -> None:
    with pytest.raises(UnknownArgument, match=r"'push_to_hubb'.*Did you mean 'push_to_hub'"):
        make().save_pretrained(tmp_path / "new", push_to_hubb=True)
    with pytest.raises(ArgumentError, match=r"distributed_checkpoint=True is not done.*torch\.distributed\.checkpoint"):
        make().save_pretrained(tmp_path / "new", distributed_checkpoint=True)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("make", SAVED)
def test_params_are_what_flax_calls_the_state(make: Any, tmp_path: Path) -> None:
    model = make()
    model.save_pretrained(tmp_path)
    stored = loadstone.open_checkpoint(tmp_path)
    halved = {name: stored.numpy(name) / 2 for name in stored}
    if type(model).__name__ == "BertModel":
        import torch

        halved = {name: torch.from_numpy(value) for name, value in halved.items()}
    model.save_pretrained(tmp_path / "halved", params=halved)
    again = loadstone.open_checkpoint(tmp_path / "halved")
    assert all(np.array_equal(again.numpy(name), halved[name]) for name in stored)
    with pytest.raises(ArgumentError, match="give one of them"):
        model.save_pretrained(tmp_path / "both", params=halved, state_dict=halved)


def test_a_generation_config_is_written_as_the_model_writes_it(tmp_path: Path) -> None:
    config = loadstone.GenerationConfig(max_new_tokens=3, house_style="plain")
    config.save_pretrained(tmp_path)
    config.save_pretrained(tmp_path, "other.json")
    written = (tmp_path / "generation_config.json").read_text()
    assert written == config.to_json_string() == (tmp_path / "other.json").read_text()
    with pytest.raises(ArgumentError, match="name of a file in the folder"):
        config.save_pretrained(tmp_path, "../other.json")
    assert json.loads(written) == {"max_new_tokens": 3, "house_style": "plain"}
