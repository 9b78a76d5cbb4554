"""Feeds damaged files to the readers, in a process of its own that is watched.

``python fuzz.py SEEDS WORK TARGET SEED COUNT`` damages the files of ``SEEDS/TARGET`` in COUNT ways, all of which
follow from SEED, and prints what came of it as JSON. Watched are: errors that are not ours, time, memory
(``RLIMIT_DATA``), and what Python's audit events tell: files opened outside WORK, processes, sockets, code, imports.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

LIMIT_BYTES = 64 << 20
LIMIT_S = 1.0
_NUMBERS = [0, 1, 2, 7, 8, 127, 128, 255, 256, 32767, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**64 - 1]
_VALUES: list[Any] = [
    *(None, True, False, "", "x", "../../etc/passwd", "/dev/zero", "F32", "U8", "NOPE", "\0", "💥" * 9, 0.5, 1e308, -1),
    *(0, 1, 3, 2**31, 2**63, 2**64, 10**30, -(2**63), [], {}, [[]], [-1], [2**62, 2**62], [0] * 2000, [0, 10**18]),
    *({"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "llama", "bert", float("inf"), float("nan")),
]
_PICKLE = [
    *(b"cos\nsystem\n", b"cbuiltins\neval\n", b"(S'x'\ntR", b"i os\nsystem\n", b"P1\n", b"X\xff\xff\xff\x7f"),
    *(b"\x82\x01", b"\x83\x01\x00", b"\x84\x01\x00\x00\x00", b"h\x00", b"q\x00", b"r\xff\xff\xff\x7f", b"\x8a\xff"),
    *(b"\x8b\xff\xff\xff\x7f", b"\x95" + b"\xff" * 8, b"\x81", b"\x85", b"o", b"R", b"b", b"0", b"2", b"]", b"}", b"("),
    *(b"t", b"u", b"Q", b"."),
]
_FORBIDDEN = {
    *("subprocess", "socket", "ctypes", "shutil", "pickle", "marshal", "pty", "exec", "compile", "import", "os.system"),
    *("os.exec", "os.fork", "os.posix_spawn", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.link"),
    *("os.symlink", "os.truncate", "code.__new__"),
}
"""Audit events, or what they begin with."""
_MACHINE = ("/proc/", "/sys/fs/cgroup/")
"""Where planning looks for free memory."""


class Hang(Exception):
    """A case that takes too long."""


def damaged(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """The bytes with one to four things changed."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        place = rng.randrange(len(out) + 1)
        kind = rng.randrange(8)
        if kind == 0 and out:
            out[place % len(out)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            out[place:place] = rng.randbytes(rng.choice((1, 2, 4, 8, 64)))
        elif kind == 2:
            del out[place : place + rng.choice((1, 2, 8, 64, 1 << 20))]
        elif kind == 3:
            width = rng.choice((1, 2, 4, 8))
            number = (rng.choice(_NUMBERS) + rng.randrange(-2, 3)) % (1 << 8 * width)
            out[place : place + width] = number.to_bytes(width, rng.choice(("little", "big")))
        elif kind == 4:
            start = rng.randrange(len(out) + 1)
            out[place:place] = out[start : start + rng.choice((1, 8, 64, 512))]
        elif kind == 5:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            length = rng.choice((1, 8, 64, 512))
            out[place : place + length] = other[start : start + length]
        elif kind == 6:
            out[place:place] = rng.choice(_PICKLE)
        elif out:
            out[place % len(out)] = rng.randrange(256)
    return bytes(out)


def changed(value: Any, rng: random.Random) -> Any:
    """A JSON value with something in it changed."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        kind = rng.randrange(5)
        rest = {name: each for name, each in value.items() if name != key}
        if kind == 0:
            return rest
        if kind == 1:
            return {**value, str(rng.choice(_VALUES)): value[key]}
        if kind == 2:
            return {**rest, key + rng.choice(("", ".", "\n", "weight")): rng.choice(_VALUES)}
        return {**value, key: changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.85:
        place = rng.randrange(len(value))
        kind = rng.randrange(4)
        if kind == 0:
            return value[:place] + value[place + 1 :]
        if kind == 1:
            return [*value, rng.choice(_VALUES)]
        return [*value[:place], changed(value[place], rng), *value[place + 1 :]]
    if isinstance(value, int) and rng.random() < 0.5:
        return rng.choice(_NUMBERS) * rng.choice((1, -1)) + rng.randrange(-2, 3)
    return rng.choice(_VALUES)


def damaged_json(data: bytes, rng: random.Random) -> bytes:
    value = json.loads(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        value = changed(value, rng)
    text = json.dumps(value)
    if rng.random() < 0.03:
        depth = rng.choice((50, 2000, 200_000))
        text = text.replace("1", "[" * depth + "]" * depth, 1)
    if rng.random() < 0.03:
        text = text.replace("{", '{"a": 1, "a": 2, ', 1)
    return text.encode("utf-8", "surrogatepass")


def damaged_header(data: bytes, rng: random.Random) -> bytes:
    """A safetensors file whose header is sound JSON that says something else."""
    length = int.from_bytes(data[:8], "little")
    header = damaged_json(data[8 : 8 + length], rng)
    return len(header).to_bytes(8, "little") + header + data[8 + length :]


def put(path: Path, content: bytes) -> None:
    """The content into a file that is there. Cut to nothing first, it would be flushed to the disk each time (ext4)."""
    with path.open("r+b", buffering=0) as file:
        file.write(content)
        file.truncate()


class Watch:
    """Notes what must not happen, once it is on."""

    def __init__(self, work: Path) -> None:
        self.work = str(work)
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self._heard)

    def _heard(self, event: str, details: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open":
            path = details[0]
            if not isinstance(path, int) and not os.path.abspath(os.fsdecode(path)).startswith((self.work, *_MACHINE)):
                self.seen.append(f"open {path!r}")
        elif event in _FORBIDDEN or event.partition(".")[0] in _FORBIDDEN:
            if "libnvidia-ml" not in str(details):
                self.seen.append(f"{event} {details!r}"[:200])


def data_bytes() -> int:
    """What this process has of memory of its own."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData"):
            return int(line.split()[1]) << 10
    raise OSError("no VmData here")


@contextmanager
def limited(nbytes: int) -> Iterator[None]:
    """No more memory than so much on top of what there is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (data_bytes() + nbytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def reader(target: str, work: Path) -> tuple[Path, Callable[[], object]]:
    """The file that is damaged, and what reads it."""
    from loadstone import AutoConfig, open_checkpoint, plan
    from loadstone.architectures import registry
    from loadstone.configs.bridged import transformers_has

    if target == "config":
        for family in registry.families().values():
            family.config().fields()  # what is imported is imported now
        transformers_has("no such type")
        return work / "config.json", lambda: (AutoConfig.from_pretrained(work), plan(work, device_map="cpu"))
    names = {
        "safetensors": "model.safetensors",
        "header": "model.safetensors",
        "pytorch": "pytorch_model.bin",
        "msgpack": "flax_model.msgpack",
        "hdf5": "tf_model.h5",
        "keras": "model.keras",
        "index": "model.safetensors.index.json",
    }
    path = work / names[target]
    return path, lambda: [tensor.nbytes for tensor in open_checkpoint(path).values()]


def main() -> None:
    seeds, work, target, seed, count = (
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        sys.argv[3],
        int(sys.argv[4]),
        int(sys.argv[5]),
    )
    from loadstone.errors import LoadstoneError

    rng = random.Random(f"{target} {seed}")
    contents = [path.read_bytes() for path in sorted((seeds / target).iterdir())]
    path, read = reader(target, work)
    for content in contents:  # what is imported is imported now
        path.write_bytes(content)
        read()
        for garbage in (b"", b"\x00" * 64, content[:-1], content[: len(content) // 2]):
            path.write_bytes(garbage)
            with suppress(LoadstoneError):
                read()

    def too_long(*_: object) -> None:
        raise Hang

    signal.signal(signal.SIGALRM, too_long)
    watch = Watch(work)
    failures: list[dict[str, Any]] = []
    outcomes = {"loaded": 0, "refused": 0}
    slowest = 0.0
    with limited(LIMIT_BYTES):
        for number in range(count):
            content = rng.choice(contents)
            if target in ("index", "config") and rng.random() < 0.8:
                content = damaged_json(content, rng)
            elif target == "header":
                content = damaged_header(content, rng)
            else:
                content = damaged(content, contents, rng)
            put(path, content)
            started = time.process_time()
            wrong = ""
            signal.setitimer(signal.ITIMER_REAL, 5 * LIMIT_S)
            watch.on = True
            try:
                read()
                outcomes["loaded"] += 1
            except LoadstoneError as error:
                outcomes["refused"] += 1
                str(error)
            except BaseException:  # noqa: BLE001 - the point is to find what nobody thought of
                wrong = traceback.format_exc(limit=-6)
            finally:
                watch.on = False
                signal.setitimer(signal.ITIMER_REAL, 0)
            elapsed = time.process_time() - started
            slowest = max(slowest, elapsed)
            if elapsed > LIMIT_S:
                wrong += f"took {elapsed:.1f} s"
            if watch.seen:
                wrong += f"did {watch.seen[:5]}"
                watch.seen.clear()
            if wrong:
                kept = work.parent / f"failure-{target}-{seed}-{number}"
                kept.write_bytes(content)
                failures.append({"case": number, "file": str(kept), "wrong": wrong})
                if len(failures) == 10:
                    break
    print(json.dumps({"target": target, "cases": number + 1, "slowest_s": slowest, **outcomes, "failures": failures}))


if __name__ == "__main__":
    main()
