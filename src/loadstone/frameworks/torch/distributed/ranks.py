"""The ranks of a device mesh, and PyTorch's store, in which they leave each other messages."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from torch import distributed, nn
from torch.distributed.distributed_c10d import PrefixStore, Store, _get_default_store

from loadstone.frameworks.ranks import Memory, Ranks

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup
    from torch.distributed.device_mesh import DeviceMesh

_ABSENT = "-"
"""What an absent key is read as; no value of ours is this."""

_memories: WeakKeyDictionary[ProcessGroup, dict[tuple[int, ...], Memory]] = WeakKeyDictionary()
"""Default group → members, and this rank's number after them → what that rank remembers. They end with the group."""


class TorchStore:
    """The store of the default process group, under names that begin with ``loadstone/``.

    It is read by ``compare_set``, the one way to read a key that never waits for it to be there.
    """

    def __init__(self, store: Store) -> None:
        self._store: Any = PrefixStore("loadstone", store)  # whose set() takes bytes, which its types do not say

    def put(self, key: str, value: bytes) -> None:
        """Write one, over what was there."""
        self._store.set(key, b"=" + value)  # an empty one would be no key in some stores

    def peek(self, key: str) -> bytes | None:
        """Read one; None where there is none."""
        value: bytes = self._store.compare_set(key, _ABSENT, _ABSENT)
        return None if value == _ABSENT.encode() else value[1:]

    def delete(self, key: str) -> None:
        """Remove one, if it is there."""
        self._store.delete_key(key)


def ranks_of(meshes: Iterable[DeviceMesh]) -> Ranks | None:
    """The ranks of these meshes, which overlap; None where this process holds all of what is on them.

    Of meshes of which none has all ranks of the others, it is the ranks of the mesh that they are slices of.
    """
    meshes = list(meshes)
    if not meshes or not distributed.is_initialized() or distributed.get_backend() == "fake":
        return None  # the fake backend plays one rank of many, in one process
    sets = {frozenset(_members(mesh)) for mesh in meshes}
    members = max(sets, key=len)
    if any(not each <= members for each in sets):
        members = frozenset().union(*(_members(mesh._get_root_mesh()) for mesh in meshes))
    rank = distributed.get_rank()
    if rank not in members or len(members) == 1:
        return None
    return Ranks(_store(), tuple(sorted(members)), rank, _memory(tuple(sorted(members)), rank))


def ranks_holding(module: nn.Module) -> Ranks | None:
    """The ranks that hold a module together: those of the meshes of its DTensors; None where it has none."""
    if "torch.distributed.tensor" not in sys.modules:
        return None
    from torch.distributed.tensor import DTensor

    tensors = [*module.parameters(), *module.buffers()]
    return ranks_of(dict.fromkeys(tensor.device_mesh for tensor in tensors if isinstance(tensor, DTensor)))


def _members(mesh: DeviceMesh) -> list[int]:
    numbers: list[int] = mesh.mesh.flatten().tolist()
    return numbers


def _store() -> TorchStore:
    return TorchStore(_get_default_store())


def _memory(members: tuple[int, ...], rank: int) -> Memory:
    world = distributed.group.WORLD
    assert world is not None
    return _memories.setdefault(world, {}).setdefault((*members, rank), Memory())
