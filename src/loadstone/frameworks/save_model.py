"""Model → folder, whatever the framework: recipes backwards, so that others read the names and layouts they know."""

from __future__ import annotations

import copy
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, TypeVar

from loadstone.architectures.family import Family
from loadstone.architectures.flax_layout import flax_layout
from loadstone.checkpoint.names import CONFIG_NAME, GENERATION_CONFIG_NAME, SAFETENSORS
from loadstone.core.paths import local_path
from loadstone.core.progress import Progress
from loadstone.errors import ArgumentError
from loadstone.frameworks.checked_state import State, own_class
from loadstone.frameworks.sentence_save import SentenceSave
from loadstone.remote_code.carrying import carried
from loadstone.saving.checkpoint import MSGPACK, OutgoingTensor, SaveOptions, in_flax_layout, save_checkpoint

if TYPE_CHECKING:
    from loadstone.frameworks.structure import ModelBase


TensorT = TypeVar("TensorT")


class Sliceable(Protocol):
    """A tensor of any framework, as far as experts are cut out of a stack."""

    @property
    def shape(self) -> Sequence[int]: ...

    def __getitem__(self, index: tuple[int, slice], /) -> Self: ...


SliceableT = TypeVar("SliceableT", bound=Sliceable)


class Written(NamedTuple):
    """Files that were written."""

    folder: Path
    names: list[str]


def outgoing(
    family: Family | None, state: Mapping[str, SliceableT], ties: Mapping[str, str], stacked: Collection[str] = ()
) -> Iterator[tuple[str, SliceableT]]:
    """Stored name and tensor for everything that is written: tied slots once, experts one by one.

    A tensor is only sliced here, ``tensor[expert, start:end]``, so any framework's will do. ``stacked`` names slots of
    experts that are written as they are.
    """
    for name, tensor in state.items():
        if name in ties and ties[name] in state:
            continue
        rule = next((rule for rule in (family.experts if family else ()) if name.endswith(rule.slot)), None)
        if rule is None or name in stacked:
            yield name, tensor
            continue
        stem, rows = name[: -len(rule.slot)], tensor.shape[1] // len(rule.stored)
        if rule.is_stored_whole:
            yield stem + rule.stored[0], tensor
            continue
        for expert in range(tensor.shape[0]):
            for index, pattern in enumerate(rule.stored):
                yield stem + pattern.format(expert), tensor[expert, index * rows : (index + 1) * rows]


def ties_of_file(model: ModelBase, state: State[TensorT]) -> tuple[Mapping[str, str], bool]:
    """Slots that need not be written, for readers tie them; and whether the config is to say that the model is tied.

    Readers tie what the config says, so that where one of its ties does not hold every name is written.
    """
    holds = not state.is_parted and model.tied_slots().keys() <= state.tied.keys()
    is_tied = model.config.tie_word_embeddings and holds
    return (state.tied if is_tied else {}), is_tied


def weight_format(requested: str | None, safe_serialization: bool, others: Sequence[str]) -> str:
    """The format to write: the one ``requested``, else safetensors, or the first other if not ``safe_serialization``.

    Raises :class:`ArgumentError` for a format that is neither safetensors nor one of ``others``.
    """
    format = requested or (SAFETENSORS if safe_serialization or not others else others[0])
    if format not in (SAFETENSORS, *others):
        raise ArgumentError(f"format is {format!r}; this model can be written as {', '.join((SAFETENSORS, *others))}.")
    return format


class Described(NamedTuple):
    """What the config is to say of what is saved."""

    prefix: str
    """The framework's part of the class name, which is left out, so that every framework finds its own class."""
    dtype: object
    is_tied: bool
    """See :func:`ties_of_file`."""


def small_files(model: ModelBase, described: Described) -> dict[str, bytes]:
    """All that is saved beside weights: configs, and code that came with the model or belongs to a class of its own."""
    cls = own_class(model)
    code, config = carried(copy.deepcopy(model.config), cls)
    config.architectures = [cls.__name__.removeprefix(described.prefix)]
    config.torch_dtype = described.dtype
    config.tie_word_embeddings = described.is_tied
    sentence = SentenceSave.of(model)
    beside = {} if sentence is None else sentence.described(config)
    files = {**code, **beside, CONFIG_NAME: config.to_json_string().encode()}
    if model.generation_config is not None:
        files[GENERATION_CONFIG_NAME] = model.generation_config.to_json_string().encode()
    return files


def save_model(
    model: ModelBase,
    folder: str | os.PathLike[str],
    tensors: Sequence[OutgoingTensor],
    described: Described,
    options: SaveOptions,
) -> Written:
    """Write config and weights, all or nothing; see :func:`loadstone.saving.checkpoint.save_checkpoint`.

    Code that came with the model, or that belongs to a class registered for it, is written too.

    A model that makes vectors of texts becomes a folder of sentence-transformers. Raises :class:`SaveError`, and what
    was in the folder before is then untouched.
    """
    files = small_files(model, described)
    if (sentence := SentenceSave.of(model)) is not None:
        tensors, within = sentence.parted(tensors)
        options = replace(options, within=within)
    if options.weight_format == MSGPACK:
        # A class of one's own is no blueprint's, but may hold a bare model that is.
        held, prefix = (model.base_model, model.bare_prefix) if model.component is None else (model, "")
        main = held.component if sentence is None else sentence.main
        layout = {} if main is None else flax_layout(main, prefix)
        tensors = in_flax_layout(tensors, layout)
    folder = local_path(folder)
    apart = (tensor for each in options.within.values() if not isinstance(each, bytes) for tensor in each)
    with Progress("Saving", sum(tensor.nbytes for tensor in (*tensors, *apart))) as progress:
        paths = save_checkpoint(folder, tensors, options, extra_files=files, progress=progress)
    return Written(folder, [path.relative_to(folder).as_posix() for path in paths])
