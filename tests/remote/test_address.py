"""Addresses: what stands where in them, what they may not hold, and paths that are none of this machine's."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from loadstone.core.paths import local_path
from loadstone.core.remote_path import RemotePath, is_address
from loadstone.errors import ArgumentError
from loadstone.remote.address import parse
from loadstone.transfer.regular_file import UnusableFile, open_file


def test_the_parts_of_an_address() -> None:
    address = parse("S3://bucket/a/b/")
    assert str(address) == "s3://bucket/a/b" and address.kind == "s3" and address.name == "b"
    assert str(address.parent.inside("c/d.json")) == "s3://bucket/a/c/d.json"
    assert str(parse("https://host:8000").inside("x")) == "https://host:8000/x"
    kinds = {"gs://b": "gs", "az://b": "az", "abfss://b": "az", "http://h": "https", "s3a://b": "s3"}
    assert {text: parse(text).kind for text in kinds} == kinds


@pytest.mark.parametrize("address", ["s3://", "s3:///x", "s3://bucket/a/../b", "s3://bucket/a b", "s3://bucket//a"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(ArgumentError, match="expected scheme://bucket/folder"):
        parse(address)


@pytest.mark.parametrize(
    "address",
    ["https://user:PASSWORD@host/x", "https://host/x?sig=PASSWORD", "s3://bucket/x#PASSWORD", "ftp://host/PASSWORD"],
)
def test_what_may_be_a_secret_is_not_repeated(address: str) -> None:
    with pytest.raises(ArgumentError) as raised:
        parse(address)
    assert "PASSWORD" not in str(raised.value)


def test_what_is_an_address() -> None:
    assert all(map(is_address, ("s3://b", "HTTPS://h/x", "abfs+x://b")))
    assert not any(map(is_address, ("owner/name", "./s3://b", "/s3://b", "s3:/b", Path("s3://b"), None, 3)))


def test_nothing_is_written_to_an_address() -> None:
    with pytest.raises(ArgumentError, match="found an address, s3://…"):
        local_path("s3://bucket/folder")


def test_a_path_that_is_not_on_this_machine() -> None:
    path = RemotePath.of("s3://bucket/a/x.safetensors", None, "1")
    assert str(path) == "s3://bucket/a/x.safetensors" and str(path.parent / "y") == "s3://bucket/a/y"
    assert path == RemotePath("s3://bucket/a/x.safetensors") and len({path, RemotePath(str(path))}) == 1
    again = pickle.loads(pickle.dumps(path))
    assert (again, again.version, again.source) == (path, "1", None)
    with pytest.raises(UnusableFile):
        open_file(path)
