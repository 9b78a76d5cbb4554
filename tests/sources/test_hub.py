"""Where files come from: a folder, a Hub (a small one of our own, over real HTTP on this machine), or its cache."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from hub_server import Hub, resolve_config, resolve_files
from huggingface_hub import constants

from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    ConfigNotFound,
    CorruptCheckpoint,
    HubError,
    UnsafeCheckpoint,
)
from loadstone.saving.journal import STAGING
from loadstone.sources.source import Source

ID = "owner/model"
FIRST, SECOND = "1" * 40, "2" * 40
SHARDS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]


def index(*shards: str) -> bytes:
    weight_map = {f"layers.{i}.weight": shard for i, shard in enumerate(shards)}
    return json.dumps({"metadata": {"total_size": 0}, "weight_map": weight_map}).encode()


SHARDED = {
    "config.json": b"{}",
    "generation_config.json": b"{ }",  # no two files are equal: the cache would keep, and fetch, them once
    "README.md": b"not needed",
    "pytorch_model.bin": b"not needed",
    "model.safetensors.index.json": index(*SHARDS),
    "model.fp16.safetensors": b"fp16",
    SHARDS[0]: b"one",
    SHARDS[1]: b"two",
}
LOADED = ["config.json", "generation_config.json", *SHARDS, "model.safetensors.index.json"]


class OneModel(Hub):
    """A Hub with one repository."""

    def __init__(self) -> None:
        super().__init__()
        self.add(ID, SHARDED, FIRST)

    @property
    def commits(self) -> dict[str, dict[str, bytes]]:
        return self.repositories[ID].commits

    @property
    def refs(self) -> dict[str, str]:
        return self.repositories[ID].refs


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[OneModel]:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # conftest.py turns it on
    hub = OneModel()
    yield hub
    hub.stop()


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: object, **options: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, forbidden)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def filled(hub: OneModel, cache: Path) -> Path:
    """A cache that a load online has filled; the log is empty again."""
    resolve_files(ID, cache_dir=cache, endpoint=hub.address)
    hub.log.clear()
    return cache


def files_of(source: Source) -> list[str]:
    return sorted(str(path.relative_to(source.folder)) for path in source.folder.rglob("*") if not path.is_dir())


# A folder


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("resolve", [resolve_files, resolve_config])
def test_folder_is_itself_and_nothing_is_asked_of_the_network(
    resolve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "owner" / "model").mkdir(parents=True)
    for meant in (tmp_path, str(tmp_path), ".", "owner/model", "owner", "owner/", Path("owner")):
        assert resolve(meant) == Source(Path(meant), configs=Path(meant))
    assert resolve("~/owner") == Source(tmp_path / "owner", configs=tmp_path / "owner")


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("resolve", [resolve_files, resolve_config])
def test_one_file_is_itself_its_folder_the_root_and_its_config_lies_beside_it(
    resolve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("x.safetensors", "pytorch_model.bin.index.json", "x.gguf"):
        (tmp_path / name).write_bytes(b"")
    for name in ("x.safetensors", "pytorch_model.bin.index.json"):
        assert resolve(name) == Source(Path(), file=Path(name), configs=Path())
    assert resolve("x.gguf") == Source(Path(), file=Path("x.gguf")), "a GGUF file stands alone"
    assert resolve(tmp_path, gguf_file="x.gguf") == Source(tmp_path, file=tmp_path / "x.gguf", configs=tmp_path)
    for option in ({"subfolder": "sub"}, {"variant": "fp16"}):
        with pytest.raises(ArgumentError, match="is not a folder: subfolder and variant say where to look in one"):
            resolve("x.safetensors", **option)


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize(
    "path", ["./x", "../x", "/x/y", "~/nowhere", "a/b/c", "model/", "", "a\\b", Path("owner/model"), Path("x")]
)
def test_what_can_only_be_a_path_and_is_not_there_is_named(path: Any) -> None:
    with pytest.raises(CheckpointNotFound, match="no such folder"):
        resolve_files(path)
    with pytest.raises(ConfigNotFound, match="no such folder"):
        resolve_config(path)


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("name", ["a b", "a--b", "a..b", "-a", "a/.b", "a.git", "x" * 97, "ä", "a/b?c", "a:b"])
def test_what_is_neither_a_folder_nor_an_id_is_named(name: str) -> None:
    with pytest.raises(CheckpointNotFound, match="no Hub id either"):
        resolve_files(name)


@pytest.mark.parametrize("name", [b"bytes", "a\0b"])
def test_name_of_the_wrong_kind_is_an_argument_error(name: Any) -> None:
    with pytest.raises(ArgumentError):
        resolve_files(name)


def test_save_into_the_folder_that_was_cut_off_is_completed_first(tmp_path: Path) -> None:
    stage = tmp_path / "sub" / STAGING
    stage.mkdir(parents=True)
    (stage / "journal.json").write_text(json.dumps({"version": 1, "place": ["config.json"], "remove": []}))
    (stage / "config.json").write_text("new")
    resolve_files(tmp_path)
    assert stage.exists()
    resolve_files(tmp_path, subfolder="sub")
    assert os.listdir(tmp_path / "sub") == ["config.json"]


# The Hub


def test_only_the_files_that_a_load_needs_are_fetched(hub: OneModel, cache: Path) -> None:
    source = resolve_files(ID, cache_dir=cache, endpoint=hub.address)
    assert (source.commit, source.repo_id) == (FIRST, ID)
    assert files_of(source) == hub.fetched() == LOADED
    assert (source.folder / SHARDS[1]).read_bytes() == b"two"


@pytest.mark.parametrize(
    ("options", "weights"),
    [
        ({"use_safetensors": False}, ["pytorch_model.bin"]),
        ({"variant": "fp16"}, ["model.fp16.safetensors"]),
        ({"use_safetensors": True}, LOADED[2:]),
    ],
)
def test_format_and_variant_decide_which_weights_are_fetched(
    hub: OneModel, cache: Path, options: dict[str, Any], weights: list[str]
) -> None:
    source = resolve_files(ID, cache_dir=cache, endpoint=hub.address, **options)
    assert files_of(source) == sorted(["config.json", "generation_config.json", *weights])


def test_one_file_is_preferred_to_shards_and_safetensors_to_pytorch(hub: OneModel, cache: Path) -> None:
    hub.commits[FIRST]["model.safetensors"] = b"all"
    source = resolve_files(ID, cache_dir=cache, endpoint=hub.address)
    assert files_of(source) == ["config.json", "generation_config.json", "model.safetensors"]


def test_a_preferred_format_is_fetched_with_all_its_shards_and_else_the_usual_one(hub: OneModel, cache: Path) -> None:
    index = json.dumps({"weight_map": {"a/kernel": "flax_model-1.msgpack"}}).encode()
    hub.commits[FIRST] |= {"flax_model.msgpack.index.json": index, "flax_model-1.msgpack": b"one"}
    source = resolve_files(ID, cache_dir=cache, endpoint=hub.address, prefer="flax")
    flax = ["flax_model-1.msgpack", "flax_model.msgpack.index.json"]
    assert files_of(source) == ["config.json", *flax, "generation_config.json"]
    source = resolve_files(ID, cache_dir=cache.with_name("other"), endpoint=hub.address, prefer="tensorflow")
    assert files_of(source) == LOADED


def test_subfolder_of_a_repository_is_found_within_the_root(hub: OneModel, cache: Path) -> None:
    hub.commits[FIRST] = {"config.json": b"outer", **{f"inner/deep/{name}": data for name, data in SHARDED.items()}}
    source = resolve_files(ID, cache_dir=cache, endpoint=hub.address, subfolder="inner/deep/")
    assert files_of(source) == [f"inner/deep/{name}" for name in LOADED]
    config = resolve_config(ID, cache_dir=cache, endpoint=hub.address, subfolder="inner/deep", local_files_only=True)
    assert config == source


def test_repository_without_configs_gives_its_weights(hub: OneModel, cache: Path) -> None:
    hub.commits[FIRST] = {"model.safetensors": b"all"}
    assert files_of(resolve_files(ID, cache_dir=cache, endpoint=hub.address)) == ["model.safetensors"]


def test_config_alone_is_fetched_for_a_config(hub: OneModel, cache: Path) -> None:
    source = resolve_config(ID, cache_dir=cache, endpoint=hub.address)
    assert files_of(source) == hub.fetched() == ["config.json"]
    assert source.commit == FIRST


def test_branch_tag_and_commit_are_resolved_once_and_all_files_are_of_that_commit(
    hub: OneModel, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.commits[SECOND] = {**SHARDED, SHARDS[0]: b"second"}
    hub.refs["refs/pr/7"] = SECOND
    real = Hub.answer

    def move_on(self: Hub, path: str) -> tuple[int, dict[str, str], bytes]:
        answered = real(self, path)
        self.refs["main"] = SECOND  # just after the first question
        return answered

    monkeypatch.setattr(Hub, "answer", move_on)
    for revision, commit, first in [(None, FIRST, b"one"), ("refs/pr/7", SECOND, b"second"), (FIRST, FIRST, b"one")]:
        hub.log.clear()
        source = resolve_files(ID, cache_dir=cache, endpoint=hub.address, revision=revision)
        assert source.commit == source.folder.name == commit
        assert (source.folder / SHARDS[0]).read_bytes() == first
        assert [line for line in hub.log if "/resolve/" in line and commit not in line] == []
        # A commit's files were noted when they were first asked for.
        assert len([line for line in hub.log if "/api/" in line]) == (revision != FIRST)
        assert resolve_files(ID, cache_dir=cache, revision=revision, local_files_only=True) == source


def test_second_load_fetches_nothing_anew_and_force_download_everything(hub: OneModel, filled: Path) -> None:
    resolve_files(ID, cache_dir=filled, endpoint=hub.address)
    assert hub.fetched() == []
    resolve_files(ID, cache_dir=filled, endpoint=hub.address, force_download=True)
    assert set(hub.fetched()) == set(LOADED)


def test_server_that_mixes_commits_is_refused(hub: OneModel, cache: Path) -> None:
    hub.wrong_commit = SECOND
    with pytest.raises(HubError, match=f"expected files of commit {FIRST}, the Hub gave {SECOND}"):
        resolve_files(ID, cache_dir=cache, endpoint=hub.address)


def test_environment_names_the_hub_and_turns_it_off(hub: OneModel, tmp_path: Path) -> None:
    """As a user has it: a fresh process, settings in the environment; the second one may open no socket."""
    program = (
        "import os, sys\n"
        "if os.environ.get('HF_HUB_OFFLINE'):\n"
        "    sys.addaudithook(lambda event, _: event in ('socket.connect', 'socket.getaddrinfo') and os._exit(9))\n"
        "from loadstone.sources.resolve import resolve_files\n"
        f"print(resolve_files({ID!r}).commit)"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    kept |= {"HF_HOME": str(tmp_path), "HF_ENDPOINT": hub.address}
    for more in ({}, {"HF_HUB_OFFLINE": "1"}):
        done = subprocess.run([sys.executable, "-c", program], env=kept | more, capture_output=True, text=True)
        assert (done.returncode, done.stdout.strip()) == (0, FIRST), done.stderr


# Its cache


@pytest.mark.parametrize("revision", [None, "main", FIRST])
def test_cache_serves_the_same_files_without_a_socket(
    hub: OneModel, filled: Path, revision: str | None, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("no_sockets")
    source = resolve_files(ID, cache_dir=filled, endpoint=hub.address, revision=revision, local_files_only=True)
    assert (source.commit, source.repo_id, files_of(source)) == (FIRST, ID, LOADED)
    assert hub.log == []


@pytest.mark.usefixtures("no_sockets")
def test_nothing_in_the_cache_says_that_it_is_neither_there_nor_a_folder(cache: Path) -> None:
    with pytest.raises(CheckpointNotFound, match=r"'owner/model'.*no.*in.*HF_HUB_OFFLINE") as raised:
        resolve_files(ID, cache_dir=cache, local_files_only=True)
    assert "folder" in str(raised.value)
    with pytest.raises(ConfigNotFound, match=r"no config\.json"):
        resolve_config(ID, cache_dir=cache, local_files_only=True)


def test_cache_with_a_shard_too_few_names_it(filled: Path) -> None:
    next(filled.rglob(SHARDS[1])).unlink()
    with pytest.raises(CheckpointNotFound, match=f"lacks 1 of 2 shards.*{SHARDS[1]}.*with a connection"):
        resolve_files(ID, cache_dir=filled, local_files_only=True)


def test_cache_that_holds_only_the_config_says_so(hub: OneModel, cache: Path) -> None:
    resolve_config(ID, cache_dir=cache, endpoint=hub.address)
    with pytest.raises(CheckpointNotFound, match=r"It has config\.json"):
        resolve_files(ID, cache_dir=cache, local_files_only=True)


@pytest.mark.parametrize("stop", [True, False])
def test_hub_that_is_gone_or_broken_is_replaced_by_the_cache_with_a_warning(
    hub: OneModel, filled: Path, stop: bool, caplog: pytest.LogCaptureFixture
) -> None:
    hub.fail = (503, {})
    address = "http://127.0.0.1:9" if stop else hub.address  # nobody listens on the discard port
    with caplog.at_level(logging.WARNING):
        source = resolve_files(ID, cache_dir=filled, endpoint=address)
    assert (source.commit, files_of(source)) == (FIRST, LOADED)
    assert "could not be reached" in caplog.text and FIRST in caplog.text
    with pytest.raises(HubError, match="could not be reached"):
        resolve_files(ID, cache_dir=filled, endpoint=address, force_download=True)


@pytest.mark.usefixtures("hub")
def test_hub_that_is_gone_and_an_empty_cache_is_a_hub_error(cache: Path) -> None:
    with pytest.raises(HubError, match=r"could not be reached.*The cache's copy"):
        resolve_files(ID, cache_dir=cache, endpoint="http://127.0.0.1:9")


# What the Hub refuses


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "GatedRepo", r"accepted its terms.*/owner/model.*token"),
        (401, "GatedRepo", r"accepted its terms"),
        (401, "", r"refused \(401\).*hf auth login"),
        (404, "RepoNotFound", r"has no such model.*no such folder"),
        (403, "", r"refused \(403\).*token"),
        (429, "", r"answered 429"),
    ],
)
def test_refusal_says_what_to_do_even_where_the_cache_has_the_files(
    hub: OneModel, filled: Path, status: int, code: str, said: str
) -> None:
    hub.fail = (status, {"X-Error-Code": code} if code else {})
    with pytest.raises(HubError, match=said):
        resolve_files(ID, cache_dir=filled, endpoint=hub.address)


def test_unknown_repository_and_unknown_revision_are_told_apart(hub: OneModel, cache: Path) -> None:
    with pytest.raises(HubError, match=r"'owner/other'.*no such model"):
        resolve_files("owner/other", cache_dir=cache, endpoint=hub.address)
    with pytest.raises(HubError, match="no revision 'v9'"):
        resolve_files(ID, cache_dir=cache, endpoint=hub.address, revision="v9")


def test_repository_without_such_weights_says_what_it_has(hub: OneModel, cache: Path) -> None:
    with pytest.raises(CheckpointNotFound, match=r"none of model\.bf16\.safetensors.*model\.fp16\.safetensors"):
        resolve_files(ID, cache_dir=cache, endpoint=hub.address, variant="bf16")
    hub.commits[FIRST] = {"README.md": b""}
    with pytest.raises(ConfigNotFound, match=r"no config\.json"):
        resolve_config(ID, cache_dir=cache, endpoint=hub.address)
    assert hub.fetched() == []


def test_answer_that_is_no_hubs_is_a_hub_error(hub: OneModel, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for body in (b"<html>Please log in</html>", b"[]", b'{"id": "x"}', b'{"id": "x", "sha": "main", "siblings": []}'):
        monkeypatch.setattr(hub, "answer", lambda path, body=body: (200, {}, body))
        with pytest.raises(HubError):
            resolve_files(ID, cache_dir=cache, endpoint=hub.address)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"{", CorruptCheckpoint),
        (b"[]", CorruptCheckpoint),
        (index("../../outside"), UnsafeCheckpoint),
        (index("/etc/passwd"), UnsafeCheckpoint),
        (index("nowhere.safetensors"), CheckpointNotFound),
    ],
)
def test_index_that_is_broken_or_leads_elsewhere_fetches_nothing_more(
    hub: OneModel, cache: Path, content: bytes, error: type[Exception]
) -> None:
    hub.commits[FIRST]["model.safetensors.index.json"] = content
    with pytest.raises(error, match=r"index\.json"):
        resolve_files(ID, cache_dir=cache, endpoint=hub.address)
    assert hub.fetched() == ["model.safetensors.index.json"]


def test_cache_that_cannot_be_written_is_named(hub: OneModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", full)
    with pytest.raises(HubError, match=r"could not be written to the cache.*No space left"):
        resolve_files(ID, cache_dir=tmp_path, endpoint=hub.address)


# Arguments


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize(
    "options",
    [
        {"subfolder": "../x"},
        {"subfolder": "/x"},
        {"subfolder": "a\\b"},
        {"revision": "../x"},
        {"revision": "/main"},
        {"revision": "a\0b"},
        {"force_download": True, "local_files_only": True},
    ],
)
def test_arguments_that_lead_elsewhere_or_contradict_each_other_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        resolve_files(ID, **options)
