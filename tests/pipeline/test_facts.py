"""What ranks compare is the same text wherever it means the same."""

from __future__ import annotations

from pathlib import Path

from frameworks.torch import tiny

import loadstone
from loadstone.configs.load_options import Options
from loadstone.frameworks.ranks import together
from loadstone.pipeline.facts import load_facts, module_facts, plan_facts
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Computed, Initialized, Tied


class _Settings:
    """What has no words of its own."""


def test_facts_of_one_checkpoint_in_two_places_are_alike_and_have_no_address(tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        folder = tiny.saved(tiny.llama(), tmp_path / name)
        options = Options(torch_dtype="auto", quantization_config=_Settings(), token="secret", lock="a/lock")
        config = loadstone.AutoConfig.from_pretrained(folder)
        found.append(load_facts(loadstone.open_checkpoint(folder), "abc", config, options))
    assert found[0] == found[1]
    text = str(found[0])
    assert "secret" not in text and str(tmp_path) not in text and " at 0x" not in text and "lock" not in text
    assert found[0]["commit"] == {"": "abc"} and found[0]["options"]["torch_dtype"] == '"auto"'
    assert found[0]["config"]["num_hidden_layers"] == "2"
    assert found[0]["stored tensors"]["lm_head.weight"].startswith("float32[")


def test_facts_tell_what_differs(tmp_path: Path) -> None:
    checkpoint = loadstone.open_checkpoint(tiny.saved(tiny.llama(), tmp_path))
    one, other = (module_facts(checkpoint, {"strict": strict}) for strict in (True, False))
    assert {subject for subject in one if one[subject] != other[subject]} == {"options"}
    recipes = {"a": Tied("b"), "c": Computed(), "d": Initialized("none is stored")}
    facts = plan_facts(LoadPlan(recipes, (), ()), {"a": "Shard(0)"})
    assert facts["plan"] == {"a": "tied to b", "c": "computed by the model", "d": "newly initialized: none is stored"}
    assert facts["placements"] == {"a": "Shard(0)"}


def test_a_process_by_itself_exchanges_with_nobody() -> None:
    with together(None, "load_into") as exchange:
        assert exchange.gather("step", b"mine") == [b"mine"] and exchange.members == (0,)
        exchange.check()
