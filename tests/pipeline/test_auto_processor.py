"""Processors come from transformers, with files that are found as a model's are."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from text.folders import write

import loadstone
from loadstone.errors import ArgumentError, ConfigError, ConfigNotFound, FrameworkNotInstalled, UntrustedCode

PICTURE = np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A folder with the processor of a CLIP model: pictures and texts."""
    import transformers

    write(tmp_path, "clip")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "clip"}))
    pictures = transformers.CLIPImageProcessor(size={"shortest_edge": 8}, crop_size={"height": 8, "width": 8})
    transformers.CLIPProcessor(pictures, transformers.AutoTokenizer.from_pretrained(tmp_path)).save_pretrained(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["AutoProcessor", "AutoImageProcessor"])
def test_a_processor_is_transformers_own_and_gives_what_it_gives(name: str, clip: Path) -> None:
    import transformers

    expected = getattr(transformers, name).from_pretrained(clip)
    found = getattr(loadstone, name).from_pretrained(clip)
    assert type(found) is type(expected)
    call: dict[str, Any] = {"images": PICTURE, "return_tensors": "np"}
    if name == "AutoProcessor":
        call["text"] = ["the cat"]
    mine, theirs = found(**call), expected(**call)
    assert mine.keys() == theirs.keys()
    for key in theirs:
        np.testing.assert_array_equal(mine[key], theirs[key])


def test_keywords_go_to_transformers(clip: Path) -> None:
    assert loadstone.AutoImageProcessor.from_pretrained(clip, do_resize=False).do_resize is False


def test_code_of_a_processors_own_is_not_run_unasked(clip: Path) -> None:
    path = clip / "processor_config.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | {"auto_map": {"AutoProcessor": "processing_mine.Mine"}}))
    (clip / "processing_mine.py").write_text("raise SystemExit('ran')")
    with pytest.raises(UntrustedCode, match=r"processing_mine\.py, class Mine"):
        loadstone.AutoProcessor.from_pretrained(clip)
    with pytest.raises(UntrustedCode):
        loadstone.AutoProcessor.from_pretrained(clip, trust_remote_code=["someone/else"])


def test_without_transformers_the_error_has_the_line_that_installs_it(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "transformers" else real(name))
    with pytest.raises(FrameworkNotInstalled, match=r'pip install "loadstone\[transformers\]"'):
        loadstone.AutoProcessor.from_pretrained(clip)


def test_what_is_no_processor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigNotFound, match=r"none of processor_config\.json"):
        loadstone.AutoProcessor.from_pretrained(tmp_path)
    with pytest.raises(ConfigNotFound, match="no such folder"):
        loadstone.AutoFeatureExtractor.from_pretrained("./nowhere")
    (tmp_path / "preprocessor_config.json").write_text("{}")
    with pytest.raises(ConfigError, match="AutoFeatureExtractor makes nothing of these files"):
        loadstone.AutoFeatureExtractor.from_pretrained(tmp_path)
    with pytest.raises(ArgumentError, match=r"Use AutoProcessor\.from_pretrained"):
        loadstone.AutoProcessor()
