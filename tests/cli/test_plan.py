"""``loadstone plan``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import loadstone

import loadstone as library


@pytest.fixture
def folder(checkpoint: Callable[[str], Path]) -> Path:
    return checkpoint("LlamaForCausalLM")


def test_the_table_shows_devices_totals_and_modules_with_reasons(folder: Path) -> None:
    done = loadstone("plan", folder, "--max-memory", "cpu=18kB")
    assert done.returncode == 0, done.stderr
    for said in ("LlamaForCausalLM", "18.00 kB", "read at each forward pass", "model.layers.", "read when it runs"):
        assert said in done.stdout


def test_json_is_what_the_library_says(folder: Path) -> None:
    done = loadstone("plan", folder, "--json", "--device-map", "sequential", "--max-memory", "cpu=1MB")
    assert done.returncode == 0, done.stderr
    forecast = library.plan(folder, device_map="sequential", max_memory={"cpu": "1MB"})
    assert json.loads(done.stdout) == json.loads(json.dumps(forecast.to_json()))


def test_a_map_as_json(folder: Path) -> None:
    done = loadstone("plan", folder, "--json", "--device-map", '{"model": "cpu", "lm_head": "disk"}')
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["device_map"]["lm_head"] == "disk"


def test_weights_that_would_be_written_need_a_folder_to_go_to(folder: Path, tmp_path: Path) -> None:
    asked = ("plan", folder, "--json", "--device-map", "disk", "--dtype", "float16")
    done = loadstone(*asked, "--offload-folder", tmp_path / "offload")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["offload_bytes"] > 0 and not (tmp_path / "offload").exists()
    refused = loadstone(*asked)
    assert refused.returncode == 1 and "offload_folder" in json.loads(refused.stdout)["error"]["message"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--device-map", "{nonsense"), "expected JSON"),
        (("--device-map", "nowhere"), "is no device"),
        (("--device-map", '{"model": "cpu"}'), "lm_head"),
        (("--max-memory", "10GiB"), "expected DEVICE=SIZE"),
        (("--max-memory", "cpu=10 GiBs"), "10 GiBs"),
        (("--max-memory", "cpu=1kB"), "short"),
    ],
)
def test_what_is_wrong_is_one_line_without_a_traceback(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = loadstone("plan", folder, *arguments)
    assert done.returncode not in (0, None) and not done.stdout
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_plan_of_a_streamed_load_fetches_no_weights(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub_server import the_hub

    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.add("o/m", {file.name: file.read_bytes() for file in folder.iterdir()})
        done = loadstone("plan", "o/m", "--stream", "--json", "--max-memory", "cpu=1MB")
        assert done.returncode == 0, done.stderr
        assert not list((tmp_path / "cache").rglob("*.safetensors"))
        assert json.loads(done.stdout) == json.loads(
            json.dumps(library.plan("o/m", stream=True, max_memory={"cpu": "1MB"}).to_json())
        )
