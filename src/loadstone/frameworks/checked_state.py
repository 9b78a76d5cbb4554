"""What is given to be saved, against the slots of the model, before anything is written: names, shapes, values.

Wrappers that put a name of their own into those of tensors (``torch.compile``, DDP, FSDP, activation checkpointing,
PEFT) are taken out of them where what remains is a slot. A save that could not be read back is an error.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from loadstone.architectures import components
from loadstone.core.tensors import Slot
from loadstone.errors import ArgumentError, Fault, StateMismatch

if TYPE_CHECKING:
    from loadstone.frameworks.structure import ModelBase

Shape = tuple[int, ...]
T = TypeVar("T")

CHANGED = (
    "Where the model was changed, its config has to say so too (model.config.num_hidden_layers, vocab_size, "
    "num_labels, …): a load builds what the config describes."
)
"""What to do where a model is not what its config says."""
_AROUND = {"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module"}
"""Parts of names that are wrappers', wherever they stand; no class has a module that is called so."""
_ADAPTED = "base_layer"
"""Under which name a layer of PEFT's holds the one that it adapts."""
_PARAMETRIZED = ".parametrizations."
_BEGINNINGS = (("module",), ("base_model", "model"))
"""Those that are wrappers' at the beginning: of DDP, and of a ``PeftModel``."""
_NEXT_STEPS: Sequence[tuple[tuple[str, ...], str]] = (
    (
        (".base_layer.", ".lora_", ".modules_to_save."),
        "Adapters of PEFT are no part of the model: merge_and_unload() puts them into its weights; the PeftModel's own "
        "save_pretrained saves them alone.",
    ),
    (
        (_PARAMETRIZED,),
        "torch.nn.utils.parametrize.remove_parametrizations(module, 'weight') leaves a plain weight.",
    ),
    (("_orig", "_mask"), "torch.nn.utils.prune.remove(module, 'weight') makes pruning permanent."),
    (("weight_g", "weight_v"), "torch.nn.utils.remove_weight_norm(module) removes weight normalization."),
)
"""What names of tensors without a slot contain, or end in, and what to do then."""


@dataclass(frozen=True)
class Slots:
    """What a save has to fill."""

    shapes: Mapping[str, Shape | None]
    """Of each slot, under every name that it has; None where this process cannot know."""
    tied: Mapping[str, str]
    """Slot → the one whose values it shares."""
    may_part: Collection[str]
    """Tied slots that are slots of their own where ``tie_word_embeddings`` is false."""
    may_lack: Collection[str] = ()
    """Those that a class of one's own says need not be stored."""


class Look(NamedTuple):
    """What a value is, as far as saving goes."""

    shape: Shape | None
    wrong: str = ""
    """What keeps it from being written."""
    hint: str = ""
    """What to do about that."""


@dataclass(frozen=True)
class State(Generic[T]):
    """What is written: every slot and its tensor."""

    tensors: dict[str, T]
    tied: Mapping[str, str]
    """Slot → the one that has the same values, since the model ties it."""
    is_parted: bool
    """Whether tied slots were given with different values, so that each is one of its own now."""


def own_class(model: object) -> type:
    """The class of a model, which may be hidden under one that PyTorch made of it (FSDP2, a parametrization)."""
    return next(cls for cls in type(model).__mro__ if cls.__module__.partition(".")[0] != "torch")


def is_as_declared(model: ModelBase) -> bool:
    """Whether a model's class is a family's own, so that its config alone says which slots it has."""
    return own_class(model).__module__ == "loadstone" and model.head_spec is not None


def declared_slots(model: ModelBase) -> dict[str, Slot]:
    """The slots of the model that the config describes as it is now; see :func:`is_as_declared`."""
    assert model.head_spec is not None and model.component is not None
    blueprint = components.like(model.head_spec.blueprint(model.config), model.component)
    return {slot.name: slot for slot in components.slots(blueprint)}


def own_shapes(model: ModelBase, own: Mapping[str, Shape | None]) -> dict[str, Shape | None]:
    """The slots of a class of one's own: those that it has, without what was put around or into its modules.

    Names that were slots when the model was loaded are the class's own, whatever they look like; so is ``base_layer``
    where PEFT has not been at work.
    """
    report = model.load_report
    loaded: Collection[str] = report.sources.keys() if report is not None else ()
    adapted: set[str] = set()
    if hasattr(model, "peft_config"):
        adapted = {name.partition(f".{_ADAPTED}.")[0] for name in own if f".{_ADAPTED}." in name and name not in loaded}
    shapes: dict[str, Shape | None] = {}
    for name, shape in own.items():
        before = name if name in loaded else _before(name, own, adapted, bool(loaded))
        if before is not None:
            shapes[before] = None if _PARAMETRIZED in name and before != name else shape
    return shapes


def _before(name: str, own: Collection[str], adapted: Collection[str], is_loaded: bool) -> str | None:
    """A tensor's name before something was put around or into its module; None for what was put there."""
    layer = next((layer for layer in adapted if name.startswith(f"{layer}.")), None)
    if layer is not None:
        inner = f"{layer}.{_ADAPTED}."
        name = name.replace(inner, f"{layer}.") if name.startswith(inner) else ""
    name = ".".join(part for part in name.split(".") if part not in _AROUND)
    stem, _, parametrized = name.partition(_PARAMETRIZED)
    if parametrized and is_loaded:  # else the class may well have done so itself
        return f"{stem}.{parametrized.partition('.')[0]}"
    if name.endswith("_orig") and f"{name.removesuffix('_orig')}_mask" in own:
        return name.removesuffix("_orig")
    is_mask = name.endswith("_mask") and f"{name.removesuffix('_mask')}_orig" in own
    return name if name and not is_mask else None


def may_part(model: ModelBase) -> Collection[str]:
    """Tied slots that are slots of their own where ``tie_word_embeddings`` is false."""
    if model.head_spec is None:
        return model.tied_slots().keys()
    config = copy.copy(model.config)
    config.tie_word_embeddings = False
    return model.tied_slots().keys() - model.head_spec.tied(config).keys()


def checked(
    given: Mapping[str, T],
    slots: Slots,
    look: Callable[[str, T], Look],
    is_same: Callable[[T, T], bool],
    hint: str,
) -> State[T]:
    """Every slot and its tensor, of what is given under any wrapper's names; of tied slots one is enough.

    ``look`` is given a slot's name and a value. ``hint`` is what to do where names or shapes are not the model's.

    Raises :class:`StateMismatch` with every offender, and :class:`ArgumentError` where no mapping is given.
    """
    if not isinstance(given, Mapping):
        raise ArgumentError(f"state_dict is a {type(given).__name__}, expected names and their tensors.")
    shapes = slots.shapes
    names = {name: (slot_name(name, shapes) or name) for pair in slots.tied.items() for name in pair}
    tied = {names[slot]: names[source] for slot, source in slots.tied.items() if names[slot] != names[source]}
    tied = {slot: source for slot, source in tied.items() if slot in shapes and source in shapes}
    tensors: dict[str, T] = {}
    faults: list[Fault] = []
    hints: dict[str, None] = {}
    for name, value in given.items():
        slot = name if name in shapes else slot_name(name, shapes)
        if slot is None:
            faults.append(Fault(str(name), "the name of a slot", "none of that name in the model"))
            hints[next((step for marks, step in _NEXT_STEPS if _has(str(name), marks)), hint)] = None
            continue
        seen, shape = look(slot, value), shapes[slot]
        if slot in tensors:
            faults.append(Fault(str(name), "one tensor for a slot", f"a second one for {slot}"))
        elif seen.wrong:
            faults.append(Fault(str(name), "a tensor with values", seen.wrong))
            hints[seen.hint] = None
        elif shape is not None and seen.shape != shape:
            is_part = seen.shape == (0,)
            held = ", a placeholder for values that are elsewhere" if is_part else ""
            faults.append(Fault(str(name), f"shape {shape}", f"shape {seen.shape}{held}"))
            hints[_GATHER if is_part else hint] = None
        tensors[slot] = value
    parted = _settle_ties(tensors, tied, is_same) if not faults else []
    faults += [
        Fault(slot, f"the values of {tied[slot]}, to which it is tied", "others")
        for slot in parted
        if slot not in slots.may_part
    ]
    lacking = [slot for slot in shapes if slot not in tensors and slot not in slots.may_lack]
    missing = [Fault(slot, _a_tensor(shapes[slot]), "none") for slot in lacking]
    if missing and not hints:
        hints[hint] = None
    if faults or missing:
        raise StateMismatch([*faults, *missing], hint=" ".join(filter(None, hints)))
    return State(tensors, {} if parted else tied, bool(parted))


_GATHER = (
    "Gather the values first: every process calls accelerator.get_state_dict(model), or what DeepSpeed has for it "
    "(stage3_gather_16bit_weights_on_model_save); one saves, with state_dict=."
)


def slot_name(name: object, slots: Collection[str]) -> str | None:
    """The slot that a tensor is for, by its name without those of wrappers; None if there is none."""
    if not isinstance(name, str) or name in slots:
        return name if isinstance(name, str) else None
    parts = _unwrapped(name)
    while parts and ".".join(parts) not in slots:
        beginning = next((prefix for prefix in _BEGINNINGS if tuple(parts[: len(prefix)]) == prefix), None)
        if beginning is None:
            return None
        parts = parts[len(beginning) :]
    return ".".join(parts) or None


def _unwrapped(name: str) -> list[str]:
    return [part for part in name.split(".") if part not in (*_AROUND, _ADAPTED)]


def _has(name: str, marks: Sequence[str]) -> bool:
    return any(mark in f".{name}" if mark[0] == "." else name.endswith(mark) for mark in marks)


def _a_tensor(shape: Shape | None) -> str:
    return "a tensor" if shape is None else f"a tensor of shape {shape}"


def _settle_ties(tensors: dict[str, T], tied: Mapping[str, str], is_same: Callable[[T, T], bool]) -> list[str]:
    """Give tied slots without a tensor that of their source, and the source theirs; tells which differ from it."""
    for slot, source in tied.items():
        if slot in tensors:
            tensors.setdefault(source, tensors[slot])
    pairs = {slot: source for slot, source in tied.items() if source in tensors}
    return [
        slot
        for slot, source in pairs.items()
        if tensors.setdefault(slot, tensors[source]) is not tensors[source]
        and not is_same(tensors[slot], tensors[source])
    ]
