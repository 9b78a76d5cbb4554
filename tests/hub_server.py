"""A small Hub of our own, over real HTTP on this machine: what a load, and a push, speak of its protocol."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep  # the real one, whatever a test does to `time`
from typing import Any
from urllib.parse import unquote

import pytest
from huggingface_hub import constants

from loadstone.sources import resolve
from loadstone.sources.request import FileChoice, HubOptions

Answer = tuple[int, dict[str, str], bytes]


def resolve_files(path_or_id: Any, **keywords: Any) -> resolve.Source:
    """The function of that name, with what it is asked as keywords."""
    return resolve.resolve_files(path_or_id, *_options_of(keywords))


def resolve_config(path_or_id: Any, **keywords: Any) -> resolve.Source:
    """The function of that name, with what it is asked as keywords."""
    return resolve.resolve_config(path_or_id, *_options_of(keywords))


def _options_of(keywords: dict[str, Any]) -> tuple[FileChoice, HubOptions]:
    which = {name: keywords.pop(name) for name in FileChoice._fields if name in keywords}
    return FileChoice(**which), HubOptions(**keywords)


@dataclass
class Repository:
    """Commits and the branches that point to them."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)

    def commit(self, revision: str) -> str | None:
        return revision if revision in self.commits else self.refs.get(revision)


@dataclass
class Trouble:
    """What goes wrong with a file, as often as ``times`` says."""

    times: int = 1
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    """Close the connection after so many bytes."""
    length: int | None = None
    """Claim this Content-Length."""
    content: bytes | None = None
    """Send this instead."""
    etag: str | None = None
    delay_s: float = 0.0
    """Before each 1000 bytes."""
    silent_s: float = 0.0
    """Before anything is said."""
    only: str = "GET"


class _Server:
    def __init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.handle(self)

            do_HEAD = do_POST = do_PUT = do_GET

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def send(request: BaseHTTPRequestHandler, answer: Answer, trouble: Trouble | None = None) -> None:
    status, headers, body = answer
    asked = request.headers.get("Range")
    if status == 200 and asked and request.command == "GET":
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, stop = int(first), min(int(last or len(body)) + 1, len(body))
        headers = {**headers, "Content-Range": f"bytes {start}-{stop - 1}/{len(body)}"}
        status, body = 206, body[start:stop]
    trouble = trouble or Trouble()
    length = len(body) if trouble.length is None else trouble.length
    request.send_response(status)
    for name, value in {**headers, "Content-Length": str(length)}.items():
        request.send_header(name, value)
    request.end_headers()
    if request.command == "HEAD":
        return
    if trouble.cut_at is not None or length != len(body):
        body = body[: trouble.cut_at]
        request.close_connection = True
    step = 1000 if trouble.delay_s else max(len(body), 1)
    for start in range(0, len(body), step):
        sleep(trouble.delay_s)
        request.wfile.write(body[start : start + step])
        request.wfile.flush()


class Hub(_Server):
    """Repositories by their id; everything that was asked is in ``log``."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.log: list[str] = []
        self.tokens: list[str | None] = []
        """What each request said it may do."""
        self.ranges: list[str] = []
        """Parts of files that were asked for."""
        self.silent_s = 0.0
        """How long nothing is said to anybody."""
        self.fail: tuple[int, dict[str, str]] | None = None
        """Status and headers that every answer has."""
        self.wrong_commit: str | None = None
        self.troubles: dict[str, Trouble] = {}
        """File → what goes wrong with it."""
        self.elsewhere: dict[str, str] = {}
        """File → the address of another server that has it."""
        self.large: dict[str, bytes] = {}
        """Content of large files that were pushed, by SHA-256."""
        super().__init__()

    def add(self, repo_id: str, files: Mapping[str, bytes], commit: str | None = None, revision: str = "main") -> str:
        """A commit with these files, and a branch that points to it."""
        repository = self.repositories.setdefault(repo_id, Repository())
        commit = commit or hashlib.sha1(repr((repo_id, sorted(files.items()))).encode()).hexdigest()
        repository.commits[commit] = dict(files)
        repository.refs[revision] = commit
        return commit

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        path = unquote(request.path.partition("?")[0])
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self.log.append(f"{request.command} {request.path}")
        self.tokens.append(request.headers.get("Authorization"))
        self.ranges += filter(None, [request.headers.get("Range")])
        sleep(self.silent_s)
        trouble = self._trouble(request.command, path)
        if trouble is not None and trouble.silent_s:
            sleep(trouble.silent_s)
        if self.fail:
            send(request, (*self.fail, b""))
        elif trouble is not None and trouble.status is not None:
            send(request, (trouble.status, dict(trouble.headers), b""))
        elif request.command in ("POST", "PUT"):
            send(request, self.written(path, body))
        else:
            status, headers, content = self.answer(path)
            if trouble is not None:
                content = content if trouble.content is None else trouble.content
                headers = headers | ({"ETag": f'"{trouble.etag}"'} if trouble.etag else {})
            send(request, (status, headers, content), trouble)

    def _trouble(self, command: str, path: str) -> Trouble | None:
        found = next((name for name in self.troubles if path.endswith(f"/{name}")), None)
        trouble = self.troubles.get(found or "")
        if trouble is None or command not in trouble.only or trouble.times == 0:
            return None
        trouble.times -= 1
        return trouble

    def answer(self, path: str) -> Answer:
        if path == "/api/whoami-v2":
            return 200, {}, json.dumps({"name": "owner", "type": "user", "orgs": []}).encode()
        for repo_id, repository in self.repositories.items():
            if path.startswith(api := f"/api/models/{repo_id}/revision/"):
                commit = repository.commit(path.removeprefix(api))
                if commit is None:
                    return 404, {"X-Error-Code": "RevisionNotFound"}, b""
                names = [{"rfilename": name} for name in repository.commits[commit]]
                return 200, {}, json.dumps({"id": repo_id, "sha": commit, "siblings": names}).encode()
            if path.startswith(resolve := f"/{repo_id}/resolve/"):
                return self._file(repository, *path.removeprefix(resolve).partition("/")[::2])
        return 404, {"X-Error-Code": "RepoNotFound"}, b""

    def _file(self, repository: Repository, revision: str, name: str) -> Answer:
        commit = repository.commit(revision)
        if commit is None or name not in repository.commits[commit]:
            return 404, {"X-Error-Code": "EntryNotFound"}, b""
        body = repository.commits[commit][name]
        headers = {"ETag": f'"{etag(name, body)}"', "X-Repo-Commit": self.wrong_commit or commit}
        if name in self.elsewhere:
            large = {"X-Linked-Etag": headers["ETag"], "X-Linked-Size": str(len(body))}
            return 302, {**headers, **large, "Location": f"{self.elsewhere[name]}/{name}"}, b""
        return 200, headers, body

    def written(self, path: str, body: bytes) -> Answer:
        """What a push asks for."""
        if path == "/api/repos/create":
            asked = json.loads(body)
            repo_id = f"{asked.get('organization') or 'owner'}/{asked['name']}"
            self.repositories.setdefault(repo_id, Repository())
            return 200, {}, json.dumps({"url": f"{self.address}/{repo_id}"}).encode()
        if "/preupload/" in path:
            files = [
                {"path": f["path"], "uploadMode": "lfs" if f["size"] > 10_000 else "regular", "shouldIgnore": False}
                for f in json.loads(body)["files"]
            ]
            return 200, {}, json.dumps({"files": files}).encode()
        if path.endswith("/info/lfs/objects/batch"):
            objects = [
                {
                    "oid": each["oid"],
                    "size": each["size"],
                    "actions": {"upload": {"href": f"{self.address}/upload/{each['oid']}", "header": {}}},
                }
                for each in json.loads(body)["objects"]
            ]
            answer = {"transfer": "basic", "objects": objects}
            return 200, {"Content-Type": "application/vnd.git-lfs+json"}, json.dumps(answer).encode()
        if path.startswith("/upload/"):
            self.large[path.removeprefix("/upload/")] = body
            return 200, {}, b""
        if "/commit/" in path:
            return self._pushed(path, body)
        return 404, {}, b""

    def _pushed(self, path: str, body: bytes) -> Answer:
        repo_id, _, revision = path.removeprefix("/api/models/").partition("/commit/")
        files: dict[str, bytes] = {}
        for line in body.splitlines():
            entry: dict[str, Any] = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "lfsFile":
                files[value["path"]] = self.large[value["oid"]]
        commit = self.add(repo_id, files, revision=revision)
        url = f"{self.address}/{repo_id}/commit/{commit}"
        return 200, {}, json.dumps({"commitUrl": url, "commitOid": commit, "success": True}).encode()

    def fetched(self) -> list[str]:
        """Files that were downloaded."""
        return sorted(
            line.partition("/resolve/")[2].partition("/")[2]
            for line in self.log
            if line.startswith("GET /") and "/resolve/" in line
        )


@contextmanager
def the_hub(patch: pytest.MonkeyPatch, cache: Path) -> Iterator[Hub]:
    """A Hub that every load without an ``endpoint`` asks, and a cache and notes on commits of its own."""
    hub = Hub()
    patch.setattr(constants, "HF_HUB_OFFLINE", False)
    patch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # large files the Git-LFS way
    patch.setattr(constants, "ENDPOINT", hub.address)
    patch.setattr(constants, "HF_HUB_CACHE", str(cache))
    patch.setattr(constants, "HF_HOME", str(cache.with_name(f"{cache.name}-home")))
    template = hub.address + "/{repo_id}/resolve/{revision}/{filename}"
    patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    yield hub
    hub.stop()


class Storage(_Server):
    """Another host, which the Hub sends those to who want a large file."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.tokens: list[str | None] = []
        super().__init__()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        self.tokens.append(request.headers.get("Authorization"))
        name = unquote(request.path.partition("?")[0]).removeprefix("/")
        body = self.files.get(name)
        send(request, (404, {}, b"") if body is None else (200, {"ETag": f'"{etag(name, body)}"'}, body))


def etag(name: str, body: bytes) -> str:
    """What names a file's blob in the cache: of weights the SHA-256, of small files what Git calls them."""
    if name.endswith((".safetensors", ".bin")):
        return hashlib.sha256(body).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
