"""The pipeline: from a name to a running model, one step after another."""

from __future__ import annotations

import copy
import inspect
import logging
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadstone.architectures import registry
from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.checkpoint.names import gguf_path
from loadstone.checkpoint.not_models import ADAPTER_CONFIG
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.load_options import Options, first_floating, option_names
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.keywords import unknown_argument
from loadstone.core.progress import Progress
from loadstone.core.tensors import StoredTensor
from loadstone.errors import ArgumentError, Fault, InvalidConfig, UnknownArgument, UnusedTensors
from loadstone.frameworks.registry import require_framework, require_library
from loadstone.lockfile.guard import Locked
from loadstone.pipeline.auto_config import AutoConfig
from loadstone.pipeline.auto_config import read as read_config
from loadstone.pipeline.quantized_checkpoint import as_loaded, library_of
from loadstone.pipeline.select_class import AutoTarget, needed_shards, pick, resolve
from loadstone.planning.match import LoadPlan, match
from loadstone.planning.ties import match_untied
from loadstone.quantization.packed import kept_bytes_of
from loadstone.remote_code.gate import Gate
from loadstone.reporting.load_report import LoadReport
from loadstone.sources.resolve import Needs, Source, resolve_files
from loadstone.transfer.weight_files import Weights

if TYPE_CHECKING:
    from loadstone.checkpoint.gguf.open import GgufFile

logger = logging.getLogger("loadstone")


def from_pretrained(
    framework_name: str,
    path_or_id: str | os.PathLike[str] | None,
    target: type[Any] | AutoTarget,
    model_args: tuple[Any, ...],
    keywords: Mapping[str, Any],
) -> Any:
    """Load ``path_or_id`` into ``target``: a model class, or what an Auto class asks for.

    Keywords as in Transformers 4.52:

    ========================== =================================================================================
    ``config``                 a config, or where to find one; else the checkpoint's own, with any keyword that
                               is one of its keys set anew (``num_labels=3``)
    ``state_dict``             tensors to load in place of the checkpoint's files; shared with the model where
                               dtype and device are right
    ``torch_dtype``, ``dtype`` a dtype, its name, or ``"auto"`` (the config's, else the first floating-point
                               tensor's); float32 where not given. PyTorch: also a dict, module → dtype, ``""`` for
                               the rest; and float8, in which linear weights are kept, to compute in bfloat16
    ``device_map``             one device for the whole model; ``"auto"``, ``"balanced"``, ``"balanced_low_0"`` or
                               ``"sequential"`` (see :func:`loadstone.planning.split.split`); or a dict, module-name
                               prefix → device: a number, ``"cpu"`` or ``"disk"``
    ``max_memory``             device → bytes, or text such as ``"10GiB"``; what it does not name is not used. Without
                               it: 90 % of what is free
    ``max_batch``, ``max_length`` texts at once and tokens in each that room for keys and values is kept for
    ``offload_folder``         where weights on the disk are written once if they cannot be used as they are stored
    ``offload_buffers``, ``offload_state_dict`` accepted: buffers that are saved go with their module
    ``attn_implementation``    ``"sdpa"`` or ``"eager"``
    ``sharding``               Flax: a ``jax.sharding.Mesh``, or a mesh and rules; each device gets its part only
    ``from_tf``, ``from_flax`` take that framework's older file first; without them it is taken if no other is there
    ``from_pt``                accepted: PyTorch's files are looked for first
    ``ignore_mismatched_sizes`` initialise slots anew whose stored shape differs, in place of an error
    ``strict``                 an error if a stored tensor is not used or a slot newly initialised
    ``key_mapping``            regular expression → replacement, applied to stored names
    ``output_loading_info``    return ``(model, info)``
    ``gguf_file``              one of llama.cpp's files: config, weights and tokenizer come from it. A path that ends in
                               ``.gguf`` does without
    ``subfolder``, ``variant``, ``use_safetensors``, ``revision``, ``token``, ``cache_dir``, ``force_download``,
    ``local_files_only``       which files, and where from
    ``trust_remote_code``      True: a model class that lies beside the weights may run. A list of repositories'
                               ids: code of these may run. Without it no code is imported, whatever a file says
    ``code_revision``          the commit of code that lies in another repository than the weights
    ``allow_transformers``     what such code imports from ``transformers`` and Loadstone has nothing for comes from
                               the real library
    ``dequantize``             True: weights that are stored in fewer bits (``quantization_config``) become plain ones.
                               False: in PyTorch those of a GGUF file stay packed, and are decoded when they are used
    ``quantization_config``    PyTorch: quantise linear weights while they are loaded: ``loadstone.TorchAoConfig``,
                               ``loadstone.BitsAndBytesConfig``, a dict, or whatever has ``to_dict()``
    ``lazy``                   return before the weights are read; they are read in the background, and when used
    ``transfer``               how files are read: :func:`loadstone.transfer_options`. Loadstone chooses without it
    ``lock``                   a lock file: files that are not byte for byte those that it lists are refused
    ``low_cpu_mem_usage``, ``_fast_init`` accepted: both are always on
    ========================== =================================================================================

    Raises the errors of :mod:`loadstone.errors`; nothing half-loaded is ever returned.
    """
    options, others = Options.split(keywords)
    if path_or_id is None and (options.state_dict is None or options.config is None):
        raise ArgumentError("Give a folder or a Hub id; or None together with config= and state_dict=.")
    report = LoadReport(source=str(path_or_id))

    with report.stage("files") as stage:
        locked = Locked.of(options.lock, path_or_id, options.revision)
        needs = _needs(target, options, others)
        source = _files(path_or_id, options, locked, needs)
        folder = source.folder / options.subfolder
        stage.detail = "" if source.commit is None else f"commit {source.commit}"
    with report.stage("config"):
        locked.check_configs(source.folder, folder, options.gguf_file)
        name = "" if path_or_id is None else str(path_or_id)
        gate = locked.guard(Gate(options.trust(), name, source.commit, options.revision, options.where_code()))
        gguf = _gguf(folder, options)
        config, others = _config(target, options, folder, gate, others, gguf)
        made_by = pick(target, framework_name, config, gate)
    with report.stage("checkpoint") as stage:
        checkpoint = None if options.state_dict is not None else _open(source, options, gguf, needs)
        if checkpoint is not None:
            _check_plausible(config, checkpoint)
            checked = partial(locked.check_file, source.folder)
            checkpoint = as_loaded(checkpoint, config, options, framework_name, checked)
            library = library_of(config)
            if library is not None:
                require_library(
                    library.replace("-", "_"), library, "; or give dequantize=True, which makes plain weights of them."
                )
            stage.nbytes = checkpoint.nbytes
            stage.detail = f"{len(checkpoint)} tensors in {len(checkpoint.files)} {checkpoint.format} file(s)"
        weights, stays = _weights(checkpoint, options, config)
        report.transfer = weights.describe()
    try:
        locked.start(source.folder, checkpoint, weights.mapped() if stays else {})
        if locked:  # the pages are populated as they are hashed
            weights.populates = stays
        else:
            weights.read_ahead(populates=stays and not _is_stacked(config))
        with report.stage("framework"):
            framework = require_framework(framework_name)
            cls = resolve(made_by, framework, gate)
        with report.stage("skeleton"):
            make = partial(framework.skeleton, cls, config, model_args, _for_init(cls, others, options.config))
            model = make()
        with report.stage("plan"):
            stored: Mapping[str, StoredTensor] = (
                framework.held(options.state_dict) if checkpoint is None else checkpoint
            )
            dtype = options.wanted_dtype(config, stored)
            matched = partial(
                match,
                framework.slots(model),
                stored,
                strict=options.strict,
                ignore_mismatched_sizes=options.ignore_mismatched_sizes,
                key_mapping=options.key_mapping,
                same=framework.alike(options.state_dict),
                absent={} if checkpoint is None else checkpoint.absent,
                passed_over=() if checkpoint is None else checkpoint.passed_over,
            )

            def untie() -> None:
                nonlocal model
                config.tie_word_embeddings = False
                model = make()

            plan = match_untied(matched, lambda: framework.naming(model), untie)
            if framework_name != "torch":  # whose parameters are told apart while they are filled
                _check_untied(plan, framework.naming(model).tied)
            report.take(plan)
            report.passed_over = () if checkpoint is None else checkpoint.passed_over
            report.unused += tuple(name for names in source.left_out.values() for name in names)
            place = framework.placement(options, model, plan, dtype)
            report.left_plain = getattr(place, "left_plain", ())
        options.warn_of_doubling(stored, dtype)
        if not weights.populates:
            weights.cancel()  # filling reads what is left in its own order
        with report.stage("fill") as stage:
            filled = framework.fill_model(model, plan, weights, options, dtype, place)
            stage.nbytes = filled.viewed + filled.copied
            stage.detail = f"{100 * filled.viewed // max(stage.nbytes, 1)} % mapped, the rest copied"
        with report.stage("populate") as stage:
            stage.nbytes = weights.warmed_bytes
            if options.lazy or not options.is_for_the_cpu:
                weights.detach()
            else:
                with Progress("Reading", stage.nbytes) as progress:
                    weights.wait(progress)
        if locked:
            with report.stage("lock"):
                locked.finish()
    except BaseException:
        weights.cancel()
        locked.cancel()
        raise
    framework.finish(model, dtype, place)
    report.model_class, report.dtype, report.device = type(model).__name__, dtype.value, str(place)
    model.load_report, model.name_or_path = report, config.name_or_path
    if model.can_generate():
        model.generation_config = GenerationConfig.for_model(config, None if path_or_id is None else folder)
    if (folder / ADAPTER_CONFIG).is_file():
        logger.warning(
            "%s holds an adapter beside the model, which was not applied: peft.PeftModel.from_pretrained(model, %r)",
            *(folder, str(folder)),
        )
    if report.untied:
        logger.warning(
            "%s is not tied, though its config says so: what is stored for %s differs.",
            cls.__name__,
            ", ".join(f"{name} and {source}" for name, source in report.untied.items()),
        )
    if report.initialised:
        logger.warning("%s: newly initialised %s. Train it before use.", cls.__name__, ", ".join(report.initialised))
    return (model, report.loading_info()) if options.output_loading_info else model


def _needs(target: type[Any] | AutoTarget, options: Options, others: Mapping[str, Any]) -> Needs | None:
    """What tells which shards are needed; None where all are."""
    # Another config, trusted code, or keys set anew may ask for other tensors.
    is_plain = not (options.strict or options.config or options.state_dict or options.trust() or others)
    return needed_shards(target, options.key_mapping) if is_plain and options._prefer() is None else None


def _files(
    path_or_id: str | os.PathLike[str] | None,
    options: Options,
    locked: Locked,
    needs: Needs | None,
) -> Source:
    if path_or_id is None:
        return Source(Path(), None, None)
    where = options.where() | options.which() | {"revision": locked.revision, "gguf_file": options.gguf_file}
    return resolve_files(path_or_id, **where, needs=needs)


def _config(
    target: type[Any] | AutoTarget,
    options: Options,
    folder: Path,
    gate: Gate,
    others: dict[str, Any],
    gguf: GgufFile | None,
) -> tuple[PretrainedConfig, dict[str, Any]]:
    """The config, and the keywords that are none of its keys."""
    if isinstance(options.config, PretrainedConfig):
        config = copy.deepcopy(options.config)
    else:
        config, others = _read_config(target, options, folder, gate, gguf, others)
    config._name_or_path = gate.source or config.name_or_path
    if options.attn_implementation is not None:
        config._attn_implementation = options.attn_implementation
    return config, others


def _read_config(
    target: type[Any] | AutoTarget,
    options: Options,
    folder: Path,
    gate: Gate,
    gguf: GgufFile | None,
    others: dict[str, Any],
) -> tuple[PretrainedConfig, dict[str, Any]]:
    path = folder if options.config is None else options.config
    assert not isinstance(path, PretrainedConfig)
    if isinstance(target, AutoTarget):
        if options.config is None:
            return read_config(folder, gate, others, None if gguf is None else gguf.config)
        names = ("trust_remote_code", "code_revision", "allow_transformers")
        trusted = {name: getattr(options, name) for name in names}
        return AutoConfig.from_pretrained(path, return_unused_kwargs=True, **trusted, **others)
    cls: type[PretrainedConfig] = target.config_class
    if options.config is None and gguf is not None:
        gguf.check_model_type(cls.model_type, target.__name__)
        return cls.from_dict(gguf.config, return_unused_kwargs=True, **others)
    return cls.from_pretrained(path, return_unused_kwargs=True, **others)


def _gguf(folder: Path, options: Options) -> GgufFile | None:
    """The GGUF file that is asked for, opened."""
    path = gguf_path(folder, options.gguf_file)
    if path is None or options.state_dict is not None:
        return None
    from loadstone.checkpoint.gguf.open import open_gguf  # needs NumPy

    return open_gguf(path)


def _open(source: Source, options: Options, gguf: GgufFile | None, needs: Needs | None) -> Checkpoint:
    if gguf is not None:
        return gguf.checkpoint
    return open_checkpoint(
        source.folder,
        **options.which(),
        leave_out=source.left_out.keys(),
        needs=None if needs is None else partial(needs, source.folder / options.subfolder),
    )


def _check_plausible(config: PretrainedConfig, checkpoint: Checkpoint) -> None:
    """:class:`InvalidConfig` if the config says more layers than the checkpoint has tensors."""
    layers = config.get("num_hidden_layers", 0)
    if isinstance(layers, int) and layers > len(checkpoint):
        raise InvalidConfig(
            [
                Fault(
                    "config key 'num_hidden_layers'",
                    f"at most {len(checkpoint)}, the number of stored tensors",
                    str(layers),
                )
            ],
            hint=" ".join(["Do config.json and the weights belong together?", *checkpoint.passed_over]),
        )


def _check_untied(plan: LoadPlan, tied: Mapping[str, str]) -> None:
    """:class:`UnusedTensors` where a class's own code makes one variable of two tensors that differ."""
    faults = [
        Fault(name, f"the numbers of {source}, with which the class's code makes it one", "others")
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
    stays = stored is wanted and not any(each.is_packed for each in checkpoint.values()) and options.is_for_the_cpu
    cast_bytes = 0
    if stored is not None and stored is not wanted and options.is_for_the_cpu:
        kept_bytes = sum(map(kept_bytes_of, checkpoint.values()))
        cast_bytes = (checkpoint.nbytes - kept_bytes) * wanted.bits // stored.bits
    return Weights(checkpoint.ends, options.transfer, cast_bytes), stays


def _is_stacked(config: PretrainedConfig) -> bool:
    """Whether the family stacks what files store one by one: those weights then lie elsewhere than in their files."""
    return registry.is_family(config.model_type) and bool(registry.family(config.model_type).experts)


def _for_init(cls: type[Any], others: dict[str, Any], config: object) -> dict[str, Any]:
    """Keywords for the class's own ``__init__``; :class:`UnknownArgument` for those that nothing takes."""
    takes = inspect.signature(cls.__init__).parameters
    if any(each.kind is each.VAR_KEYWORD for each in takes.values()):
        return others
    unknown = [name for name in others if name not in takes or name in ("self", "config", "component")]
    keys = {*cls.config_class.settable_keys(), *(config.known_keys() if isinstance(config, PretrainedConfig) else ())}
    doubled = [name for name in unknown if name in keys]
    if doubled and isinstance(config, PretrainedConfig):
        raise UnknownArgument(f"config= is given, so set it there: config.{doubled[0]} = {others[doubled[0]]!r}")
    if unknown:
        raise unknown_argument(f"{cls.__name__}.from_pretrained", unknown, option_names() | keys)
    return others
