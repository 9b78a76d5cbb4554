"""Names by template are the names that transformers' own code gives, one by one."""

from __future__ import annotations

from typing import Any

import pytest
import transformers
from transformers.core_model_loading import WeightConverter, WeightRenaming, rename_source_key

from loadstone.frameworks.torch.bridge.names import NameTable, any_of

TABLES: dict[str, tuple[list[Any], list[str]]] = {
    "experts": (
        [
            WeightConverter(
                ["experts.*.gate_proj.weight", "experts.*.up_proj.weight"],
                "experts.gate_up_proj",
                [transformers.core_model_loading.MergeModulelist(), transformers.core_model_loading.Concatenate(1)],
            )
        ],
        [
            f"model.layers.{layer}.mlp.experts.{e}.{p}_proj.weight"
            for layer in (0, 11)
            for e in (3, 256)
            for p in ("up", "x")
        ],
    ),
    "a layer of its own": (
        [WeightRenaming(r"layers\.0\.norm", "first.norm"), WeightRenaming(r"layers\.(\d+)\.norm", r"blocks.\1.norm")],
        [f"layers.{layer}.norm.weight" for layer in (0, 1, 10, 100)],
    ),
    "numbers moved": (
        [WeightRenaming(r"^h\.(\d+)\.e\.", r"experts.\1.")],
        [f"h.{one}.e.{other}.w" for one in (0, 7) for other in (1, 12)],
    ),
    "digits in words": (
        [WeightRenaming("conv1", "conv2.0")],
        ["stem.3.conv1.weight", "stem.4.conv2.weight", "conv1.2.x"],
    ),
    "numbers at either end": (
        [WeightRenaming("params", "weights")],
        ["0.weight", "1.weight", "params.0", "params.13", "0.params.1.2", "3"],
    ),
    "no numbers": ([WeightRenaming("gamma", "weight")], ["norm.gamma", "norm.{gamma}"]),
    "classes of digits": ([WeightRenaming(r"layers\.[1-3]\.", "few.")], [f"layers.{layer}.w" for layer in range(6)]),
    "a look ahead": ([WeightRenaming(r"embed\.(?!0)\d+\.", "embed.0.")], [f"embed.{n}.w" for n in (0, 1, 5)]),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_template_gives_what_the_table_gives(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    transforms, names = TABLES[name]
    monkeypatch.setattr(
        "loadstone.frameworks.torch.bridge.names.get_model_conversion_mapping", lambda model: transforms
    )
    table = NameTable(None)  # type: ignore[arg-type]
    renamings = [each for each in transforms if isinstance(each, WeightRenaming)]
    converters = [each for each in transforms if isinstance(each, WeightConverter)]
    for stored in names:
        assert tuple(table.renamed(stored)) == rename_source_key(stored, renamings, converters), stored


def test_names_that_differ_in_numbers_are_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    transforms, _ = TABLES["experts"]
    monkeypatch.setattr(
        "loadstone.frameworks.torch.bridge.names.get_model_conversion_mapping", lambda model: transforms
    )
    asked = []
    rename = transforms[0].rename_source_key
    monkeypatch.setattr(type(transforms[0]), "rename_source_key", lambda self, key: asked.append(key) or rename(key))
    table = NameTable(None)  # type: ignore[arg-type]
    names = [f"model.layers.{layer}.mlp.experts.{e}.up_proj.weight" for layer in range(20) for e in range(20)]
    assert len({table.renamed(name).name for name in names}) == 20
    assert len(asked) == 1


def test_patterns_are_one_expression_or_none() -> None:
    assert any_of(None) is None
    assert any_of([]) is None
    found = any_of([r"a\.b", "c$"])
    assert found is not None
    assert [bool(found.search(text)) for text in ("x.a.b", "xc", "cx", "a")] == [True, True, False, False]
