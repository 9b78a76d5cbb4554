"""The pipeline: from a name to a running model, one step after another."""

from __future__ import annotations

import contextlib
import inspect
import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from loadstone.architectures import registry
from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.not_models import ADAPTER_CONFIG
from loadstone.configs.bridged import BridgedConfig, transformers_version
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.load_options import Options, first_floating
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.progress import Progress
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import (
    CheckpointNotFound,
    ConfigNotFound,
    CorruptCheckpoint,
    Fault,
    MissingTensors,
    ShapeMismatch,
    UnusedTensors,
)
from loadstone.frameworks.checked_state import own_class
from loadstone.frameworks.ranks import Exchange, Ranks, agree, share_of_node, together
from loadstone.frameworks.registry import require_framework, require_library, require_torch
from loadstone.lockfile.guard import Locked
from loadstone.pipeline.adapter_folder import Adapter, adapter_at, with_base
from loadstone.pipeline.code_class import made_by_code, own_loader
from loadstone.pipeline.facts import load_facts, plan_facts
from loadstone.pipeline.quantized_checkpoint import library_of
from loadstone.pipeline.resolve import Request, ResolvedModel, resolve, unknown_keywords
from loadstone.pipeline.same_checkpoint import agree_on_checkpoint
from loadstone.pipeline.select_class import AutoTarget, pick
from loadstone.pipeline.select_class import resolve as resolve_class
from loadstone.planning.match import Gaps, LoadPlan, MatchOptions, match
from loadstone.planning.ties import match_untied
from loadstone.planning.weights import weights_at
from loadstone.quantization.packed import packed_bytes_of
from loadstone.remote_code.references import CodeReference
from loadstone.reporting.load_report import LoadReport
from loadstone.reporting.stage import Stage
from loadstone.sources.private_folder import removing_folders
from loadstone.sources.source import Source
from loadstone.transfer.weight_files import Weights

if TYPE_CHECKING:
    from loadstone.frameworks.contract import Model, SomeFramework

logger = logging.getLogger("loadstone")


@removing_folders()
def from_pretrained(
    framework_name: str,
    path_or_id: str | os.PathLike[str] | None,
    target: type[Any] | AutoTarget,
    model_args: tuple[object, ...],
    keywords: Mapping[str, object],
) -> Any:
    """Load ``path_or_id`` into ``target``: a model class, or what an Auto class asks for.

    It is a folder, a weight file or an index of shards with a ``config.json`` beside it, a GGUF file, a Hub id, or an
    address (``s3://``, ``gs://``, ``az://``, ``https://``) of a folder or file of safetensors.

    Keywords as in Transformers 4.52:

    ``config``
        a config, or the path or id of one; else the checkpoint's own, with any keyword that is one of its keys
        overridden (``num_labels=3``)
    ``state_dict``
        tensors to load in place of the checkpoint's files; shared with the model where dtype and device are right
    ``torch_dtype``, ``dtype``
        a dtype, its name, or ``"auto"`` (the config's, else the first floating-point tensor's); float32 where not
        given. PyTorch: also a dict, module → dtype, ``""`` for the rest; and float8, in which linear weights are
        kept, to compute in bfloat16
    ``device_map``
        one device for the whole model; ``"auto"``, ``"balanced"``, ``"balanced_low_0"`` or ``"sequential"`` (see
        :func:`loadstone.planning.split.split`); or a dict, module-name prefix → device: a number, ``"cpu"`` or
        ``"disk"``
    ``max_memory``
        device → bytes, or text such as ``"10GiB"``; other devices are not used. Default: 90 % of what is free
    ``max_batch``, ``max_length``
        batch size and sequence length (tokens) whose keys and values memory is reserved for
    ``offload_folder``
        folder for weights on the disk that are not stored as the model needs them
    ``offload_buffers``, ``offload_state_dict``
        accepted: buffers that are saved go with their module
    ``attn_implementation``
        ``"sdpa"`` or ``"eager"``
    ``sharding``
        Flax: a ``jax.sharding.Mesh``, or a mesh and rules; each device gets its shard only
    ``device_mesh``
        PyTorch: a ``DeviceMesh`` whose ranks share the model; its axis ``tp``, or the only one, splits layers
        (tensor parallelism), its axis ``fsdp`` shards blocks (FSDP2)
    ``tp_plan``
        ``"auto"``: the same over all ranks of the process group, as the family's blueprint says
    ``distributed_config``
        ``{"tp_size": …, "fsdp_size": …}``, or transformers' ``DistributedConfig``
    ``from_tf``, ``from_flax``
        prefer that framework's older file; without them it is read if there is no other
    ``from_pt``
        accepted: PyTorch's files are preferred anyway
    ``ignore_mismatched_sizes``
        newly initialize slots whose stored shape differs, instead of raising an error
    ``strict``
        an error if a stored tensor is not used or a slot newly initialized
    ``key_mapping``
        regular expression → replacement, applied to stored names
    ``output_loading_info``
        return ``(model, info)``
    ``gguf_file``
        a GGUF file: config, weights and tokenizer come from it. Not needed for a path that ends in ``.gguf``
    ``subfolder``, ``variant``, ``use_safetensors``
        which files
    ``revision``, ``token``, ``cache_dir``, ``force_download``, ``local_files_only``
        of which commit of the Hub, and how they are fetched
    ``stream``
        True: weights of a Hub id are read from there by ranges, and not put into the cache
    ``storage_options``
        for an address: a dict of what its store takes beyond the environment (``endpoint``, ``region``,
        ``skip_signature``, …), ``timeout`` in seconds, ``headers``
    ``trust_remote_code``
        True: a model class that lies beside the weights may run. A list of repositories' ids: code of these may
        run. Without it no code is imported, whatever a file says
    ``code_revision``
        the commit of code that lies in another repository than the weights
    ``allow_transformers``
        False: such code gets Loadstone's equivalents of what it imports from ``transformers``. Without it, it gets
        the real library where that is installed; True: an error if not
    ``bridge``
        PyTorch: True takes transformers' class also where Loadstone has one of its own, False never does; without
        it a model that Loadstone has no family of gets transformers' class, if that is installed
    ``dequantize``
        True: pre-quantized weights (``quantization_config``) are dequantized. False: in PyTorch those of a GGUF
        file stay packed, and are decoded when they are used
    ``quantization_config``
        PyTorch: quantize linear weights while they are loaded: ``loadstone.TorchAoConfig``,
        ``loadstone.BitsAndBytesConfig``, a dict, or whatever has ``to_dict()``
    ``lazy``
        return before the weights are read; they are read in the background, and when used
    ``transfer``
        how files are read: :func:`loadstone.transfer_options`. By default Loadstone chooses
    ``lock``
        a lock file: files whose hashes differ from it are refused
    ``adapter_name``, ``adapter_kwargs``
        PyTorch, where the folder or repository holds a PEFT adapter and not a model: what it is called, and where
        it is (``revision``, ``subfolder``, ``token``, …). The base model that its config names is loaded, with the
        adapter on it
    ``low_cpu_mem_usage``, ``_fast_init``
        accepted: both are always on

    Raises the errors of :mod:`loadstone.errors`; nothing half-loaded is ever returned.
    """
    options, others = Options.split(keywords)
    request = Request(path_or_id, target, options, others, keywords)
    with together(_ranks(framework_name, options), "from_pretrained") as exchange:
        return _load(framework_name, request, model_args, exchange)


def _load(framework_name: str, request: Request, model_args: tuple[object, ...], exchange: Exchange) -> Any:
    """The stages of a load, one after another; on each rank where several hold the model."""
    target, options = request.target, request.options
    report = LoadReport(source=str(request.path_or_id))
    resolved = _resolved(framework_name, request, report)
    if isinstance(resolved, Adapter):
        return with_base(resolved, partial(_load_base, target, model_args), request.keywords, options)
    config, locked = resolved.config, resolved.locked
    made_by = pick(target, framework_name, config, resolved.gate)
    if isinstance(made_by, CodeReference) and (own := own_loader(made_by, framework_name, resolved)):
        return own(*model_args)
    with report.stage("checkpoint") as stage:
        checkpoint = resolved.open(framework_name)
        _describe_checkpoint(stage, checkpoint, config)
        weights, stays = _weights(checkpoint, options, config)
        report.reads_from(weights)
    _agree(exchange, checkpoint, resolved)
    try:
        _begin_reading(weights, stays, checkpoint, resolved, exchange)
        with report.stage("framework") as stage:
            framework = require_framework(framework_name)
            cls = resolve_class(made_by, framework, resolved.gate)
            stage.detail = f"transformers {transformers_version()}" if isinstance(config, BridgedConfig) else ""
        with report.stage("skeleton"):
            stored = framework.held(options.state_dict) if checkpoint is None else checkpoint
            dtype = options.wanted_dtype(config, stored)
            make = _maker(framework, cls, resolved, model_args, dtype)
            model = make()
        with report.stage("plan"):
            with _own_code_in_mind(target, resolved):
                model, plan = _matched(framework, model, make, stored, resolved, framework_name == "torch")
            agree(exchange, partial(plan_facts, plan))
            place = framework.placement(options, model, plan, dtype)
        options.warn_of_doubling(stored, dtype)
        _before_filling(weights, report, exchange)
        with report.stage("fill") as stage:
            filled = framework.fill_model(model, plan, weights, options, dtype, place)
            _describe_filled(stage, filled.viewed, filled.copied)
            report.by_rank = framework.rank_bytes(model, place, weights, filled) if len(exchange.members) > 1 else None
        with report.stage("populate") as stage:
            _populate(weights, options, stage)
        _hold_to(locked, report)
    except BaseException:
        weights.cancel()
        locked.cancel()
        raise
    framework.finish(model, dtype, place)
    _report_plan(report, plan, checkpoint, place, resolved.source)
    report.weights = weights_at(place, plan, dtype)
    _describe_model(model, config, report, dtype, resolved.source.configs)
    _warn(report, resolved.source.configs)
    return (model, report.loading_info()) if options.output_loading_info else model


def _ranks(framework_name: str, options: Options) -> Ranks | None:
    """Those that are asked to hold the model together; None for this process alone, which waits for nobody."""
    if not options.is_spread and options.sharding is None:
        return None
    return require_framework(framework_name).ranks_asked(options)


def _agree(exchange: Exchange, checkpoint: Checkpoint | None, resolved: ResolvedModel) -> None:
    """:class:`RanksDisagree`, the same on all ranks, unless they are to load the same."""
    commit = resolved.source.commit
    facts_of = partial(load_facts, checkpoint, commit, resolved.config, resolved.options)
    agree_on_checkpoint(exchange, checkpoint, commit, facts_of)


def _resolved(framework_name: str, request: Request, report: LoadReport) -> ResolvedModel | Adapter:
    """A model, or, in PyTorch, an adapter that lies where a model was looked for."""
    try:
        return resolve(request, report)
    except (ConfigNotFound, CheckpointNotFound):
        adapter = adapter_at(request.path_or_id, request.options) if framework_name == "torch" else None
        if adapter is None:
            raise
        return adapter


def _load_base(
    target: type[Any] | AutoTarget, model_args: tuple[object, ...], base: str, keywords: Mapping[str, object]
) -> Any:
    """The base model of an adapter."""
    return from_pretrained("torch", base, target, model_args, keywords)


def _describe_checkpoint(stage: Stage, checkpoint: Checkpoint | None, config: PretrainedConfig) -> None:
    """What was opened; :class:`FrameworkNotInstalled` if weights that stay packed need a library that is not there."""
    if checkpoint is None:
        return
    library = library_of(config)
    if library is not None:
        require_library(library.replace("-", "_"), library, "; or give dequantize=True, which dequantizes them.")
    stage.nbytes = checkpoint.nbytes
    stage.detail = f"{len(checkpoint)} tensors in {len(checkpoint.files)} {checkpoint.format} file(s)"


def _maker(
    framework: SomeFramework, cls: type[Any], resolved: ResolvedModel, model_args: tuple[object, ...], dtype: DType
) -> Callable[[], Model]:
    """What makes the skeleton, as often as it is called."""
    extra = _for_init(cls, resolved.unused, resolved.options.config)
    return made_by_code(cls)(partial(framework.skeleton, cls, resolved.config, model_args, extra, dtype))


def _matched(
    framework: SomeFramework,
    model: Model,
    make: Callable[[], Model],
    stored: Mapping[str, StoredTensor],
    resolved: ResolvedModel,
    unties: bool,
) -> tuple[Model, LoadPlan]:
    """The model, and the plan that fills it with what is stored; ``unties``: filling tells parameters apart.

    Where tensors that the config ties differ, the config says so no more, and the model is made anew.
    """
    options, checkpoint = resolved.options, stored if isinstance(stored, Checkpoint) else None
    matched = partial(
        match,
        framework.slots(model),
        stored,
        options=MatchOptions(options.strict, options.ignore_mismatched_sizes, options.key_mapping),
        same=framework.alike(options.state_dict),
        gaps=Gaps() if checkpoint is None else Gaps(checkpoint.absent, checkpoint.passed_over),
    )

    def untie(names: Collection[str]) -> None:
        nonlocal model
        resolved.config.untie(names)
        model = make()

    plan = match_untied(matched, lambda: framework.naming(model), untie)
    if not unties:
        _check_untied(plan, framework.naming(model).tied)
    return model, plan


@contextlib.contextmanager
def _own_code_in_mind(target: type[Any] | AutoTarget, resolved: ResolvedModel) -> Iterator[None]:
    """:class:`UntrustedCode` where transformers' class does not fit what is stored, and the checkpoint brings one of
    its own that the caller did not trust."""
    try:
        yield
    except (MissingTensors, ShapeMismatch, CorruptCheckpoint):
        if isinstance(resolved.config, BridgedConfig) and isinstance(target, AutoTarget):
            resolved.gate.reference(resolved.config.auto_map, target.name, is_known=False)
        raise


def _begin_reading(
    weights: Weights, stays: bool, checkpoint: Checkpoint | None, resolved: ResolvedModel, exchange: Exchange
) -> None:
    """In the background, while the framework is imported and the model made; a lock has the weights hashed."""
    locked = resolved.locked
    locked.start(resolved.source, checkpoint, weights.mapped() if stays else {})
    if locked:  # the pages are populated as they are hashed
        weights.populates = stays
    elif len(exchange.members) == 1:
        weights.read_ahead(populates=stays and not _is_stacked(resolved.config))
    elif (share := share_of_node(exchange)) is not None:  # else each rank reads what is its own
        weights.read_share(*share)


def _before_filling(weights: Weights, report: LoadReport, exchange: Exchange) -> None:
    """Filling reads what is left in its own order; but a share, which other ranks rely on, is read to its end first."""
    if len(exchange.members) > 1:
        with report.stage("read") as stage:
            stage.nbytes = weights.warmed_bytes
            with Progress("Reading", stage.nbytes) as progress:
                weights.wait(progress)
    elif not weights.populates:
        weights.cancel()


def _describe_filled(stage: Stage, viewed_bytes: int, copied_bytes: int) -> None:
    stage.nbytes = viewed_bytes + copied_bytes
    stage.detail = f"{100 * viewed_bytes // max(stage.nbytes, 1)} % mapped, the rest copied"


def _populate(weights: Weights, options: Options, stage: Stage) -> None:
    """Wait until what is mapped is in memory; in the background where the caller does not wait for it."""
    stage.nbytes = weights.warmed_bytes
    if options.lazy or not (options.is_for_the_cpu or options.is_spread):
        weights.detach()
    else:
        with Progress("Reading", stage.nbytes) as progress:
            weights.wait(progress)


def _hold_to(locked: Locked, report: LoadReport) -> None:
    """Wait until all that was loaded is known to be what the lock file says, where there is one."""
    if locked:
        with report.stage("lock"):
            locked.finish()


def _report_plan(
    report: LoadReport, plan: LoadPlan, checkpoint: Checkpoint | None, place: object, source: Source
) -> None:
    report.take(plan)
    report.device = str(place)
    report.left_plain = getattr(place, "left_plain", ())
    report.passed_over = () if checkpoint is None else checkpoint.passed_over
    report.unused += tuple(name for names in source.left_out.values() for name in names)


def _describe_model(
    model: Model, config: PretrainedConfig, report: LoadReport, dtype: DType, folder: Path | None
) -> None:
    """What it says of its load, and how it generates; what of transformers' classes gets that, and saving as ours do,
    is in PyTorch's room."""
    model.load_report, model.name_or_path = report, config.name_or_path
    report.model_class, report.dtype = own_class(model).__name__, dtype.value
    if isinstance(config, BridgedConfig):
        require_torch().bridge(cast(Any, model), folder)
    elif model.can_generate():
        model.generation_config = GenerationConfig.for_model(config, folder)


def _warn(report: LoadReport, folder: Path | None) -> None:
    """One line for each thing that the caller may not expect."""
    if folder is not None and (folder / ADAPTER_CONFIG).is_file():
        logger.warning(
            "%s has a PEFT adapter beside the model, which was not applied: model.load_adapter(%r)",
            *(folder, str(folder)),
        )
    if report.untied:
        logger.warning(
            "%s is not tied, though its config says so: the stored values of %s differ.",
            report.model_class,
            ", ".join(f"{name} and {source}" for name, source in report.untied.items()),
        )
    if report.initialized:
        newly = ", ".join(report.initialized)
        logger.warning("%s: newly initialized %s. Train it before use.", report.model_class, newly)


def _check_untied(plan: LoadPlan, tied: Mapping[str, str]) -> None:
    """:class:`UnusedTensors` where a class's own code makes one variable of two tensors that differ."""
    faults = [
        Fault(name, f"the values of {source}, to which the class's code ties it", "others")
        for name, source in plan.untied.items()
        if name in tied
    ]
    if faults:
        raise UnusedTensors(faults, hint="Tie them in tied_slots(), where the config says so, or not at all.")


def _weights(checkpoint: Checkpoint | None, options: Options, config: PretrainedConfig) -> tuple[Weights, bool]:
    """The weight files; and whether the weights stay as they are stored, on the CPU."""
    if checkpoint is None:
        return Weights({}, options.transfer), False
    stored = first_floating(checkpoint)
    wanted = options.wanted_dtype(config, checkpoint)
    stays = stored is wanted and not any(tensor.is_packed for tensor in checkpoint.values()) and options.is_for_the_cpu
    cast_bytes = 0
    if stored is not None and stored is not wanted and options.is_for_the_cpu:
        kept_bytes = sum(map(packed_bytes_of, checkpoint.values()))
        cast_bytes = (checkpoint.nbytes - kept_bytes) * wanted.bits // stored.bits
    return Weights(checkpoint.ends, options.transfer, cast_bytes), stays


def _is_stacked(config: PretrainedConfig) -> bool:
    """Whether the family stacks what files store one by one: those weights then lie elsewhere than in their files."""
    return registry.is_family(config.model_type) and bool(registry.family(config.model_type).experts)


def _for_init(cls: type[Any], others: dict[str, object], config: object) -> dict[str, object]:
    """Keywords for the class's own ``__init__``; :class:`UnknownArgument` for those that nothing takes."""
    takes = inspect.signature(cls.__init__).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values()):
        return others
    unknown = {
        name: value for name, value in others.items() if name not in takes or name in ("self", "config", "component")
    }
    if unknown:
        raise unknown_keywords(f"{cls.__name__}.from_pretrained", unknown, cls.config_class, config)
    return others
