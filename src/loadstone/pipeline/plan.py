"""Look before you load: where everything would go and what it would take, from headers alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from loadstone.architectures import components, registry
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.naming import naming_of
from loadstone.architectures.structure import BlueprintStructure
from loadstone.checkpoint import open_checkpoint
from loadstone.checkpoint.names import gguf_path
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import ArgumentError, UnknownModelType
from loadstone.pipeline.auto_config import AutoConfig
from loadstone.pipeline.quantized_checkpoint import as_loaded
from loadstone.pipeline.select_class import shards_of
from loadstone.planning.layout import Layout, Machine, layout
from loadstone.planning.match import LoadPlan, match
from loadstone.planning.split import CPU, DISK, Place
from loadstone.planning.ties import match_untied
from loadstone.reporting.forecast import Forecast, Module
from loadstone.sources.resolve import resolve_files
from loadstone.transfer.machine import USED_SHARE, accelerator_bytes, available_bytes, may_have_other_accelerators


def plan(
    path_or_id: str | os.PathLike[str],
    *,
    device_map: Any = "auto",
    max_memory: Mapping[Any, Any] | None = None,
    dtype: Any = None,
    head: str | None = None,
    **options: Any,
) -> Forecast:
    """What :meth:`from_pretrained` of PyTorch's classes would do with the same arguments. Reads headers only; of
    a model that the config ties and whose file holds both tensors, these too, up to the first difference.

    ``dtype`` as ``torch_dtype`` there: float32 where not given, ``"auto"`` as stored. ``head`` is a task
    (``"causal-lm"``, …, ``"model"`` for the bare model); without it the class that ``config.json`` names. ``options``
    are further keywords of ``from_pretrained``: ``subfolder``, ``variant``, ``revision``, ``dequantize``,
    ``max_batch``, ``max_length`` and the like. Without ``max_memory`` the budgets are 90 % of what is free now: NVIDIA
    GPUs', and on the CPU the memory that the system or this process's control group leaves. With it the plan may be for
    another machine: accelerators that it names count as there.

    Raises what loading raises for a map, a budget or a checkpoint that cannot be used. It does not ask whether a
    library that quantizes is installed.
    """
    asked, unknown = Options.split({**options, "device_map": device_map, "max_memory": max_memory, "dtype": dtype})
    if unknown:
        raise ArgumentError(f"plan does not take {', '.join(sorted(unknown))}.")
    source = resolve_files(path_or_id, **(asked.where() | asked.which() | {"gguf_file": asked.gguf_file}))
    folder = source.folder / asked.subfolder
    given = asked.config
    if given is not None and not isinstance(given, PretrainedConfig):
        given = AutoConfig.from_pretrained(given)
    path = gguf_path(folder, asked.gguf_file)
    if path is not None:
        from loadstone.checkpoint.gguf.open import open_gguf  # needs NumPy

        gguf = open_gguf(path)
        checkpoint, values = gguf.checkpoint, gguf.config
        config = given or AutoConfig.for_model(**values)
        family, spec = _pick(config, head)
    else:
        config = given or AutoConfig.from_pretrained(folder)
        family, spec = _pick(config, head)
        is_packed = asked.strict or config.get("quantization_config") is not None
        needs = None if is_packed else partial(shards_of, family, spec, config, key_mapping=asked.key_mapping)
        checkpoint = open_checkpoint(source.folder, **asked.which(), needs=needs)
    checkpoint = as_loaded(checkpoint, config, asked, "torch")
    wanted = asked.wanted_dtype(config, checkpoint)
    component = spec.blueprint(config)
    slots = list(components.slots(component))

    def untie() -> None:
        config.tie_word_embeddings = False

    matching = partial(
        match,
        slots,
        checkpoint,
        strict=asked.strict,
        ignore_mismatched_sizes=asked.ignore_mismatched_sizes,
        key_mapping=asked.key_mapping,
        same=_alike,
        absent=checkpoint.absent,
        passed_over=checkpoint.passed_over,
    )
    matched = match_untied(matching, lambda: naming_of(family, spec, component, config), untie)
    placing = asked.placement(wanted, stored_quantization=config.get("quantization_config"))
    planned = layout(matched, BlueprintStructure(component, spec.class_name), placing, _machine())
    made = _forecast(str(path_or_id), spec.class_name, wanted, planned, matched, checkpoint.nbytes)
    return replace(made, passed_over=checkpoint.passed_over)


def _alike(one: StoredTensor, other: StoredTensor) -> bool:
    from loadstone.materialize.equality import stored_alike  # needs NumPy, which few plans do

    return stored_alike(one, other)


def _pick(config: PretrainedConfig, head: str | None) -> tuple[Family, HeadSpec]:
    """Family and head: the task asked for, the class that the config names, or the bare model."""
    family = registry.family(config.model_type)
    if head is not None:
        return family, registry.head(family, head)
    named = config.architectures or []
    found = next((each for each in family.heads if each.class_name in named), None)
    if found is None:
        said = f"names {', '.join(named)}, which is no class here" if named else "names no class"
        known = ", ".join(each.task for each in family.heads)
        raise UnknownModelType(f"config.json {said}. Say what to plan for with head=…: one of {known}.")
    return family, found


def _machine() -> Machine:
    """This machine, as far as it is known without a framework; ``max_memory`` may describe another."""
    found = accelerator_bytes()
    free: list[tuple[Place, int]] = [*found.items(), (CPU, available_bytes())]
    is_known = bool(found) or not may_have_other_accelerators()
    return Machine(
        {device: int(USED_SHARE * nbytes) for device, nbytes in free},
        accelerators=len(found) if is_known else None,
        kind="cuda" if found else None,
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
        initialised=matched.fresh,
        unused=matched.unused,
        untied=matched.untied,
        mismatched=matched.mismatched,
        left_plain=planned.left_plain,
    )
