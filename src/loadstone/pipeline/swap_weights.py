"""The weights of another checkpoint for a model that is in use: all is verified first, then all is replaced."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from loadstone.checkpoint import Checkpoint
from loadstone.configs.differences import differences
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.keywords import unknown_argument
from loadstone.core.progress import Progress
from loadstone.errors import Fault, InvalidConfig, MissingTensors, UnusedTensors
from loadstone.frameworks.contract import Filled
from loadstone.frameworks.ranks import Exchange, agree, together
from loadstone.frameworks.registry import require_torch
from loadstone.frameworks.torch_contract import Swap
from loadstone.lockfile.guard import read_otherwise
from loadstone.pipeline.facts import load_facts, plan_facts
from loadstone.pipeline.resolve import Request, ResolvedModel, resolve
from loadstone.pipeline.same_checkpoint import agree_on_checkpoint
from loadstone.planning.match import Gaps, LoadPlan, MatchOptions, match
from loadstone.planning.mesh import stored_bytes
from loadstone.planning.recipes import Computed
from loadstone.reporting.load_report import LoadReport, RankBytes
from loadstone.sources.private_folder import removing_folders
from loadstone.sources.sentence_files import KEY
from loadstone.transfer.weight_files import Weights

_TAKEN = {
    *("revision", "token", "cache_dir", "force_download", "local_files_only", "stream", "storage_options"),
    *("subfolder", "variant", "use_safetensors", "gguf_file", "key_mapping", "lock", "transfer"),
}
_HINT = "The model keeps the weights that it has. Load this checkpoint with from_pretrained."


@removing_folders()
def swap_weights(
    model: Any, path_or_id: str | os.PathLike[str], in_place: bool, keywords: Mapping[str, object]
) -> LoadReport:
    """Replace all weights of a PyTorch ``model`` by those of another checkpoint of the same architecture.

    Other threads may run the model meanwhile. Each forward pass, and each text that :meth:`generate` writes, is made
    with the old weights or with the new ones, never with some of both: the new ones are published when whatever runs
    has ended, and what comes later waits until they are. ``model.weights_version`` is then one more. Parameters stay
    the same objects, with their dtype and device, and ties stay ties.

    First everything is checked: files, headers, the lock; that the config computes what the model computes; that each
    slot's tensor is stored in its shape, and no other than what the model left out when it was loaded. Until then, and
    if anything is wrong, the model is as it was.

    New weights are made beside the old ones: on the CPU they are views of the new files, where nothing is to be cast or
    stacked; elsewhere memory is needed for both. ``in_place=True`` writes over the old ones instead, as compiled code,
    CUDA graphs and whatever else holds their addresses need it. All who run wait while it is written; weights that
    were views of a file then become memory of this process. Where it fails halfway, :class:`WeightsIncomplete` is
    raised by the swap and by every use of the model until a swap succeeds.

    Keywords as for :func:`loadstone.pipeline.load.from_pretrained`: ``revision``, ``token``, ``cache_dir``,
    ``force_download``, ``local_files_only``, ``stream``, ``storage_options``, ``subfolder``, ``variant``,
    ``use_safetensors``, ``gguf_file``, ``key_mapping``, ``lock``, ``transfer``.

    Of a model over a mesh every rank calls this, between the same forward passes. All get their new weights, or none;
    what FSDP has sharded is swapped ``in_place`` only.

    Raises :class:`ArgumentError` for a model that is quantized, packed or offloaded, or has adapters, and in a thread
    that runs it; :class:`RanksDisagree` and :class:`RankFailed` over a mesh; :class:`InvalidConfig`,
    :class:`MissingTensors`, :class:`ShapeMismatch`, :class:`UnusedTensors`, :class:`LockMismatch`,
    :class:`DoesNotFit`, and what opening a checkpoint raises.
    """
    if unknown := keywords.keys() - _TAKEN:
        raise unknown_argument("swap_weights", sorted(unknown), _TAKEN | {"in_place"})
    options, _ = Options.split(keywords)
    framework = require_torch()
    report = LoadReport(source=str(path_or_id), model_class=type(model).__name__)
    swap = framework.swap(model, in_place)
    try:
        swap.begin()
        with together(framework.ranks_holding(model), f"swap_weights{' in place' if in_place else ''}") as exchange:
            resolved = resolve(Request(path_or_id, type(model), options, {}, keywords), report)
            _swapped(model, swap, resolved, exchange, report)
    finally:
        swap.turn.is_over = True  # at once, where no interrupt can come before
    return report


def _swapped(model: Any, swap: Swap, resolved: ResolvedModel, exchange: Exchange, report: LoadReport) -> None:
    """The steps of a swap, each after the other, as a load has them."""
    framework, options = require_torch(), resolved.options
    with report.stage("checkpoint") as stage:
        if options.lock is not None and resolved.source.remote is not None:
            raise read_otherwise(options.lock, "the weights of a model in use")
        _check_config(model, resolved.config)
        checkpoint = resolved.open("torch")
        assert checkpoint is not None  # for there is no state_dict
        facts_of = partial(load_facts, checkpoint, resolved.source.commit, resolved.config, options)
        agree_on_checkpoint(exchange, checkpoint, resolved.source.commit, facts_of)
        stage.nbytes = checkpoint.nbytes
        stage.detail = f"{len(checkpoint)} tensors in {len(checkpoint.files)} {checkpoint.format} file(s)"
    with report.stage("plan"):
        plan = _matched(model, checkpoint, resolved)
        agree(exchange, partial(plan_facts, plan, framework.placements(model)))
        plan = framework.rank_plan(model, plan)
        report.take(plan)
        report.passed_over = checkpoint.passed_over
        weights = Weights(checkpoint.ends, options.transfer)
        report.reads_from(weights)
    try:
        resolved.locked.start(resolved.source, checkpoint, weights.mapped())
        filled = _prepare(swap, plan, weights, report)
        if rank := framework.rank_of(model):
            report.by_rank = RankBytes(rank, stored_bytes(plan), filled.viewed, filled.copied)
        if resolved.locked:
            with report.stage("lock"):
                resolved.locked.finish()
        exchange.gather("prepared", b"")
        with report.stage("publish") as stage:
            report.weights = () if model.load_report is None else model.load_report.weights  # they take what they took
            report.dtype, report.device = str(model.dtype).removeprefix("torch."), str(model.device)
            confirm = partial(exchange.gather, "published", b"")
            stage.nbytes = swap.publish(report, resolved.config.name_or_path, confirm)
    except BaseException:
        weights.cancel()
        resolved.locked.cancel()
        raise


def _prepare(swap: Swap, plan: LoadPlan, weights: Weights, report: LoadReport) -> Filled:
    """Read and cast while the model still has its old weights."""
    with report.stage("fill") as stage:
        filled = swap.prepare(plan, weights)
        stage.nbytes = filled.viewed + filled.copied
        if stage.nbytes:
            stage.detail = f"{100 * filled.viewed // stage.nbytes} % mapped, the rest copied"
    with report.stage("populate") as stage, Progress("Reading", weights.warmed_bytes) as progress:
        stage.nbytes = weights.warmed_bytes
        weights.wait(progress)
    return filled


def _check_config(model: Any, config: PretrainedConfig) -> None:
    """:class:`InvalidConfig` that lists every key in which the checkpoint's config asks for something else."""
    is_family = model.head_spec is not None
    own = model.head_spec.own(config) if is_family else config
    faults = differences(model.config, own, only_declared=is_family)
    if (one := model.config.get(KEY)) != (other := own.get(KEY)):
        faults.append(Fault(f"config key {KEY!r}", repr(one), repr(other)))
    if own.get("quantization_config") is not None:
        faults.append(Fault("config key 'quantization_config'", "none: the model's weights are plain", "one"))
    if faults:
        raise InvalidConfig(faults, hint=_HINT)


def _matched(model: Any, checkpoint: Checkpoint, resolved: ResolvedModel) -> LoadPlan:
    """The plan, which fills every slot; see :func:`swap_weights` for what it raises."""
    framework = require_torch()
    before = model.load_report or LoadReport()
    computed = {name for name, recipe in before.sources.items() if isinstance(recipe, Computed)}
    naming = framework.naming(model)
    naming = replace(naming, computed=naming.computed & computed)  # of a model in use all buffers seem to be
    matched = partial(
        match,
        framework.slots(model),
        checkpoint,
        options=MatchOptions(key_mapping=resolved.options.key_mapping),
        same=framework.alike(None),
        gaps=Gaps(checkpoint.absent, checkpoint.passed_over),
    )
    plan = matched(naming)
    lacking = plan.initialized
    if model.head_spec is not None:
        untied = model.head_spec.tied(model.config).keys() - model.head_spec.tied(resolved.config).keys()
        if untied:  # as the checkpoint says, so that both must be in it
            tied = {name: source for name, source in naming.tied.items() if name not in untied}
            lacking |= matched(replace(naming, tied=tied)).initialized
    if lacking:
        faults = [Fault(name, "a stored tensor", reason) for name, reason in lacking.items()]
        raise MissingTensors(faults, hint=_HINT)
    faults = [Fault(name, f"the values of {source}, its tie", "others") for name, source in plan.untied.items()]
    faults += [Fault(name, "a slot that takes it", "none") for name in plan.unused if name not in before.unused]
    if faults:
        raise UnusedTensors(faults, hint=_HINT)
    return plan
