"""Over how many ranks a model is asked to be spread: by ``distributed_config`` and ``tp_plan``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from loadstone.core.keywords import nearest
from loadstone.errors import ArgumentError

_PLAIN: Mapping[str, tuple[object, ...]] = {
    **dict.fromkeys(("pp_size", "ep_size", "dp_replicate_size"), (1,)),
    **dict.fromkeys(("enable_sequence_parallel", "enable_expert_parallel", "fsdp_cpu_offload"), (False,)),
    "fsdp_mixed_precision": (False,),
    "tp_plan": ("auto",),
    **dict.fromkeys(("fsdp_plan", "ep_plan"), ()),
    "ep_implementation": ("auto", "all_reduce"),
}
"""What else transformers' ``DistributedConfig`` has, and the values besides None that ask for nothing more."""


class MeshSizes(NamedTuple):
    """How many ranks share a layer's computing, and how many share its memory; one of them may follow from the number
    of ranks there are."""

    tp: int | None
    fsdp: int | None

    def over(self, ranks: int) -> tuple[int, int]:
        """Both, for so many ranks: tensor parallelism, FSDP. :class:`ArgumentError` where they do not make as many."""
        fsdp = self.fsdp or 1
        tp = ranks // fsdp if self.tp is None else self.tp
        if tp * fsdp != ranks:
            raise ArgumentError(
                f"tp_size {tp} and fsdp_size {fsdp} do not make {ranks}, the number of ranks. Start as many "
                "processes as their product, or give a device_mesh over some of the ranks."
            )
        return tp, fsdp


def mesh_sizes(distributed_config: object, tp_plan: object) -> MeshSizes | None:
    """What the two ask for; None where both are None.

    ``distributed_config``: a dict, or an object with its keys as attributes. Raises :class:`ArgumentError` for what
    Loadstone has not: other plans than its blueprints' own, pipelines, experts apart from the rest.
    """
    if tp_plan not in (None, "auto"):
        raise ArgumentError(
            f"tp_plan is {tp_plan!r}, expected 'auto': how a layer is split is said by its family's blueprint."
        )
    if distributed_config is None:
        return None if tp_plan is None else MeshSizes(None, 1)
    values = _values(distributed_config)
    tp, fsdp = (_size(name, values.get(name)) for name in ("tp_size", "fsdp_size"))
    has_plan = tp_plan is not None or values.get("tp_plan") is not None
    if tp is None and fsdp is None and not has_plan:
        raise ArgumentError("distributed_config says neither tp_size nor fsdp_size.")
    return MeshSizes(tp if tp is not None or has_plan else 1, fsdp)


def _values(config: object) -> Mapping[str, object]:
    known = ("tp_size", "fsdp_size", *_PLAIN)
    if isinstance(config, Mapping):
        values: Mapping[str, object] = config
        if unknown := [name for name in values if name not in known]:
            raise ArgumentError(f"distributed_config has {unknown[0]!r}. {nearest(str(unknown[0]), known)}".rstrip())
    elif hasattr(config, "tp_size") or hasattr(config, "fsdp_size"):
        values = {name: getattr(config, name, None) for name in known}
    else:
        raise ArgumentError(
            f"distributed_config is a {type(config).__name__}, expected a dict such as {{'tp_size': 2}}, or "
            "transformers' DistributedConfig."
        )
    for name, plain in _PLAIN.items():
        value = values.get(name)
        if value is not None and value not in plain:
            raise ArgumentError(f"distributed_config has {name}={value!r}; Loadstone has tp_size and fsdp_size.")
    return values


def _size(name: str, value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise ArgumentError(f"distributed_config has {name}={value!r}, expected a number of ranks, 1 or more.")
