"""Where a model goes: one device, or spread over a mesh by a rule for each slot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import jax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from loadstone.architectures.components.base import Component
from loadstone.architectures.parallel import chosen_split, tensor_parallel
from loadstone.errors import ArgumentError

_MODEL_AXES = ("model", "tensor", "tp", "mp")
"""What a mesh's axis for tensor parallelism is called."""
_HOW = (
    "Give a jax.sharding.Mesh, or a mesh and rules: "
    "sharding=(mesh, {r'\\.q_proj\\.weight$': jax.sharding.PartitionSpec('model', None)})."
)


class Placement(NamedTuple):
    """One device (None: JAX's default), or a mesh with rules."""

    device: jax.Device | None = None
    mesh: Mesh | None = None
    rules: tuple[tuple[re.Pattern[str], PartitionSpec], ...] = ()
    """Pattern, searched for in a slot's name, and how such a slot is split; the first that matches counts."""

    def __str__(self) -> str:
        if self.mesh is not None:
            return "mesh " + ", ".join(f"{axis}={size}" for axis, size in self.mesh.shape.items())
        return str(self.device or default_device())

    def shardings(self, component: Component | None, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, NamedSharding]:
        """How each slot is spread over the mesh: by the first rule, else by the blueprint's default.

        Raises :class:`ArgumentError` where a rule's parts do not come out even.
        """
        assert self.mesh is not None
        default = _default_specs(self.mesh, component, shapes)
        shardings, faults = {}, []
        for name, shape in shapes.items():
            rules = (spec for pattern, spec in self.rules if pattern.search(name))
            spec = next(rules, default.get(name, PartitionSpec()))
            try:
                shardings[name] = NamedSharding(self.mesh, spec)
                shardings[name].check_compatible_aval(shape)
                shardings[name].shard_shape(shape)
            except ValueError:
                faults.append(f"{name} of shape {shape} by {spec}")
        if faults:
            raise ArgumentError(f"sharding: the mesh {dict(self.mesh.shape)} does not divide {'; '.join(faults)}.")
        return shardings


def _default_specs(
    mesh: Mesh, component: Component | None, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, PartitionSpec]:
    """Tensor parallelism over the mesh's axis for it; what its size does not divide stays whole."""
    axis = next((name for name in _MODEL_AXES if name in mesh.axis_names), mesh.axis_names[-1])
    specs = {}
    for name, ways in ({} if component is None else tensor_parallel(component)).items():
        split = chosen_split(ways, mesh.shape[axis])
        if split is not None and name in shapes:
            specs[name] = PartitionSpec(
                *(axis if dimension == split.axis else None for dimension in range(len(shapes[name])))
            )
    return specs


def placement(device_map: object, sharding: object) -> Placement:
    """Where the caller wants the model; :class:`ArgumentError` for what JAX cannot do here."""
    if sharding is None:
        return Placement(_device_of(device_map))
    if device_map is not None:
        raise ArgumentError("Give device_map= for one device, or sharding= for several, not both.")
    if isinstance(sharding, Mesh):
        return Placement(mesh=_automatic(sharding))
    if not isinstance(sharding, tuple) or len(sharding) != 2 or not isinstance(sharding[0], Mesh):
        raise ArgumentError(f"sharding is {sharding!r}. {_HOW}")
    mesh, rules = sharding
    if not isinstance(rules, Mapping):
        raise ArgumentError(f"sharding: the rules are a {type(rules).__name__}, expected a dict. {_HOW}")
    compiled = []
    for pattern, spec in rules.items():
        if not isinstance(pattern, str) or not isinstance(spec, PartitionSpec):
            raise ArgumentError(f"sharding: {pattern!r}: {spec!r} is no pattern with its PartitionSpec. {_HOW}")
        try:
            compiled.append((re.compile(pattern), spec))
        except re.error as error:
            raise ArgumentError(f"sharding: {pattern!r} is no regular expression: {error}.") from None
    return Placement(mesh=_automatic(mesh), rules=tuple(compiled))


def _automatic(mesh: Mesh) -> Mesh:
    """The mesh with axes over which XLA spreads the work by itself, whatever kind the caller's are."""
    return Mesh(mesh.devices, mesh.axis_names)


def default_device() -> jax.Device:
    """Where JAX puts arrays."""
    chosen = jax.config.jax_default_device  # type: ignore[attr-defined]
    return chosen if isinstance(chosen, jax.Device) else jax.local_devices(backend=chosen)[0]


def _device_of(device_map: object) -> jax.Device | None:
    """One device from a ``device_map``: a JAX device, a name, an index, or a dict with the one key ``""``."""
    if isinstance(device_map, Mapping):
        if set(device_map) != {""}:
            raise ArgumentError(
                "device_map spreads the model over several devices by module, which JAX does not do. Give one device, "
                "such as device_map='gpu:0', or spread every slot over a mesh with sharding=."
            )
        device_map = device_map[""]
    if device_map is None or isinstance(device_map, jax.Device):
        return device_map
    if device_map == "auto":
        return default_device()
    kind, _, number = ("", "", str(device_map)) if isinstance(device_map, int) else str(device_map).partition(":")
    try:
        devices = jax.local_devices(backend=kind or None)
        if isinstance(device_map, bool) or not isinstance(device_map, int | str):
            raise ValueError("it is neither a JAX device nor a name nor an index")
        index = int(number or 0)
        if not 0 <= index < len(devices):
            raise ValueError(f"there are {len(devices)} such devices")
        return devices[index]
    except (RuntimeError, ValueError) as error:
        text = str(error).splitlines()[0]
        raise ArgumentError(
            f"device_map is {device_map!r}, which JAX cannot use here: {text}. It has {_names(jax.local_devices())}."
        ) from None


def _names(devices: list[jax.Device]) -> str:
    return ", ".join(f"'{device.platform}:{index}'" for index, device in enumerate(devices))
