"""The lock and what is read beside the weights: tokenizers, chat templates, processors, how sentences are pooled."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub_server import Hub, the_hub
from sources.range_server import RangeServer
from text.folders import write
from typer.testing import CliRunner

import loadstone
from loadstone import AutoFeatureExtractor, AutoModel, AutoTokenizer
from loadstone.cli.app import app
from loadstone.errors import InvalidConfig, LockMismatch
from loadstone.lockfile.lockfile import Lock, lock_sources, verify
from loadstone.sources.sentence_files import POOLING_NAME as POOLING
from loadstone.text.companions import COMPANIONS, kind_of

OTHERS = ("tokenizer.model", "vocab.json", "source.spm", "chat_template.json", "processor_config.json")
TEMPLATES = ("chat_template.jinja", "additional_chat_templates/tools.jinja")
FEATURES = "preprocessor_config.json"
SIZES = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT whose folder has a tokenizer, chat templates, a processor, a pooling and files that are not read."""
    folder = write(tmp_path_factory.mktemp("model"), "bert")
    loadstone.BertModel(loadstone.BertConfig(vocab_size=1000, **SIZES)).save_pretrained(folder)
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder)
    for name in (POOLING, *TEMPLATES):
        (folder / name).parent.mkdir(exist_ok=True)
    (folder / POOLING).write_text(json.dumps({"pooling_mode_cls_token": True}))
    for name in TEMPLATES:
        (folder / name).write_text("{{ messages[0].content }}")
    (folder / FEATURES).write_text(json.dumps({"feature_extractor_type": "Wav2Vec2FeatureExtractor"}))
    for name in (*OTHERS, "README.md", "1_Pooling/README.md", "additional_chat_templates/README.md"):
        (folder / name).write_text("{}")
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "model"))


@pytest.fixture
def locked(folder: Path, tmp_path: Path) -> Path:
    lock_sources([folder], tmp_path / "loadstone.lock").write()
    return tmp_path / "loadstone.lock"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        yield hub


def names_in(folder: Path) -> set[str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != "README.md")
    return {path.relative_to(folder).as_posix() for path in paths}


def older(lock: Path, *left_out: str) -> None:
    """The lock file as it was before it covered all: without the files of some kinds."""
    values = json.loads(lock.read_text())
    for source in values["sources"].values():
        del source["complete"]
        source["files"] = {name: file for name, file in source["files"].items() if kind_of(name) not in left_out}
    lock.write_text(json.dumps(values))


def embedded(place: Path | str, **options: Any) -> Any:
    return loadstone.pipeline("sentence-embedding", place, **options)("the cat")


def test_all_that_may_be_read_is_listed_and_nothing_else(folder: Path, locked: Path) -> None:
    lock = Lock.read(locked)
    assert set(lock.sources["model"].files) == names_in(folder)
    assert json.loads(locked.read_text())["sources"]["model"]["complete"] is True
    assert verify(lock) == len(names_in(folder))


def test_a_folder_a_repository_and_a_server_give_the_same_list(hub: Hub, folder: Path, tmp_path: Path) -> None:
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    hub.add("o/m", {f"inner/{name}": content for name, content in files.items()})
    here = lock_sources([folder], tmp_path / "l").sources["model"].files
    there = lock_sources(["o/m"], tmp_path / "l", subfolder="inner").sources["o/m"].files
    assert there == {f"inner/{name}": file for name, file in here.items()}
    with RangeServer(tmp_path) as server:
        served = lock_sources([f"{server.url}/model"], tmp_path / "l").sources[f"{server.url}/model"].files
    # A server need not say what is in a folder, so templates are not looked for there, neither here nor by a load.
    assert served == {name: file for name, file in here.items() if not name.startswith("additional_chat_templates/")}


def test_files_at_an_address_are_held_too(folder: Path, tmp_path: Path) -> None:
    with RangeServer(tmp_path) as server:
        address, lock = f"{server.url}/model", tmp_path / "l"
        lock_sources([address], lock).write()
        assert AutoTokenizer.from_pretrained(address, lock=lock)("the cat") == AutoTokenizer.from_pretrained(folder)(
            "the cat"
        )
        assert embedded(address, lock=lock) == embedded(address) == embedded(folder)
        for name, load in ((FEATURES, AutoFeatureExtractor.from_pretrained), (POOLING, embedded)):
            (folder / name).write_text((folder / name).read_text() + " ")
            with pytest.raises(LockMismatch, match=name):
                load(address, lock=lock)
        (folder / "tokenizer.json").write_text((folder / "tokenizer.json").read_text() + " ")
        with pytest.raises(LockMismatch, match=r"tokenizer\.json"):
            AutoTokenizer.from_pretrained(address, lock=lock)
        with pytest.raises(LockMismatch) as caught:
            verify(Lock.read(lock))
        assert len(caught.value.faults) == 3


def test_under_the_lock_everything_is_made_as_without_it(folder: Path, locked: Path) -> None:
    assert AutoTokenizer.from_pretrained(folder, lock=locked)("the cat") == AutoTokenizer.from_pretrained(folder)(
        "the cat"
    )
    assert embedded(folder, lock=locked) == embedded(folder)
    assert AutoFeatureExtractor.from_pretrained(folder, lock=locked).to_dict()["sampling_rate"] == 16_000


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json", *TEMPLATES])
def test_a_changed_file_of_a_tokenizer_is_refused(name: str, folder: Path, locked: Path) -> None:
    (folder / name).write_text((folder / name).read_text() + " ")
    for load in (AutoTokenizer.from_pretrained, AutoFeatureExtractor.from_pretrained, embedded):
        with pytest.raises(LockMismatch, match=name):
            load(folder, lock=locked)


@pytest.mark.parametrize("name", [FEATURES, *OTHERS])
def test_a_changed_file_of_a_processor_is_refused(name: str, folder: Path, locked: Path) -> None:
    (folder / name).write_text(" {}")
    with pytest.raises(LockMismatch, match=name):
        AutoFeatureExtractor.from_pretrained(folder, lock=locked)


@pytest.mark.parametrize("content", [{"pooling_mode_mean_tokens": True}, {}])
def test_another_pooling_is_refused(content: dict[str, bool], folder: Path, locked: Path, tmp_path: Path) -> None:
    (folder / POOLING).write_text(json.dumps(content))
    with pytest.raises(LockMismatch, match=POOLING):
        embedded(folder, lock=locked)
    (folder / POOLING).rename(tmp_path / "pooling")
    lock_sources([folder], locked).write()
    (tmp_path / "pooling").rename(folder / POOLING)
    with pytest.raises(LockMismatch, match=rf"{POOLING}: expected a file that .* lists"):
        embedded(folder, lock=locked)


def test_a_file_that_came_later_is_refused(folder: Path, locked: Path) -> None:
    (folder / "additional_chat_templates" / "more.jinja").write_text("mine")
    for load in (AutoTokenizer, AutoFeatureExtractor):
        with pytest.raises(LockMismatch, match=r"more\.jinja: expected a file that .* lists"):
            load.from_pretrained(folder, lock=locked)


def test_a_pipeline_takes_all_from_the_commit_of_the_lock(hub: Hub, folder: Path, tmp_path: Path) -> None:
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    hub.add("o/m", files)
    lock_sources(["o/m"], tmp_path / "l").write()
    hub.add("o/m", {**files, POOLING: b'{"pooling_mode_mean_tokens": true}', "config.json": b"{}"})
    assert embedded("o/m", lock=tmp_path / "l") == embedded(folder)
    assert loadstone.pipeline(model="o/m", lock=tmp_path / "l").task == "sentence-embedding"


# Older entries


def test_an_older_entry_without_these_files_works_and_a_line_says_what_it_does_not_cover(
    folder: Path, locked: Path, caplog: pytest.LogCaptureFixture
) -> None:
    older(locked, "tokenizer", "processor", "pooling")
    (folder / "tokenizer_config.json").write_text((folder / "tokenizer_config.json").read_text() + " ")
    with caplog.at_level(logging.WARNING, "loadstone"):
        assert embedded(folder, lock=locked) == embedded(folder)
        AutoFeatureExtractor.from_pretrained(folder, lock=locked)
    said = "\n".join(caplog.messages)
    assert all(name in said for name in ("tokenizer_config.json", POOLING, FEATURES, "loadstone lock model --output"))
    (folder / "config.json").write_text((folder / "config.json").read_text() + " ")
    for load in (AutoTokenizer, AutoModel):
        with pytest.raises(LockMismatch, match=r"config\.json"):
            load.from_pretrained(folder, lock=locked)


def test_an_older_entry_that_lists_a_tokenizer_covers_all_of_it(folder: Path, locked: Path) -> None:
    older(locked, "processor", "pooling")
    (folder / "added_tokens.json").write_text("{}")
    with pytest.raises(LockMismatch, match=r"added_tokens\.json"):
        AutoTokenizer.from_pretrained(folder, lock=locked)


def test_another_entry_does_not_make_an_older_one_complete(folder: Path, locked: Path, tmp_path: Path) -> None:
    older(locked, "processor")
    shutil.copytree(folder, tmp_path / "other")
    lock_sources([tmp_path / "other"], locked).write()
    assert {name: each.is_complete for name, each in Lock.read(locked).sources.items()} == {
        "model": False,
        "other": True,
    }
    done = CliRunner().invoke(app, ["verify", str(locked)])
    assert done.exit_code == 0 and "model: an older entry" in done.stderr and "other:" not in done.stderr
    done = CliRunner().invoke(app, ["verify", str(locked), "--json"])
    assert json.loads(done.stdout)["older_entries"] == ["model"] and done.stderr == ""
    lock_sources([folder], locked).write()
    assert "older" not in CliRunner().invoke(app, ["verify", str(locked)]).stderr


def test_what_is_no_yes_or_no_is_no_lock(locked: Path) -> None:
    locked.write_text(locked.read_text().replace('"complete": true', '"complete": "yes"'))
    with pytest.raises(InvalidConfig):
        Lock.read(locked)


def test_every_companion_has_a_kind() -> None:
    assert {
        kind_of(f"inner/{name.removesuffix('/')}/a.jinja" if name.endswith("/") else name) for name in COMPANIONS
    } == {
        "tokenizer",
        "processor",
        "pooling",
    }
    assert kind_of("config.json") is kind_of("model.safetensors") is kind_of("generation_config.json") is None
