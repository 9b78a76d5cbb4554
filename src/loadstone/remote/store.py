"""What is asked of an object store or a web server: ranges of one object, as it was when it was first looked at.

The one file that knows obstore, which retries what may pass (errors of the server, connections that break, bodies that
are cut short), goes on where a body ended, and finds credentials where the tools of each store do. Its own messages
hold addresses and answers of servers, which may hold secrets: only what is recognized in them is passed on.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from loadstone.errors import ArgumentError, CorruptCheckpoint, Fault, FrameworkNotInstalled, RemoteError
from loadstone.remote.address import Address

if TYPE_CHECKING:
    from obstore.store import ObjectStore

STALL_S = 60.0
"""For so long no byte may come, all tries together."""
_OWN_OPTIONS = ("timeout", "headers", "client_options", "retry_config")
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
"""Variables of the environment that say where a store is; one that says so without TLS means it."""
_CHUNK_BYTES = 256 << 10
"""Of a body, handed on at once: longer ones are new memory each time, whose page faults cost as much as the bytes."""
_MOST_TRIES = 10
"""Where a body broke off, and the client does not go on by itself."""
_STATUS = re.compile(r"(?:status code: |status: )(\d{3})")
_CODE = re.compile(r"<Code>(\w{1,40})</Code>")
_CHANGED = "Was it replaced while it was loaded? Load the model again"


class Stamp(NamedTuple):
    """What tells an object from another that has its name."""

    nbytes: int
    etag: str | None
    version: str | None
    modified: str


class Store:
    """One bucket, container or server. Safe to share between threads, and to pickle (with its options)."""

    def __init__(self, root: Address, options: Mapping[str, Any] | None = None, is_fixed: bool = False) -> None:
        """``root``: without a path. ``options``: what the store itself takes (``endpoint``, ``region``,
        ``skip_signature``, …), and ``timeout`` in seconds and ``headers``. ``is_fixed``: what an address names never
        changes, and ETags need not be compared.

        :raises ArgumentError: an option that is not known. :raises FrameworkNotInstalled: obstore is not installed.
        """
        if not isinstance(options or {}, Mapping):
            raise ArgumentError(f"storage_options is a {type(options).__name__}, expected a dict")
        self.root, self._options, self._is_fixed = root, dict(options or {}), is_fixed
        timeout = self._options.get("timeout", STALL_S)
        if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout < 1e6:
            raise ArgumentError("storage_options: 'timeout' is a number of seconds, above 0")
        self.timeout = float(timeout)
        self._store = self._made()

    def __reduce__(self) -> tuple[object, ...]:
        return Store, (self.root, self._options, self._is_fixed)

    def __repr__(self) -> str:
        return f"<Store {self.root}>"

    def _made(self) -> ObjectStore:
        stores, errors = _obstore().store, _obstore().exceptions
        kinds = {"s3": stores.S3Store, "gs": stores.GCSStore, "az": stores.AzureStore}
        given = {name: value for name, value in self._options.items() if name not in _OWN_OPTIONS}
        hosts = [given.get("endpoint") or given.get("base_url"), *map(os.environ.get, _ENDPOINTS)]
        host = str(next(filter(None, hosts), ""))
        is_plain = self.root.scheme == "http" or (self.root.kind != "https" and host.startswith("http://"))
        settings: dict[str, Any] = {
            "client_options": {
                **({"allow_http": True} if is_plain else {}),
                "connect_timeout": timedelta(seconds=min(self.timeout / 3, 10)),
                "read_timeout": timedelta(seconds=self.timeout / 3),
                "timeout": timedelta(seconds=10 * self.timeout),
                "user_agent": "loadstone",
                **({"default_headers": self._options["headers"]} if "headers" in self._options else {}),
                **self._options.get("client_options", {}),
            },
            "retry_config": {
                "max_retries": 10,
                "retry_timeout": timedelta(seconds=self.timeout),
                **self._options.get("retry_config", {}),
            },
        }
        try:
            if self.root.kind == "https":
                if given:
                    raise ArgumentError(f"storage_options: a web server takes no {', '.join(sorted(given))}")
                store: ObjectStore = stores.HTTPStore(str(self.root), **settings)
                return store
            if self.root.kind == "s3":
                given = {"region": "us-east-1", **given} if "endpoint" in given else given
            store = kinds[self.root.kind](self.root.host, **given, **settings)
            return store
        except ArgumentError:
            raise
        except (errors.BaseError, TypeError, ValueError) as error:
            named = ", ".join(sorted(name for name in self._options if name in str(error))) or "an option"
            raise ArgumentError(
                f"storage_options: {named} is not one of {self.root.scheme}:// addresses, or has a value that obstore "
                f"does not take ({type(error).__name__})"
            ) from None

    def look(self, path: str, nbytes: int) -> tuple[Stamp, bytes] | None:
        """What tells an object apart, and its first bytes: ``nbytes``, or as many as it has. None: there is none.

        Raises :class:`RemoteError`.
        """
        address = self.root.inside(path)
        tries = 0
        while True:
            try:
                with self._explained(address, is_pinned=False):
                    found = _obstore().get(self._store, path, options={"range": (0, nbytes)})
                    return self._stamp(found.meta), bytes(found.bytes())
            except FileNotFoundError:
                return None
            except _Broken as broken:
                tries += 1
                if tries == _MOST_TRIES:
                    raise RemoteError(str(broken)) from None

    def fill(self, path: str, stamp: Stamp, start: int, buffer: memoryview) -> None:
        """Fill a buffer from byte ``start`` on.

        :raises CorruptCheckpoint: it is another object by now, or gone. :raises RemoteError: it cannot be had.
        """
        done, tries = 0, 0
        while done < len(buffer):
            before = done
            try:
                for chunk in self._chunks(path, stamp, start + done, start + len(buffer)):
                    buffer[done : done + len(chunk)] = chunk
                    done += len(chunk)
            except _Broken as broken:
                tries += 1
                # With an ETag to demand, the client goes on by itself, as often as is good.
                if _is_strong(stamp.etag) or tries == _MOST_TRIES:
                    raise RemoteError(str(broken)) from None
            else:
                if done == before:
                    raise RemoteError(f"{self.root.inside(path)}: the server sent nothing. Try again")

    def _chunks(self, path: str, stamp: Stamp, start: int, end: int) -> Iterator[bytes]:
        """Bytes ``start`` to ``end`` of that very object, some at a time."""
        address = self.root.inside(path)
        options: dict[str, Any] = {"range": (start, end)}
        if _is_strong(stamp.etag):
            options["if_match"] = stamp.etag
        if stamp.version is not None:
            options["version"] = stamp.version
        try:
            with self._explained(address, is_pinned="if_match" in options):
                found = _obstore().get(self._store, path, options=options)
                if self._stamp(found.meta) != stamp:
                    raise changed(address, f"{found.meta['size']} bytes under another ETag or date")
                if found.range != (start, end):
                    raise RemoteError(f"{address}: asked for bytes {start} to {end}, got others. Check the server")
                yield from found.stream(min_chunk_size=_CHUNK_BYTES)
        except FileNotFoundError:
            raise changed(address, "none") from None

    def _stamp(self, meta: Mapping[str, Any]) -> Stamp:
        if self._is_fixed:
            return Stamp(int(meta["size"]), None, None, "")
        return Stamp(int(meta["size"]), meta.get("e_tag"), meta.get("version"), str(meta.get("last_modified")))

    @contextmanager
    def _explained(self, address: Address, is_pinned: bool) -> Iterator[None]:
        """obstore's errors as ours: :class:`CorruptCheckpoint` for an object that was replaced, :class:`_Broken` for a
        connection that broke, :class:`RemoteError` for all others; a :class:`FileNotFoundError` passes.

        ``is_pinned``: an ETag was demanded."""
        errors = _obstore().exceptions
        try:
            yield
        except errors.PreconditionError:
            if not is_pinned:  # the client went on by itself, with an ETag that the server does not compare
                raise _Broken(f"{address}: the connection broke again and again. Try again") from None
            raise changed(address, "another, or another version") from None
        except errors.BaseError as error:
            status = _STATUS.search(str(error))
            number = int(status[1]) if status else 0
            told = f"{address}: {_told(str(error), number, address)}"
            if "kind: Interrupted" in str(error):
                raise _Broken(told) from None
            explained = RemoteError(told)
            explained.status = number
            raise explained from None


def _is_strong(etag: str | None) -> bool:
    """Whether a server compares it: of a weak one (``W/"…"``) it never says that it matches (RFC 9110, 13.1.1)."""
    return etag is not None and not etag.startswith("W/")


class _Broken(Exception):
    """Internal: a connection broke in the middle of a body."""


def changed(address: Address, found: str) -> CorruptCheckpoint:
    """An object is not what it was."""
    return CorruptCheckpoint([Fault(str(address), "the object that was there a moment ago", found, _CHANGED)])


def _told(text: str, number: int, address: Address) -> str:
    """What went wrong and what to do, without any of the words of a server. ``number``: the status, or 0."""
    code = _CODE.search(text)
    answered = f"the server answered {number}" + (f" ({code[1]})" if code else "")
    environment = {"s3": "AWS_", "gs": "GOOGLE_", "az": "AZURE_"}.get(address.kind)
    credentials = (
        f"give credentials by the environment ({environment}…) or by storage_options="
        if environment
        else "give credentials by storage_options={'headers': {'Authorization': …}}"
    )
    if "169.254." in text or "metadata.google" in text:
        return f"no credentials were found: {credentials}; for what everybody may read, {{'skip_signature': True}}"
    if number in (400, 401, 403):
        return f"{answered}. Check the address, and whether the credentials are right and not expired: {credentials}"
    if number in (301, 307) or "incorrectly configured region" in text:
        return "the bucket is in another region: name that by AWS_REGION or storage_options={'region': …}"
    if number == 429:
        return f"{answered}, too many requests, again and again. Wait, then try again"
    if number >= 500:
        return f"{answered}, again and again. Try again later"
    if number == 416:
        return f"{answered}: the file is empty"
    if number:
        return f"{answered}. Check the address"
    if "non-partial" in text or "Range request not supported" in text:
        return "the server does not answer ranges of a file. Download the file, and load it from the disk"
    if "kind: Timeout" in text or "TimedOut" in text:
        return "no byte came for too long. Try again, or give more time: storage_options={'timeout': seconds}"
    if "kind: Connect" in text:
        return "the server could not be reached. Check the address and the connection"
    if "kind: Interrupted" in text or "IncompleteBody" in text:
        return "the connection broke again and again before all bytes came. Try again"
    return "the server's answers cannot be used. Check the address"


@functools.cache
def _process() -> int:
    """The process in which the client was first used."""
    return os.getpid()


def _obstore() -> Any:
    if _process() != os.getpid():
        raise RemoteError(
            "This process was forked from one that had read remote files, and the client's threads did not come along. "
            "Start workers with the method 'spawn'"
        )
    try:
        import obstore
        import obstore.exceptions
        import obstore.store
    except ModuleNotFoundError:
        raise FrameworkNotInstalled(
            "Remote checkpoints need obstore, which is not installed. Install it with: pip install 'loadstone[remote]'"
        ) from None
    return obstore
