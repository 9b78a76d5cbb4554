"""A server of byte ranges on loopback, with counters, which fails as it is told: HTTP/1.1 with keep-alive and ETags.

Anonymous S3 asks for the same, so it stands in for an object store too, and with ``/owner/name/resolve/REVISION/FILE``
for the Hub.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

ALL = 1 << 62


@dataclass
class Faults:
    """What goes wrong; a share is of all answers with a body."""

    errors: float = 0.0
    """The share that is 500."""
    cuts: float = 0.0
    """The share whose body ends half-way."""
    stall_after: int = ALL
    """Answers with a body, after which one comes no further than its head."""
    refuse_after: int = ALL
    """Answers, after which all are ``refuse_with``."""
    refuse_with: int = 403
    refuse_code: str = "AccessDenied"
    bytes_per_second: float = 0.0
    """Of one connection; 0 for as many as go."""
    ignores_ranges: bool = False
    has_etags: bool = True
    has_weak_etags: bool = False
    redirects_to: str = ""
    """Everything is elsewhere: there."""


class RangeServer:
    """Serves a folder. Use it in a ``with``; what it counts may be looked at and set while it runs."""

    def __init__(self, folder: Path, faults: Faults | None = None) -> None:
        self.folder, self.faults = folder, faults or Faults()
        self.requests: list[tuple[str, str, Mapping[str, str]]] = []
        """Method, path and headers, whose names are in small letters."""
        self.bytes_sent = self.answers = 0
        self.failed = 0
        """Answers that were 500, or cut short."""
        self.versions: dict[str, int] = {}
        """Path → how often it was replaced by other bytes of the same number."""
        self.replace_after: tuple[int, str] = (ALL, "")
        """Answers, after which a path is another object."""
        self.remove_after: tuple[int, Path] = (ALL, Path())
        """Answers, after which a file is gone."""
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.threads: list[threading.Thread] = []
        self._is_closed = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> RangeServer:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_closed.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for thread in self.threads:
            thread.join()

    def forget(self) -> None:
        """Count from nothing again."""
        self.requests.clear()
        self.bytes_sent = self.answers = self.failed = 0
        self.replace_after, self.remove_after = (ALL, ""), (ALL, Path())

    def _accept(self) -> None:
        while not self._is_closed.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._connections.add(connection)
            self.threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self.threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                while (request := _request(stream)) is not None and self._answer(connection, *request):
                    pass
        except (OSError, ValueError):
            pass  # who asked went away
        finally:
            self._connections.discard(connection)

    def _answer(self, connection: socket.socket, method: str, target: str, headers: dict[str, str]) -> bool:
        """Whether the connection may go on."""
        faults, path = self.faults, unquote(target.partition("?")[0])
        with self._lock:
            self.requests.append((method, target, headers))
            self.answers += 1
            number = self.answers
            if number == self.replace_after[0]:
                self.versions[self.replace_after[1]] = self.versions.get(self.replace_after[1], 0) + 1
            if number == self.remove_after[0]:
                self.remove_after[1].unlink()
        if faults.redirects_to:
            _send(connection, "302 Found", {"Location": faults.redirects_to + target})
            return True
        if number > faults.refuse_after:
            body = f"<Error><Code>{faults.refuse_code}</Code><Message>secret-of-the-server</Message></Error>".encode()
            _send(connection, f"{faults.refuse_with} Refused", {}, body)
            return True
        inner = re.sub(r".*/resolve/[^/]+/", "/", path)
        file = self.folder / inner.lstrip("/")
        if not file.is_file():
            _send(connection, "404 Not Found", {})
            return True
        if _falls(number, faults.errors):
            self.failed += 1
            _send(connection, "500 Internal Server Error", {})
            return True
        content = file.read_bytes()
        etag = f'{"W/" * faults.has_weak_etags}"{file.name}-{self.versions.get(path, 0)}"'
        if headers.get("if-match", etag) != etag or headers.get("if-match", "").startswith("W/"):
            _send(connection, "412 Precondition Failed", {})
            return True
        head = {"ETag": etag} if faults.has_etags else {}
        hour = f"{self.versions.get(path, 0):02}"
        head |= {"Last-Modified": f"Sun, 29 Nov 2026 {hour}:00:00 GMT", "Content-Type": "binary/octet-stream"}
        asked, status = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", "")), "200 OK"
        if asked is not None and not faults.ignores_ranges:
            first, last = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
            if first >= len(content):
                _send(connection, "416 Range Not Satisfiable", {"Content-Range": f"bytes */{len(content)}"})
                return True
            head["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
            status, content = "206 Partial Content", content[first : last + 1]
        _send(connection, status, head | {"Content-Length": str(len(content))}, has_body=False)
        return method == "HEAD" or self._send_body(connection, content, number)

    def _send_body(self, connection: socket.socket, content: bytes, number: int) -> bool:
        faults = self.faults
        if number > faults.stall_after:
            self._is_closed.wait(60)
            return False
        is_cut = _falls(number + 3, faults.cuts)
        sent = content[: len(content) // 2] if is_cut else content
        step = int(faults.bytes_per_second / 20) or 1 << 20
        for at in range(0, len(sent), step):
            with self._lock:  # before they are there, for who reads them may look at the count at once
                self.bytes_sent += len(sent[at : at + step])
            connection.sendall(sent[at : at + step])
            if faults.bytes_per_second and self._is_closed.wait(1 / 20):
                return False
        if is_cut:
            self.failed += 1
            connection.shutdown(socket.SHUT_RDWR)
        return not is_cut


def _falls(number: int, share: float) -> bool:
    """Whether the answer of that number is one of such a share, evenly spread."""
    return int(number * share) > int((number - 1) * share)


def _request(stream: BinaryIO) -> tuple[str, str, dict[str, str]] | None:
    line = stream.readline().decode()
    if not line:
        return None
    method, target, _ = line.split()
    headers = {}
    while line := stream.readline().strip().decode():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return method, target, headers


def _send(
    connection: socket.socket, status: str, headers: Mapping[str, str], body: bytes = b"", has_body: bool = True
) -> None:
    lines = {**headers, **({"Content-Length": str(len(body))} if has_body else {})}
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    connection.sendall(f"HTTP/1.1 {status}\r\n{text}\r\n".encode() + body)
