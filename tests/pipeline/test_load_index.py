"""Loading where an index, its shards and their folder contradict each other: what is right is loaded, the rest told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from hub_server import the_hub
from huggingface_hub import constants
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.errors import CorruptCheckpoint, LoadstoneError, MissingTensors

Auto: Any = loadstone.AutoModelForCausalLM
INDEX = "model.safetensors.index.json"
HEAD = "lm_head.weight"


@pytest.fixture
def original() -> Any:
    return tiny.llama(tie_word_embeddings=False)


@pytest.fixture
def folder(original: Any, tmp_path: Path) -> Path:
    return tiny.saved(original, tmp_path / "model", max_shard_size="10kB")


def relist(folder: Path, change: Callable[[dict[str, str]], object], index: str = INDEX) -> dict[str, str]:
    """Write the index anew; what it says then."""
    values = json.loads((folder / index).read_text())
    change(values["weight_map"])
    (folder / index).write_text(json.dumps(values))
    weight_map: dict[str, str] = values["weight_map"]
    return weight_map


def without_head(folder: Path) -> str:
    """Take the head out of its shard, and not out of the index; the shard's name."""
    shard = relist(folder, lambda listed: None)[HEAD]
    stored = load_file(folder / shard)
    del stored[HEAD]
    save_file(stored | {"further.weight": torch.ones(2)}, folder / shard)
    return shard


def assert_loads(folder: Path, original: Any, *told: str, auto: Any = Auto) -> Any:
    """The same numbers, one line for each thing that is told, and a forecast that says the same."""
    model = auto.from_pretrained(folder)
    expected = original.state_dict() if auto is Auto else original.model.state_dict()
    tiny.assert_same(dict(model.state_dict()), dict(expected))
    report = model.load_report
    assert len(report.passed_over) == len(told)
    assert all(text in line for text, line in zip(told, report.passed_over, strict=True))
    assert all(line in str(report) for line in report.passed_over)
    if auto is Auto:
        assert loadstone.plan(folder).passed_over == report.passed_over
    return model


def test_what_is_listed_and_not_stored_is_one_line_where_the_model_does_not_take_it(
    folder: Path, original: Any
) -> None:
    relist(folder, lambda listed: listed.update({"mtp.fc.weight": listed[HEAD]}))
    assert_loads(folder, original, "mtp.fc.weight: listed in model.safetensors.index.json")
    assert Auto.from_pretrained(folder, strict=True).load_report.passed_over


def test_a_head_that_is_listed_and_not_stored_is_never_newly_initialized(folder: Path, original: Any) -> None:
    shard = without_head(folder)
    for load in (Auto.from_pretrained, loadstone.plan):
        with pytest.raises(MissingTensors) as caught:
            load(folder)
        (fault,) = caught.value.faults
        assert fault.where == HEAD and INDEX in fault.hint and shard in fault.hint
    with torch.device("meta"):
        module = loadstone.LlamaForCausalLM(original.config)
    with pytest.raises(MissingTensors, match=INDEX):
        loadstone.load_into(module, folder, strict=False)


def test_a_tied_head_that_is_only_listed_is_one_line(tmp_path: Path) -> None:
    original = tiny.llama(tie_word_embeddings=True)
    folder = tiny.saved(original, tmp_path, max_shard_size="10kB")
    relist(folder, lambda listed: listed.update({HEAD: listed["model.norm.weight"]}))
    model = assert_loads(folder, original, HEAD)
    assert model.lm_head.weight is model.model.embed_tokens.weight


def test_what_is_stored_and_not_listed_is_used(folder: Path, original: Any) -> None:
    relist(folder, lambda listed: listed.pop("model.norm.weight"))
    model = assert_loads(folder, original, "model.norm.weight: not listed in model.safetensors.index.json")
    assert not model.load_report.unused


def test_a_missing_shard_matters_only_where_something_of_it_is_taken(folder: Path, original: Any) -> None:
    relist(folder, lambda listed: listed.update({"vision.a": "vision.safetensors", "vision.b": "vision.safetensors"}))
    assert_loads(folder, original, "'vision.safetensors': named in model.safetensors.index.json and not there")
    for load in (lambda: Auto.from_pretrained(folder, strict=True), lambda: loadstone.open_checkpoint(folder)):
        with pytest.raises(CorruptCheckpoint, match=r"vision\.safetensors"):
            load()
    (folder / relist(folder, lambda listed: None)["model.norm.weight"]).unlink()
    for load in (lambda: Auto.from_pretrained(folder), lambda: loadstone.plan(folder)):
        with pytest.raises(CorruptCheckpoint, match="expected a file"):
            load()


def test_one_file_of_another_kind_beside_shards_is_named_in_the_report_or_in_the_error(
    folder: Path, original: Any
) -> None:
    save_file(original.state_dict(), folder / "model.safetensors")
    assert_loads(folder, original, f"{INDEX}, model-0")
    save_file({f"vision.{number}": torch.ones(2) for number in range(9)}, folder / "model.safetensors")
    with pytest.raises(MissingTensors, match=rf"{INDEX}.*beside model\.safetensors, and not read"):
        Auto.from_pretrained(folder)


def test_bin_shards_are_judged_alike(original: Any, tmp_path: Path) -> None:
    folder = tiny.saved(original, tmp_path, max_shard_size="10kB", safe_serialization=False)
    index = "pytorch_model.bin.index.json"

    def change(listed: dict[str, str]) -> None:
        listed["mtp.fc.weight"] = listed[HEAD]
        del listed["model.norm.weight"]

    relist(folder, change, index)
    told = assert_loads(folder, original, "model.norm.weight: not listed", "mtp.fc.weight: listed").load_report
    assert all(index in line for line in told.passed_over)
    torch.save(original.state_dict(), folder / "pytorch_model.bin")
    assert_loads(folder, original, f"{index}, pytorch_model-0")


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_flax_and_tensorflow_say_the_same(framework: str, folder: Path) -> None:
    relist(folder, lambda listed: listed.update({"mtp.fc.weight": listed[HEAD]}))
    auto = getattr(loadstone, f"{framework}AutoModelForCausalLM")
    (told,) = auto.from_pretrained(folder).load_report.passed_over
    assert told.startswith("mtp.fc.weight: listed")
    without_head(folder)
    with pytest.raises(MissingTensors, match=INDEX):
        auto.from_pretrained(folder)


def test_convert_diff_and_inspect_tell_it_and_lock_takes_the_files(folder: Path, tmp_path: Path) -> None:
    from loadstone.cli.inspect import inspect_checkpoint

    before = loadstone.open_checkpoint(folder)
    relist(folder, lambda listed: listed.update({"mtp.fc.weight": listed[HEAD]}))
    assert inspect_checkpoint(folder).passed_over == loadstone.open_checkpoint(folder).passed_over != ()
    made = loadstone.convert(folder, tmp_path / "new")
    assert made.passed_over and set(loadstone.open_checkpoint(tmp_path / "new")) == set(before)
    assert loadstone.diff(folder, tmp_path / "new").is_empty
    assert not loadstone.open_checkpoint(tmp_path / "new").passed_over


def test_a_shard_that_the_hub_lacks_is_needed_or_not_as_in_a_folder(
    folder: Path, original: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(listed: dict[str, str]) -> None:
        listed["vision.a"] = "./vision.safetensors"
        del listed["model.norm.weight"]  # so that no shard may be left where it is

    relist(folder, lambda listed: listed.update({"vision.a": "./vision.safetensors"}))
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.add("owner/one", {path.name: path.read_bytes() for path in folder.iterdir()})
        model = Auto.from_pretrained("owner/one")
        tiny.assert_same(dict(model.state_dict()), dict(original.state_dict()))
        assert model.load_report.unused == ("vision.a",)
        relist(folder, change)
        hub.add("owner/two", {path.name: path.read_bytes() for path in folder.iterdir()})
        with pytest.raises(LoadstoneError, match=r"vision\.safetensors"):
            Auto.from_pretrained("owner/two")
