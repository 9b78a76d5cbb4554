"""What goes wrong between the Hub and here: cut connections, wrong bytes, refusals, other hosts, a spoiled cache."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import Hub, Storage, Trouble, resolve_config, resolve_files
from huggingface_hub import constants

from loadstone.errors import CheckpointNotFound, CorruptCheckpoint, HubError

ID = "owner/model"
WEIGHTS = os.urandom(200_000)
FILES = {"config.json": b'{"model_type": "bert"}', "model.safetensors": WEIGHTS}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    # Retries wait as they do, but not as long.
    real = time.sleep
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: real(min(seconds, 0.01)))
    hub = Hub()
    hub.add(ID, FILES)
    yield hub
    hub.stop()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def load(hub: Hub, cache: Path, **options: object) -> Path:
    return resolve_files(ID, cache_dir=cache, endpoint=hub.address, **options).folder


# Downloads


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(cut_at=70_000),
        Trouble(cut_at=0, times=2),
        Trouble(delay_s=0.002),
        Trouble(status=503),
        Trouble(status=429, headers={"Retry-After": "1"}),
    ],
    ids=["cut in the middle", "cut twice at the start", "slow", "503", "429 with Retry-After"],
)
def test_a_download_survives_what_passes(hub: Hub, cache: Path, trouble: Trouble) -> None:
    hub.troubles["model.safetensors"] = trouble
    try:
        folder = load(hub, cache)
    except HubError:
        # A server's failure ends this try; the next goes on where it stopped.
        folder = load(hub, cache)
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS


def test_a_download_that_was_cut_goes_on_where_it_stopped(
    hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 10_000)
    hub.troubles["model.safetensors"] = Trouble(cut_at=150_000)
    folder = load(hub, cache)
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert "bytes=150000-" in hub.ranges


def test_a_killed_process_leaves_nothing_half_and_the_next_completes(hub: Hub, cache: Path, tmp_path: Path) -> None:
    hub.troubles["model.safetensors"] = Trouble(delay_s=0.05)
    script = (
        "import sys\nfrom loadstone.sources.resolve import resolve_files\n"
        "from loadstone.sources.request import HubOptions\n"
        "resolve_files(sys.argv[1], hub=HubOptions(cache_dir=sys.argv[2], endpoint=sys.argv[3]))"
    )
    env = {**os.environ, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path / "home")}
    process = subprocess.Popen([sys.executable, "-c", script, ID, str(cache), hub.address], env=env)
    deadline = time.monotonic() + 20
    while not any("GET" in line and "safetensors" in line for line in hub.log) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with pytest.raises(CheckpointNotFound):
        resolve_files(ID, cache_dir=cache, local_files_only=True)
    assert (load(hub, cache) / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(content=bytes(len(WEIGHTS)), times=9),
        Trouble(content=WEIGHTS[:-1], times=9),
        Trouble(content=WEIGHTS + b"x", times=9),
    ],
    ids=["other bytes", "too short", "too long"],
)
def test_what_is_not_what_the_hub_announced_is_refused_and_not_kept(hub: Hub, cache: Path, trouble: Trouble) -> None:
    hub.troubles["model.safetensors"] = trouble
    with pytest.raises((CorruptCheckpoint, HubError)) as caught:
        load(hub, cache)
    assert "model.safetensors" in str(caught.value) or "size" in str(caught.value)
    with pytest.raises(CheckpointNotFound):
        resolve_files(ID, cache_dir=cache, local_files_only=True)
    hub.troubles.clear()
    assert (load(hub, cache) / "model.safetensors").read_bytes() == WEIGHTS


def test_a_small_file_is_compared_by_its_git_hash(hub: Hub, cache: Path) -> None:
    hub.troubles["config.json"] = Trouble(content=b'{"model_type": "gpt2"}', times=9)
    with pytest.raises(CorruptCheckpoint, match=r"config\.json: expected the Git hash"):
        load(hub, cache)


def test_files_are_shown_as_one_bar(hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from loadstone.core.progress import Progress

    seen: list[Progress] = []
    real = Progress.__enter__
    monkeypatch.setattr(Progress, "__enter__", lambda self: seen.append(self) or real(self))
    load(hub, cache)
    (bar,) = [each for each in seen if each.what == "Downloading"]
    assert bar.done_bytes == bar.total_bytes == sum(map(len, FILES.values()))


# A spoiled cache


def spoil(folder: Path, name: str) -> Path:
    blob = Path(os.path.realpath(folder / name))
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(content)
    return blob


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("offline", [False, True])
def test_a_cached_file_that_has_changed_is_named_and_fetched_again_only_when_asked(
    hub: Hub, cache: Path, name: str, offline: bool
) -> None:
    folder = load(hub, cache)
    blob = spoil(folder, name)
    spoiled = blob.read_bytes()
    with pytest.raises(CorruptCheckpoint, match="force_download=True") as caught:
        load(hub, cache, local_files_only=offline)
    assert name in str(caught.value) and blob.name in str(caught.value)
    assert blob.read_bytes() == spoiled
    assert (load(hub, cache, force_download=True) / name).read_bytes() == FILES[name]
    load(hub, cache, local_files_only=offline)


def test_an_untouched_large_file_is_not_hashed_again(hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = os.urandom(3 << 20)
    hub.add(ID, FILES | {"model.safetensors": large})
    load(hub, cache)
    hashed: list[Path] = []
    monkeypatch.setattr("loadstone.sources.cache_check._difference", hashed.append)
    folder = load(hub, cache)
    assert [path.name for path in hashed] == ["config.json"]
    os.utime(os.path.realpath(folder / "model.safetensors"))
    load(hub, cache)
    assert [path.name for path in hashed][1:] == ["config.json", "model.safetensors"]


# Pinned and cached


def forbid_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: object, **options: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, forbidden)


@pytest.mark.parametrize("is_noted", [True, False], ids=["fetched by us", "by another tool"])
def test_what_is_pinned_and_cached_opens_no_socket(
    hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_noted: bool
) -> None:
    commit = load(hub, cache).name
    if not is_noted:
        monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "another home"))
    forbid_sockets(monkeypatch)
    monkeypatch.setattr("huggingface_hub.utils._http._GLOBAL_CLIENT", None)
    before = len(hub.log)
    assert load(hub, cache, revision=commit).name == commit
    assert resolve_config(ID, cache_dir=cache, endpoint=hub.address, revision=commit).commit == commit
    assert len(hub.log) == before


# Refusals


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (401, {}, "token"),
        (401, {"X-Error-Code": "RepoNotFound"}, "has no such model"),
        (403, {}, "token"),
        (403, {"X-Error-Code": "GatedRepo"}, "accepted its terms"),
        (404, {"X-Error-Code": "RepoNotFound"}, "has no such model"),
        (404, {"X-Error-Code": "RevisionNotFound"}, "has no revision"),
        (429, {"Retry-After": "17"}, "Wait 17 seconds"),
        (429, {}, "too many requests"),
        (500, {}, "could not be reached"),
        (503, {}, "could not be reached"),
    ],
)
def test_a_refusal_says_what_to_do(hub: Hub, cache: Path, status: int, headers: dict[str, str], said: str) -> None:
    hub.fail = (status, headers)
    with pytest.raises(HubError, match=said):
        load(hub, cache)


def test_a_hub_that_says_nothing_is_given_up_in_time(hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 0.2)
    hub.silent_s = 3.0
    started = time.monotonic()
    with pytest.raises(HubError, match="could not be reached"):
        load(hub, cache)
    assert time.monotonic() - started < 10


def test_a_token_goes_to_the_hub_and_to_no_other_host(hub: Hub, cache: Path) -> None:
    storage = Storage({"model.safetensors": WEIGHTS})
    try:
        hub.elsewhere["model.safetensors"] = storage.address.replace("127.0.0.1", "localhost")
        folder = load(hub, cache, token="hf_secret")
        assert (folder / "model.safetensors").read_bytes() == WEIGHTS
        assert set(hub.tokens) == {"Bearer hf_secret"}
        assert storage.tokens and set(storage.tokens) == {None}
    finally:
        storage.stop()


def test_content_that_changes_between_two_questions_is_refused_or_consistent(hub: Hub, cache: Path) -> None:
    """The ETag of the answer with the content is not that of the announcement before it."""
    hub.troubles["model.safetensors"] = Trouble(content=os.urandom(200_000), etag="0" * 64, times=9)
    with pytest.raises((CorruptCheckpoint, HubError)):
        load(hub, cache)
    hub.troubles.clear()
    assert (load(hub, cache) / "model.safetensors").read_bytes() == WEIGHTS
