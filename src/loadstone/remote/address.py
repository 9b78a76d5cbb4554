"""``s3://bucket/prefix`` and the like: what stands where, and what an address may hold."""

from __future__ import annotations

from typing import NamedTuple

from loadstone.errors import ArgumentError

KINDS = {
    "s3": "s3",
    "s3a": "s3",
    "gs": "gs",
    "gcs": "gs",
    "az": "az",
    "azure": "az",
    "abfs": "az",
    "abfss": "az",
    "https": "https",
    "http": "https",
}
"""Scheme → the kind of store that is asked."""
_FORBIDDEN = "\\?#%\0\n\r\t "


class Address(NamedTuple):
    """A folder, or a file, at a store or a server."""

    scheme: str
    host: str
    """The bucket, the container, or the server with its port."""
    path: str
    """Below it, without slashes at the ends; empty for all of it."""

    @property
    def kind(self) -> str:
        """``"s3"``, ``"gs"``, ``"az"`` or ``"https"``."""
        return KINDS[self.scheme]

    @property
    def parent(self) -> Address:
        """The folder that it lies in."""
        return self._replace(path=self.path.rpartition("/")[0])

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}/{self.path}".rstrip("/")

    def inside(self, name: str) -> Address:
        """What has that name, or path, in this folder."""
        return self._replace(path=f"{self.path}/{name}".strip("/"))


def parse(text: str) -> Address:
    """The parts of an address.

    :raises ArgumentError: another scheme than those that are known, no bucket or server; ``..``, a query, a fragment
        or a password in it. Credentials are not repeated.
    """
    scheme, _, rest = text.partition("://")
    scheme = scheme.lower()
    if scheme not in KINDS:
        raise ArgumentError(f"{scheme}://…: expected an address of {', '.join(f'{each}://' for each in KINDS)}")
    host, _, path = rest.partition("/")
    if "@" in host or "?" in rest or "#" in rest:
        raise ArgumentError(
            f"An address that begins with {scheme}:// holds a password, a query or a fragment, which is not taken "
            "from there: addresses come into messages and reports. Give credentials by the environment, or by "
            "storage_options="
        )
    path = path.removesuffix("/")
    parts = path.split("/") if path else []
    if not host or any(part in ("", ".", "..") for part in parts) or any(each in rest for each in _FORBIDDEN):
        raise ArgumentError(f"{text!r}: expected scheme://bucket/folder, of plain names")
    return Address(scheme, host, "/".join(parts))
