"""The processes of ``jax.distributed`` that a mesh lies on, and the service in which they leave each other messages."""

from __future__ import annotations

from typing import Any

import jax
from jax.sharding import Mesh

from loadstone.configs.load_options import Options
from loadstone.frameworks.ranks import Memory, Ranks

_memories: dict[tuple[int, ...], Memory] = {}
"""Client, members, and this process's number after them → what this process remembers."""


class JaxStore:
    """JAX's coordination service, under names that begin with ``loadstone/``."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def put(self, key: str, value: bytes) -> None:
        """Write one, over what was there."""
        self._client.key_value_set_bytes(f"loadstone/{key}", value, allow_overwrite=True)

    def peek(self, key: str) -> bytes | None:
        """Read one; None where there is none."""
        try:
            value: bytes = self._client.key_value_try_get_bytes(f"loadstone/{key}")
        except RuntimeError as error:
            if str(error).startswith("NOT_FOUND"):
                return None
            raise
        return value

    def delete(self, key: str) -> None:
        """Remove one, if it is there."""
        self._client.key_value_delete(f"loadstone/{key}")


def ranks_of_options(options: Options) -> Ranks | None:
    """The processes that have devices of the mesh in ``sharding``; None where this one has them all."""
    mesh = options.sharding[0] if isinstance(options.sharding, tuple) and options.sharding else options.sharding
    client = _client()
    if not isinstance(mesh, Mesh) or client is None:
        return None
    members = tuple(sorted({device.process_index for device in mesh.devices.flat}))
    rank = jax.process_index()
    if rank not in members or len(members) == 1:
        return None
    memory = _memories.setdefault((id(client), *members, rank), Memory())
    return Ranks(JaxStore(client), members, rank, memory, rank == 0)


def _client() -> Any:
    """That of the coordination service, which has no public name; None without ``jax.distributed.initialize()``."""
    if not jax.distributed.is_initialized():
        return None
    from jax._src.distributed import global_state

    return global_state.client
