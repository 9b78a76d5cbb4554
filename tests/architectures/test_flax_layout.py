"""Where slots stand in Flax's own files, by the names that Transformers 4.57.1 gives them."""

from __future__ import annotations

from pathlib import Path

import pytest
from parity.cases import NEEDED

import loadstone
from loadstone.architectures import registry
from loadstone.architectures.components.leaves import LayerNorm, Linear, RMSNorm
from loadstone.architectures.components.walk import slots
from loadstone.architectures.flax_layout import flax_layout
from loadstone.architectures.tasks import CAUSAL_LM, MASKED_LM
from loadstone.checkpoint.faults import Faults
from loadstone.checkpoint.flax.layout import FlaxLeaf
from loadstone.checkpoint.flax.msgpack import Walker
from loadstone.checkpoint.flax.read import name_of
from loadstone.transfer.regular_file import RegularFile

DATA = Path(__file__).parents[1] / "checkpoint" / "data"


def stored_paths(folder: Path) -> dict[str, tuple[int, ...]]:
    found = {}
    for path in folder.glob("*.msgpack"):
        with RegularFile(path) as file:
            found |= {"/".join(array.path): array.shape for array in Walker(file, Faults()).arrays()}
    return found


@pytest.mark.parametrize("folder", sorted(DATA.glob("flax-*")), ids=lambda folder: folder.name)
def test_paths_and_shapes_are_those_of_transformers_files(folder: Path) -> None:
    config = loadstone.AutoConfig.from_pretrained(folder)
    family = registry.family(config.model_type)
    head = registry.head(family, MASKED_LM if config.model_type == "bert" else CAUSAL_LM, config.model_type)
    blueprint = head.blueprint(config)
    layout = flax_layout(blueprint)
    tied = head.tied(config)
    expected = {
        layout[slot.name].path: slot.shape[::-1] if layout[slot.name].transposed else slot.shape
        for slot in slots(blueprint)
        if slot.name not in tied
    }
    assert expected == stored_paths(folder)


@pytest.mark.parametrize("model_type", sorted(registry.families()))
def test_every_slot_of_every_family_has_a_path_that_reads_back_as_its_name(model_type: str) -> None:
    family = registry.family(model_type)
    for head in family.heads:
        blueprint = head.blueprint(family.config(**NEEDED.get(family.model_type, {})))
        layout = flax_layout(blueprint)
        assert list(layout) == [slot.name for slot in slots(blueprint)]
        assert len({leaf.path for leaf in layout.values()}) == len(layout)
        assert all(name_of(leaf.path) == name for name, leaf in layout.items())


def test_norms_differ_in_the_name_of_their_gain() -> None:
    assert flax_layout(LayerNorm(3), "n")["n.weight"] == FlaxLeaf("n/scale", False)
    assert flax_layout(RMSNorm(3), "n")["n.weight"] == FlaxLeaf("n/weight", False)
    assert flax_layout(Linear(3, 4), "a.b") == {
        "a.b.weight": FlaxLeaf("a/b/kernel", True),
        "a.b.bias": FlaxLeaf("a/b/bias", False),
    }
