"""Look before you load: where everything would go and what it would take, from headers alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from loadstone.architectures import components, registry
from loadstone.architectures.demands import activation_bytes, cache_bytes
from loadstone.architectures.naming import naming_of
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.configs.read import values_beside
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import ArgumentError, UnknownModelType
from loadstone.pipeline.quantized_checkpoint import library_of
from loadstone.pipeline.resolve import Request, ResolvedModel, resolve, unknown_keywords
from loadstone.pipeline.select_class import AUTO_CLASSES, AutoTarget, FromFamily, named_head, pick
from loadstone.planning.device_map import Placement, place
from loadstone.planning.match import LoadPlan, match
from loadstone.planning.quantized_sizes import WEIGHT, check_as_stored, kept_sizes, left_plain, quantised_sizes
from loadstone.planning.recipes import Tied
from loadstone.planning.slot_dtypes import slot_dtypes
from loadstone.planning.split import CPU, DISK, Place
from loadstone.planning.ties import match_untied
from loadstone.planning.units import Size, Unit, sizes, units
from loadstone.quantization.config import read
from loadstone.reporting.forecast import Forecast, Module
from loadstone.reporting.load_report import LoadReport
from loadstone.transfer.machine import USED_SHARE, accelerator_bytes, available_bytes


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
    ``max_batch``, ``max_length``, ``config``, keys of the config set anew, and the like; of files under a ``lock`` the
    configs are compared, not the weights, which are not read. Without ``max_memory`` the budgets are 90 % of what is
    free now: NVIDIA GPUs', and on the CPU the memory that the system or this process's control group leaves.

    Raises what loading raises for a map, a budget or a checkpoint that cannot be used.
    """
    asked, others = Options.split({**options, "device_map": device_map, "max_memory": max_memory, "torch_dtype": dtype})
    if asked.state_dict is not None:
        raise ArgumentError("plan reads the headers of files, and with state_dict= there are none. Leave it out.")
    resolved = resolve(Request(path_or_id, AutoTarget("", head), asked, others), LoadReport())
    config = resolved.config
    family, spec = _foreseen(resolved, head)
    checkpoint = resolved.open("torch")
    assert checkpoint is not None  # for there is no state_dict
    if resolved.unused:
        raise unknown_keywords("plan", resolved.unused, family.config, asked.config)
    wanted = asked.wanted_dtype(config, checkpoint)
    component = spec.blueprint(config)
    slots = list(components.slots(component))

    def untie() -> None:
        config.tie_word_embeddings = False

    matching = partial(match, slots, checkpoint, key_mapping=asked.key_mapping, same=_alike)
    matched = match_untied(
        partial(matching, absent=checkpoint.absent, passed_over=checkpoint.passed_over),
        lambda: naming_of(family, spec, component, config),
        untie,
    )

    tied = {name: recipe.slot for name, recipe in matched.recipes.items() if isinstance(recipe, Tied)}
    dtypes = slot_dtypes(
        wanted,
        asked.dtypes_by_module(),
        set(_modules(component)),
        lambda: (name + WEIGHT for name in components.linear_modules(component, transposed=True)),
        tied,
    )
    plain: tuple[str, ...] = ()
    library = library_of(config)
    lower = kept_sizes(matched, dtypes) if library or asked.dequantize is False else {}
    if library and lower:
        _check_as_stored(lower, matched, library, component)
    if asked.quantization_config is not None:
        quantisation, experts = read(asked.quantization_config), list(components.expert_slots(component))
        linear = list(components.linear_modules(component))
        turned = set(components.linear_modules(component, transposed=True)).difference(linear)
        lower = quantised_sizes(quantisation, linear, turned, experts, matched, dtypes)
        plain = left_plain(quantisation, experts, matched)
    found = sizes(slots, matched, dtypes, lower)
    hints, width = asked.hints(), dtypes.float_bits // 8
    cache = cache_bytes(component, *hints, width) if hints else {}
    blocks = [name for name, _ in components.blocks(component)]
    all_units = units(slots, found, blocks, cache)
    placement = place(
        all_units,
        tied,
        asked.device_map,
        asked.max_memory,
        _free_bytes(),
        known=set(_modules(component)),
        activation_bytes=activation_bytes(component, *hints, width) if hints else 0,
    )
    made = _forecast(str(path_or_id), spec.class_name, wanted, placement, all_units, found, matched, checkpoint.nbytes)
    return replace(made, left_plain=plain, passed_over=checkpoint.passed_over)


def _alike(one: StoredTensor, other: StoredTensor) -> bool:
    from loadstone.materialize.equality import stored_alike  # needs NumPy, which few plans do

    return stored_alike(one, other)


def _check_as_stored(kept: Iterable[str], plan: LoadPlan, library: str, component: components.Component) -> None:
    linear = [(name + WEIGHT, leaf) for name, leaf in components.walk(component) if isinstance(leaf, components.Linear)]
    turned = [name for name, leaf in linear if leaf.transposed]
    experts = list(components.expert_slots(component))
    check_as_stored(kept, plan, library, [name for name, leaf in linear if not leaf.transposed], turned, experts)


def _foreseen(resolved: ResolvedModel, head: str | None) -> FromFamily:
    """Family and head: the task asked for, or the class that the config names.

    Raises :class:`UnknownModelType` where no class is named, and for one that is no family's: only making the model
    would tell what it takes.
    """
    config = resolved.config
    if head is None:
        head = _named_task(config, resolved)
    made_by = pick(AutoTarget(AUTO_CLASSES.get(head, ""), head), "torch", config, resolved.gate)
    if isinstance(made_by, type) and getattr(made_by, "head_spec", None) is not None:  # registered, and a family's
        return FromFamily(made_by.family_spec, made_by.head_spec)
    if not isinstance(made_by, FromFamily):
        raise UnknownModelType(
            f"{resolved.gate.source or 'The model'} is made by {made_by}, whose parts only making it would tell. plan "
            "foresees the families that Loadstone has."
        )
    return made_by


def _named_task(config: PretrainedConfig, resolved: ResolvedModel) -> str:
    """The task of the class that the config names; a config of the caller's that names none leaves it to the file."""
    family = registry.family(config.model_type)
    named = config.architectures
    if named is None and resolved.options.config is not None:
        values = values_beside(resolved.source) if resolved.gguf is None else resolved.gguf.config
        named = (values or {}).get("architectures")
    head = named_head(family, named or [])
    if head is None:
        said = f"names {', '.join(map(str, named))}, which is no class here" if named else "names no class"
        known = ", ".join(each.task for each in family.heads)
        raise UnknownModelType(f"config.json {said}. Say what to plan for with head=…: one of {known}.")
    return head.task


def _modules(component: components.Component, prefix: str = "") -> Iterator[str]:
    """Every module, those without slots too: a ``device_map`` may name them."""
    if isinstance(component, components.Backbone):
        yield f"{prefix}.rotary_emb" if prefix else "rotary_emb"
    for name, child in component.parts():
        full = f"{prefix}.{name}" if prefix and name else prefix or name
        yield full
        yield from _modules(child, full)


def _free_bytes() -> dict[Place, int]:
    free: list[tuple[Place, int]] = [*accelerator_bytes().items(), (CPU, available_bytes())]
    return {device: int(USED_SHARE * nbytes) for device, nbytes in free}


def _forecast(
    source: str,
    model_class: str,
    dtype: DType,
    placement: Placement,
    all_units: Sequence[Unit],
    found: Mapping[str, Size],
    matched: LoadPlan,
    stored_bytes: int,
) -> Forecast:
    on_cpu = [unit for unit in all_units if placement.places[unit.name] == CPU]
    on_disk = [unit for unit in all_units if placement.places[unit.name] == DISK]
    written = [found[slot] for unit in on_disk for slot in unit.slots if slot in found and not found[slot].is_view]
    private = sum(unit.private_bytes for unit in on_cpu)
    places = dict(placement.places)
    disk_views = sum(unit.nbytes - unit.private_bytes for unit in on_disk)
    return Forecast(
        source=source,
        model_class=model_class,
        dtype=dtype.value,
        device_map={"": next(iter(places.values()))} if len(set(places.values())) == 1 else places,
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
            for unit in all_units
        ),
        parameters=sum(slot.elements for slot in matched.slots if slot.name in found),
        read_bytes=stored_bytes - disk_views,
        cast_bytes=private,
        copy_bytes=sum(unit.nbytes for unit in all_units if isinstance(places[unit.name], int)),
        offload_bytes=sum(size.nbytes for size in written),
        # What goes to offload_folder is written tensor by tensor, before anything is put into memory to stay.
        peak_private_bytes=max([private, *(size.nbytes for size in written)]),
        reserve_bytes=placement.reserve_bytes,
        initialised=matched.fresh,
        unused=matched.unused,
        untied=matched.untied,
    )
