"""Loading into a module that somebody else built."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from loadstone.checkpoint import Checkpoint
from loadstone.configs.load_options import Options
from loadstone.core.dtypes import dtype_name
from loadstone.core.paths import local_path
from loadstone.core.placement_options import MaxMemory
from loadstone.core.remote_path import is_address
from loadstone.core.tensors import BY_NAME, DType
from loadstone.errors import ArgumentError, Fault, MissingTensors, UnsupportedDType
from loadstone.frameworks.ranks import agree, share_of_node, together
from loadstone.frameworks.registry import require_torch
from loadstone.pipeline.facts import module_facts, plan_facts
from loadstone.pipeline.same_checkpoint import agree_on_checkpoint
from loadstone.pipeline.sentence_parts import makes_sentences, opened_whole
from loadstone.planning.match import Gaps, MatchOptions, match
from loadstone.planning.mesh import stored_bytes
from loadstone.planning.weights import weights_at
from loadstone.reporting.load_report import LoadReport, RankBytes
from loadstone.sources.open import open_files
from loadstone.sources.request import FileChoice
from loadstone.transfer.strategy import TransferOptions
from loadstone.transfer.weight_files import Weights

if TYPE_CHECKING:
    from torch import nn


def load_into(
    module: nn.Module,
    checkpoint: str | os.PathLike[str] | Checkpoint,
    *,
    dtype: object = "auto",
    device: object = None,
    device_map: object = None,
    max_memory: MaxMemory | None = None,
    offload_folder: str | os.PathLike[str] | None = None,
    strict: bool = True,
    key_mapping: Mapping[str, str] | None = None,
    transfer: TransferOptions | None = None,
) -> LoadReport:
    """Fill any ``nn.Module``, best one built under ``with torch.device("meta")``, from a checkpoint.

    ``checkpoint`` is a folder, a weight file, an index, an address of these, or what
    :func:`loadstone.open_checkpoint` gives. A GGUF file is taken under the Hub's names; ``open_checkpoint`` gives it
    under its own. Every parameter and saved buffer of the module must be stored; with ``strict`` nothing else may be.
    Buffers that are not saved keep the module's own values, and must not be on the meta device.

    What is on the meta device gets memory, in the dtype that is stored unless ``dtype`` names one: a view of the file
    where it can be. What has memory is written in place, in the dtype and on the device that it has, as
    ``load_state_dict`` does; where ``dtype`` or a device asks for another, the parameter stays the same object and
    gets other memory, as with ``module.to``. So an optimizer made before goes on.

    Parameters may be DTensors, whoever placed them (``fully_shard``, ``parallelize_module``, ``distribute_tensor``):
    then each rank calls this, reads what it holds of each and no more, and gets it as said above. Names and shapes in
    errors are those of the whole tensors.

    ``device_map``, ``max_memory`` and ``offload_folder`` place, offload and run the module as they do a model of
    :func:`loadstone.pipeline.load.from_pretrained`. What lies in a ``ModuleList`` or ``Sequential`` is a block, which
    is never split. ``device`` is one device for all. ``transfer``: how files are read, see
    :func:`loadstone.transfer_options`; with ``read="buffered"`` no parameter is a view of a file.

    Raises :class:`MissingTensors`, :class:`ShapeMismatch`, :class:`UnusedTensors` and what ``open_checkpoint`` raises;
    the module is then unchanged.
    """
    framework = require_torch()
    _check_module(module, "load_into")
    if device is not None and device_map is not None:
        raise ArgumentError(f"device is {device!r} and device_map {device_map!r}: give one of them.")
    framework.settle(module)
    with together(framework.ranks_holding(module), "load_into") as exchange:
        opened = checkpoint if isinstance(checkpoint, Checkpoint) else _opened(checkpoint, module)
        asked = {"dtype": str(dtype), "strict": strict, "key_mapping": key_mapping}
        agree_on_checkpoint(exchange, opened, None, partial(module_facts, opened, asked))
        report = LoadReport(source=str(opened.files[0].parent), model_class=type(module).__name__)
        with report.stage("plan"):
            wanted = _wanted(dtype)
            options = Options(
                device_map=device if device_map is None else device_map,
                max_memory=max_memory,
                offload_folder=offload_folder,
                transfer=transfer,
            )
            slots = framework.slots(module)
            plan = match(
                slots,
                opened,
                framework.naming(module),
                MatchOptions(strict=strict, key_mapping=key_mapping),
                same=framework.alike(None),
                gaps=Gaps(opened.absent, opened.passed_over),
            )
            _check_buffers(module, {slot.name for slot in slots})
            rank = framework.rank_of(module)
            if rank and options.device_map is not None:
                raise ArgumentError(f"The module's DTensors say where it goes. Leave out {options.device_map!r}.")
            agree(exchange, partial(plan_facts, plan, framework.placements(module)))
            plan = framework.rank_plan(module, plan)
            report.take(plan)
            report.passed_over = opened.passed_over
            memory = framework.own_memory(module, stays=options.device_map is None)
            place = framework.placement(options, module, plan, wanted, memory.dtypes() if wanted is None else {})
        with report.stage("fill") as stage:
            weights = Weights(opened.ends, options.transfer)
            report.reads_from(weights)
            try:
                if plan.whole is not None and (share := share_of_node(exchange)) is not None:
                    weights.read_share(*share, plan.whole.ranges())
                    weights.wait()
                done = framework.fill_module(module, plan, weights, options, place, memory)
            except BaseException:
                weights.cancel()
                raise
            weights.detach()
            stage.nbytes = done.viewed + done.copied
            if rank:
                report.by_rank = RankBytes(rank, stored_bytes(plan) + weights.read_for_others, done.viewed, done.copied)
        unasked = "the module's own" if memory.tensors else "as stored"
        report.weights = weights_at(place, plan, wanted)
        report.dtype, report.device = unasked if wanted is None else wanted.value, str(place)
        return report


def _opened(name: str | os.PathLike[str], module: nn.Module) -> Checkpoint:
    place = name if is_address(name) else local_path(name)
    return opened_whole(place) if makes_sentences(type(module)) else open_files(place).checkpoint


def _wanted(dtype: object) -> DType | None:
    """The one that the caller names; None for what is stored."""
    if dtype is None or dtype == "auto":
        return None
    wanted = BY_NAME.get(dtype_name(dtype))
    if wanted is None or not wanted.is_floating:
        raise UnsupportedDType([Fault(f"dtype {dtype!r}", "'auto' or a floating-point dtype", "neither")])
    return wanted


def _check_buffers(module: nn.Module, filled: Collection[str]) -> None:
    """:class:`MissingTensors` for buffers that have no values and get none."""
    lost = [name for name, buffer in module.named_buffers() if buffer.is_meta and name not in filled]
    if lost:
        raise MissingTensors(
            [Fault(name, "a value", "a buffer on the meta device that no checkpoint stores") for name in lost],
            hint="Build the module so that these buffers are made on a real device.",
        )


def _check_module(module: object, name: str) -> None:
    if isinstance(module, type) or not hasattr(module, "named_parameters"):
        raise ArgumentError(
            f"{name} fills a PyTorch nn.Module, made already; this is {module!r}. Flax and TensorFlow models take a "
            "checkpoint's values when they are made: use from_pretrained."
        )


class IncompatibleKeys(NamedTuple):
    """What ``load_state_dict`` returns too."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def load_sharded_checkpoint(
    model: nn.Module, folder: str | os.PathLike[str], strict: bool = True, prefer_safe: bool = True
) -> IncompatibleKeys:
    """Copy a sharded checkpoint into a model that has its memory already, as ``load_state_dict`` would.

    With ``strict`` a missing or unexpected tensor is an error, and nothing is copied. ``prefer_safe``: safetensors
    where both formats are there. Raises :class:`CheckpointNotFound`, :class:`MissingTensors`, :class:`UnusedTensors`,
    :class:`ShapeMismatch`.
    """
    framework = require_torch()
    _check_module(model, "load_sharded_checkpoint")
    place = local_path(folder)
    if not place.is_dir():
        raise ArgumentError(f"{folder} is no folder. load_sharded_checkpoint takes the folder with the index file.")
    checkpoint = open_files(place, FileChoice(use_safetensors=None if prefer_safe else False)).checkpoint
    return IncompatibleKeys(*framework.copy_into(model, checkpoint, strict))
