"""What a plan and a load tell of themselves: as JSON, as pictures, and by the command."""

from __future__ import annotations

import copy
import json
import pickle
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli.conftest import loadstone as command

import loadstone

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny decoder in several files."""
    config = loadstone.LlamaConfig(
        vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=2
    )
    path = tmp_path_factory.mktemp("model")
    loadstone.LlamaForCausalLM(config).save_pretrained(path, max_shard_size="30kB")
    return path


def test_a_plan_as_json_has_every_tensor_with_its_device_and_dtype(folder: Path) -> None:
    plan = loadstone.plan(folder, device_map={"model": "cpu", "lm_head": "disk"}, dtype="auto")
    document = plan.to_dict()
    assert json.loads(json.dumps(document)) == document
    assert {key: document[key] for key in plan.to_json()} == plan.to_json()
    by_device: dict[str, int] = {}
    for row in document["weights"]:
        assert row.keys() == {"name", "device", "dtype", "nbytes"} and row["dtype"] == "float32"
        by_device[row["device"]] = by_device.get(row["device"], 0) + row["nbytes"]
    assert by_device == document["bytes_by_device"]


@pytest.mark.parametrize(
    "options", [{}, {"dtype": "float16"}, {"transfer": loadstone.transfer_options(read="buffered")}]
)
def test_a_load_tells_what_it_did_when(folder: Path, options: dict[str, object]) -> None:
    model = loadstone.AutoModelForCausalLM.from_pretrained(folder, **options)
    document = model.load_report.to_dict()
    assert json.loads(json.dumps(document)) == document
    stages = document["stages"]
    assert [stage["name"] for stage in stages][:3] == ["files", "config", "checkpoint"]
    for one, following in pairwise(stages):
        assert one["start_s"] + one["elapsed_s"] <= following["start_s"] + 1e-6
    held = {name: value.nbytes for name, value in model.state_dict().items()}
    assert {row["name"]: row["nbytes"] for row in document["weights"]} == held
    files = document["files"]
    assert len(files) == len(list(folder.glob("*.safetensors"))) > 2
    end_s = stages[-1]["start_s"] + stages[-1]["elapsed_s"]
    for file in files:
        assert file["read_bytes"] >= file["nbytes"] - 8192  # its header
        assert 0 < file["reading_s"] < end_s
        assert sum(span["nbytes"] for span in file["spans"]) == file["read_bytes"]
        assert all(0 <= span["start_s"] <= span["stop_s"] <= end_s + 0.1 for span in file["spans"])
    for text in (model.load_report.to_svg(), model.load_report._repr_html_().replace("<br>", "")):
        shown = "".join(ElementTree.fromstring(text).itertext())
        assert "populate" in shown and files[0]["path"].rpartition("/")[2][-12:] in shown


@pytest.mark.long
@pytest.mark.parametrize("prefix", ["Flax", "TF"])
def test_the_other_frameworks_tell_the_same(folder: Path, prefix: str) -> None:
    expected = loadstone.AutoModelForCausalLM.from_pretrained(folder).load_report.to_dict()
    report = getattr(loadstone, f"{prefix}AutoModelForCausalLM").from_pretrained(folder).load_report
    document = report.to_dict()
    assert json.loads(json.dumps(document)) == document
    assert sum(row["nbytes"] for row in document["weights"]) == sum(row["nbytes"] for row in expected["weights"])
    assert {row["dtype"] for row in document["weights"]} == {"float32"}
    assert {row["device"] for row in document["weights"]} == {report.device}
    assert [file["path"] for file in document["files"]] == [file["path"] for file in expected["files"]]
    assert "populate" in report.to_html()


def test_a_plan_over_a_mesh_shows_the_first_ranks_part_and_lists_the_ranks(folder: Path) -> None:
    plan = loadstone.plan(folder, mesh={"tp": 2})
    assert sum(weight.nbytes for weight in plan.weights) == plan.ranks[0].nbytes
    page = plan.to_html()
    assert "<th>rank 0</th>" in page and "<th>rank 1</th>" in page and "<th>rank 2</th>" not in page


def test_a_report_can_be_copied_and_pickled_and_holds_no_model(folder: Path) -> None:
    report = loadstone.AutoModelForCausalLM.from_pretrained(folder).load_report
    for other in (copy.deepcopy(report), pickle.loads(pickle.dumps(report))):
        assert other.to_dict() == report.to_dict()


def test_load_into_and_a_swap_tell_it_too(folder: Path) -> None:
    model = loadstone.AutoModelForCausalLM.from_pretrained(folder)
    before = [row["nbytes"] for row in model.load_report.to_dict()["weights"]]
    report = loadstone.load_into(model, folder)
    assert [row["nbytes"] for row in report.to_dict()["weights"]] == before
    swapped = model.swap_weights(folder)
    assert [row["nbytes"] for row in swapped.to_dict()["weights"]] == before
    assert "publish" in swapped.to_html()


def test_the_command_writes_a_page_or_a_picture_whole(folder: Path, tmp_path: Path) -> None:
    page, picture = tmp_path / "plan.html", tmp_path / "plan.SVG"
    done = command("plan", folder, "--picture", page, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model_class"] == "LlamaForCausalLM"
    assert page.read_text("utf-8").startswith("<!doctype html>") and str(page) in done.stderr
    assert command("plan", folder, "--picture", picture).returncode == 0
    assert ElementTree.parse(picture).getroot().tag == f"{SVG}svg"
    assert {path.name for path in tmp_path.iterdir()} == {"plan.html", "plan.SVG"}


@pytest.mark.parametrize("name", ["plan.png", "plan", "nul\0.svg", "folder.svg"])
def test_what_cannot_be_written_is_one_line(folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.svg").mkdir()
    done = command("plan", folder, "--picture", tmp_path / name)
    assert done.returncode == 1 and "Traceback" not in done.stderr and name.rstrip("\0").split("\0")[0] in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["folder.svg"]
