"""The ranks of a device mesh, and PyTorch's store, in which they leave each other messages."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from torch import distributed, nn
from torch.distributed.distributed_c10d import PrefixStore, Store, _get_default_store

from loadstone.configs.load_options import Options
from loadstone.frameworks.ranks import Memory, Ranks
from loadstone.frameworks.torch.distributed.dtensors import meshes_of
from loadstone.frameworks.torch.distributed.meshes import checked_mesh, rank_count

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
    sets = {frozenset(_members(mesh)) for mesh in meshes}
    members = max(sets, key=len)
    if any(not each <= members for each in sets):
        members = frozenset().union(*(_members(mesh._get_root_mesh()) for mesh in meshes))
    return _ranks(sorted(members))


def ranks_holding(module: nn.Module) -> Ranks | None:
    """The ranks that hold a module together: those of the meshes of its DTensors; None where it has none."""
    meshes = meshes_of(module)
    return ranks_of(meshes) if meshes else None


def ranks_of_options(options: Options) -> Ranks | None:
    """The ranks that ``device_mesh``, ``tp_plan`` and ``distributed_config`` ask for; no mesh is made yet.

    Raises :class:`ArgumentError` as :func:`~loadstone.frameworks.torch.distributed.meshes.meshes` does.
    """
    if options.device_mesh is not None:
        return ranks_of([checked_mesh(options.device_mesh)])
    return _ranks(range(rank_count()))


def _members(mesh: DeviceMesh) -> list[int]:
    numbers: list[int] = mesh.mesh.flatten().tolist()
    return numbers


def _ranks(members: Iterable[int]) -> Ranks | None:
    rank, numbers, world = distributed.get_rank(), tuple(members), distributed.group.WORLD
    if rank not in numbers or len(numbers) == 1 or world is None or distributed.get_backend() == "fake":
        return None  # the fake backend plays one rank of many, in one process
    memory = _memories.setdefault(world, {}).setdefault((*numbers, rank), Memory())
    is_agents = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"  # torchrun's agent keeps it
    return Ranks(TorchStore(_get_default_store()), numbers, rank, memory, rank == 0 and not is_agents)
