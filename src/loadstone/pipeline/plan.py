"""Plan a load: the device, size and source of everything, from headers alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from loadstone.architectures import components, registry
from loadstone.architectures.components.base import Component
from loadstone.architectures.naming import naming_of
from loadstone.architectures.structure import BlueprintStructure
from loadstone.architectures.tasks import TASKS
from loadstone.configs.bridged import BridgedConfig
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.configs.read import values_beside
from loadstone.core.naming import Naming
from loadstone.core.placement_options import MaxMemory
from loadstone.core.structure import Structure
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.errors import ArgumentError, UnknownModelType
from loadstone.frameworks.registry import require_torch
from loadstone.pipeline.rank_forecasts import mesh_sizes, plans_of_ranks, rank_forecast
from loadstone.pipeline.resolve import Request, ResolvedModel, resolve, unknown_keywords
from loadstone.pipeline.select_class import AUTO_CLASSES, AutoTarget, FromFamily, FromTransformers, named_head, pick
from loadstone.planning.layout import Layout, Machine, layout
from loadstone.planning.match import Gaps, LoadPlan, MatchOptions, match
from loadstone.planning.mesh import stored_bytes
from loadstone.planning.split import CPU, DISK, Place
from loadstone.planning.ties import match_untied
from loadstone.planning.weights import weights_of
from loadstone.reporting.forecast import Forecast, Module
from loadstone.reporting.load_report import LoadReport
from loadstone.sources.private_folder import removing_folders
from loadstone.transfer.machine import USED_SHARE, accelerator_bytes, available_bytes, may_have_other_accelerators


@removing_folders()
def plan(
    path_or_id: str | os.PathLike[str],
    *,
    device_map: object = "auto",
    max_memory: MaxMemory | None = None,
    dtype: object = None,
    head: str | None = None,
    mesh: Mapping[str, int] | None = None,
    **options: object,
) -> Forecast:
    """What :meth:`from_pretrained` of PyTorch's classes would do with the same arguments. Reads headers only; of
    a model that the config ties and whose file holds both tensors, these too, up to the first difference.

    ``dtype`` as ``torch_dtype`` there: float32 where not given, ``"auto"`` as stored. ``head`` is a task
    (``"causal-lm"``, …, ``"model"`` for the bare model); without it the class that ``config.json`` names. ``options``
    are further keywords of ``from_pretrained``: ``subfolder``, ``variant``, ``revision``, ``dequantize``,
    ``max_batch``, ``max_length``, ``config``, overridden config keys, and the like; of files under a ``lock`` the
    configs are compared, not the weights, which are not read. Without ``max_memory`` the budgets are 90 % of what is
    free now: NVIDIA GPUs', and on the CPU the memory that the system or this process's control group leaves. With it
    the plan may be for another machine: accelerators that it names need not be present.

    ``mesh``: how many ranks share the model along each axis, such as ``{"tp": 8, "fsdp": 2}``; the forecast then is
    that of rank 0, and lists what every rank holds and reads. Each has one device, so ``device_map`` stays out.

    Raises what loading raises for a map, a budget or a checkpoint that cannot be used. It does not ask whether a
    library that quantizes is installed.
    """
    axes = None if mesh is None else mesh_sizes(mesh)
    if axes is not None:
        if device_map not in ("auto", None):
            raise ArgumentError(f"device_map is {device_map!r}: with mesh= each rank has one device. Leave it out.")
        device_map = None
    requested, others = Options.split({**options, "device_map": device_map, "max_memory": max_memory, "dtype": dtype})
    if requested.state_dict is not None:
        raise ArgumentError("plan reads the headers of files, and with state_dict= there are none. Leave it out.")
    if requested.is_spread:
        raise ArgumentError("plan takes mesh={'tp': …, 'fsdp': …} for device_mesh, tp_plan and distributed_config.")
    resolved = resolve(Request(path_or_id, AutoTarget("", head), requested, others), LoadReport())
    config = resolved.config
    subject = _bridged(resolved, head) if isinstance(config, BridgedConfig) else _foreseen(resolved, head)
    checkpoint = resolved.open("torch")
    assert checkpoint is not None  # for there is no state_dict
    if resolved.unused:
        raise unknown_keywords("plan", resolved.unused, type(config), requested.config)
    wanted = requested.wanted_dtype(config, checkpoint)
    described = subject(wanted)
    matching = partial(
        match,
        described.slots,
        checkpoint,
        options=MatchOptions(requested.strict, requested.ignore_mismatched_sizes, requested.key_mapping),
        same=_alike,
        gaps=Gaps(checkpoint.absent, checkpoint.passed_over),
    )

    def untie(names: Collection[str]) -> None:
        nonlocal described
        config.untie(names)
        described = subject(wanted)

    matched = match_untied(matching, lambda: described.naming, untie)
    placing = requested.placement(wanted, described.dtypes, config.get("quantization_config"))
    of_ranks = [matched] if axes is None else list(plans_of_ranks(matched, described.component, axes))
    planned = layout(of_ranks[0], described.structure, placing, _machine())
    read_bytes = checkpoint.nbytes if axes is None else stored_bytes(of_ranks[0])
    forecast = _forecast(str(path_or_id), described.structure.class_name, wanted, planned, matched, read_bytes)
    ranks = () if axes is None else (rank_forecast(n, each, axes, planned.dtypes) for n, each in enumerate(of_ranks))
    return replace(forecast, passed_over=checkpoint.passed_over, ranks=tuple(ranks))


class Described(NamedTuple):
    """A model without memory, as far as a plan needs it."""

    slots: Sequence[Slot]
    naming: Naming
    structure: Structure
    dtypes: Mapping[str, DType]
    """Slots with a dtype of their own."""
    component: Component | None = None
    """Its blueprint, of a class of a family."""


Subject = Callable[[DType], Described]
"""The model in a dtype, as its config ties it by now."""


def _bridged(resolved: ResolvedModel, head: str | None) -> Subject:
    """The model of transformers' class, which is built without memory to find out what it takes."""
    auto_class = "" if head is None else TASKS[head].auto_class if head in TASKS else head
    made_by = pick(AutoTarget(auto_class, head), "torch", resolved.config, resolved.gate)
    framework = require_torch()
    assert isinstance(made_by, FromTransformers)
    cls = framework.transformers_class(*made_by)

    def described(dtype: DType) -> Described:
        model = framework.skeleton(cls, resolved.config, (), {}, dtype)
        kept = framework.kept_dtypes(model, dtype)
        return Described(framework.slots(model), framework.naming(model), framework.structure(model), kept)

    return described


def _alike(one: StoredTensor, other: StoredTensor) -> bool:
    from loadstone.materialize.equality import stored_alike  # needs NumPy, which few plans do

    return stored_alike(one, other)


def _foreseen(resolved: ResolvedModel, head: str | None) -> Subject:
    """The model of a family's class, for the task asked for, or the class that the config names; from its blueprint.

    Raises :class:`UnknownModelType` where no class is named, and for one that is no family's: only making the model
    would tell what it takes.
    """
    config = resolved.config
    if head is None:
        head = _named_task(config, resolved)
    made_by = pick(AutoTarget(AUTO_CLASSES.get(head, ""), head), "torch", config, resolved.gate)
    if isinstance(made_by, type) and getattr(made_by, "head_spec", None) is not None:  # registered, and a family's
        made_by = FromFamily(made_by.family_spec, made_by.head_spec)
    if not isinstance(made_by, FromFamily):
        raise UnknownModelType(
            f"{resolved.gate.source or 'The model'} is built by {made_by}, whose tensors are known only once it is "
            "built. plan knows the families that Loadstone has."
        )
    family, spec = made_by
    component = spec.blueprint(config)
    slots, structure = list(components.slots(component)), BlueprintStructure(component, spec.class_name)
    return lambda dtype: Described(slots, naming_of(family, spec, component, config), structure, {}, component)


def _named_task(config: PretrainedConfig, resolved: ResolvedModel) -> str:
    """The task of the class that the config names; a config of the caller's that names none leaves it to the file."""
    family = registry.family(config.model_type)
    named: object = config.architectures
    if named is None and resolved.options.config is not None:
        values = values_beside(resolved.source) if resolved.gguf is None else resolved.gguf.config
        named = (values or {}).get("architectures")
    names = named if isinstance(named, list) else []
    head = named_head(family, names)
    if head is None:
        reason = f"names {', '.join(map(str, names))}, which is no class here" if names else "names no class"
        known = ", ".join(spec.task for spec in family.heads)
        raise UnknownModelType(f"config.json {reason}. Say what to plan for with head=…: one of {known}.")
    return head.task


def _machine() -> Machine:
    """This machine, as far as it is known without a framework; ``max_memory`` may describe another."""
    accelerators = accelerator_bytes()
    free: list[tuple[Place, int]] = [*accelerators.items(), (CPU, available_bytes())]
    is_known = bool(accelerators) or not may_have_other_accelerators()
    return Machine(
        {device: int(USED_SHARE * nbytes) for device, nbytes in free},
        accelerators=len(accelerators) if is_known else None,
        kind="cuda" if accelerators else None,
        is_any=True,
    )


def _forecast(
    source: str, model_class: str, dtype: DType, planned: Layout, matched: LoadPlan, stored_bytes: int
) -> Forecast:
    placement, sizes = planned.placement, planned.sizes
    places = placement.places
    on_cpu = [unit for unit in planned.units if places[unit.name] == CPU]
    on_disk = [unit for unit in planned.units if places[unit.name] == DISK]
    written = [sizes[slot].nbytes for slot in planned.offloaded]
    private = sum(unit.private_bytes for unit in on_cpu)
    disk_views = sum(unit.nbytes - unit.private_bytes for unit in on_disk)
    return Forecast(
        source=source,
        model_class=model_class,
        dtype=dtype.value,
        device_map=planned.hf_device_map(),
        bytes_by_device=placement.nbytes,
        budgets=placement.budgets,
        modules=tuple(
            Module(
                unit.name,
                places[unit.name],
                unit.nbytes,
                placement.reasons.get(unit.name, ""),
                places[unit.name] != DISK or unit.name in placement.kept,
            )
            for unit in planned.units
        ),
        parameters=sum(slot.elements for slot in matched.slots if slot.name in sizes),
        read_bytes=stored_bytes - disk_views,
        cast_bytes=private,
        copy_bytes=sum(unit.nbytes for unit in planned.units if isinstance(places[unit.name], int)),
        offload_bytes=sum(written),
        # What goes to offload_folder is written tensor by tensor, before anything is put into memory to stay.
        peak_private_bytes=max([private, *written]),
        reserve_bytes=placement.reserve_bytes,
        initialized=matched.initialized,
        unused=matched.unused,
        untied=matched.untied,
        mismatched=matched.mismatched,
        left_plain=planned.left_plain,
        weights=weights_of(planned),
    )
