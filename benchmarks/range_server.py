"""A web server on loopback that sends ranges of a folder's files as fast as the kernel does, and counts the bytes.

``python range_server.py FOLDER`` prints its port; ``/sent`` is how many bytes of files it has sent.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(sys.argv[1])
_lock = threading.Lock()
_sent = [0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        file = ROOT / self.path.lstrip("/")
        if self.path == "/sent":
            body = str(_sent[0]).encode()
            self._head(200, {}, len(body))
            self.wfile.write(body)
        elif not file.is_file():
            self._head(404, {}, 0)
        else:
            self._send(file)

    def _send(self, file: Path) -> None:
        size = file.stat().st_size
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = (int(asked[1]), min(int(asked[2] or size), size - 1)) if asked else (0, size - 1)
        told = {"Content-Range": f"bytes {first}-{last}/{size}"} if asked else {}
        self._head(206 if asked else 200, {"ETag": f'"{file.name}"', **told}, last - first + 1)
        with file.open("rb") as content:
            while first <= last:
                first += os.sendfile(self.connection.fileno(), content.fileno(), first, last - first + 1)
        with _lock:
            _sent[0] += last - int(asked[1] if asked else 0) + 1

    def _head(self, status: int, headers: dict[str, str], length: int) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()

    def log_message(self, *args: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
