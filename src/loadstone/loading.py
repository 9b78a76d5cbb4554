"""The pipeline: from a name to a running model, one step after another."""

from __future__ import annotations

import difflib
import inspect
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadstone.architectures import registry
from loadstone.architectures.family import Family, HeadSpec
from loadstone.auto import AutoClass, AutoConfig, require_framework
from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.config import PretrainedConfig, dtype_name
from loadstone.errors import ArgumentError, Fault, InvalidConfig, UnknownArgument, UnknownModelType, UnsupportedDType
from loadstone.generation_config import GenerationConfig
from loadstone.hub import Source, resolve_files
from loadstone.planning.match import match
from loadstone.report import LoadReport
from loadstone.tensors import BY_NAME, DType, StoredTensor
from loadstone.transfer.mapping import MappedFile, Warmup

logger = logging.getLogger("loadstone")

_HUB = ("cache_dir", "force_download", "local_files_only", "token", "revision", "subfolder")
_FILES = (*_HUB, "variant", "use_safetensors")
_OPTIONS = {
    *_FILES,
    "config",
    "state_dict",
    "torch_dtype",
    "dtype",
    "ignore_mismatched_sizes",
    "output_loading_info",
    "low_cpu_mem_usage",
    "_fast_init",
    "key_mapping",
    "attn_implementation",
    "strict",
    "device_map",
    "trust_remote_code",
    "weights_only",
}


def from_pretrained(
    framework_name: str,
    path_or_id: str | os.PathLike[str] | None,
    target: type[Any],
    model_args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> Any:
    """Load ``path_or_id`` into ``target``, a model class or an ``Auto…`` class. ``kwargs`` as in Transformers 4.52.

    ========================== =================================================================================
    ``config``                 a config, or where to find one; else the checkpoint's own, with any keyword that
                               is one of its keys set anew (``num_labels=3``)
    ``state_dict``             tensors to load in place of the checkpoint's files
    ``torch_dtype``, ``dtype`` a dtype, its name, or ``"auto"`` (the config's, else the first floating-point
                               tensor's); float32 where not given
    ``device_map``             one device for the whole model
    ``attn_implementation``    ``"sdpa"`` or ``"eager"``
    ``ignore_mismatched_sizes`` initialise slots anew whose stored shape differs, in place of an error
    ``strict``                 an error if a stored tensor is not used or a slot newly initialised
    ``key_mapping``            regular expression → replacement, applied to stored names
    ``output_loading_info``    return ``(model, info)``
    ``subfolder``, ``variant``, ``use_safetensors``, ``revision``, ``token``, ``cache_dir``, ``force_download``,
    ``local_files_only``       which files, and where from
    ``low_cpu_mem_usage``, ``_fast_init`` accepted: both are always on
    ========================== =================================================================================

    Raises the errors of :mod:`loadstone.errors`; nothing half-loaded is ever returned.
    """
    options = {name: value for name, value in kwargs.items() if name in _OPTIONS}
    others = {name: value for name, value in kwargs.items() if name not in _OPTIONS}
    files = {name: options[name] for name in _FILES if options.get(name) is not None}
    state_dict = options.get("state_dict")
    if path_or_id is None and (state_dict is None or options.get("config") is None):
        raise ArgumentError("Give a folder or a Hub id; or None together with config= and state_dict=.")
    if options.get("trust_remote_code"):
        logger.info("trust_remote_code has no effect: Loadstone's own classes run no code from a checkpoint.")
    report = LoadReport(source=str(path_or_id))

    with report.stage("files") as stage:
        source = Source(Path(), None, None) if path_or_id is None else resolve_files(path_or_id, **files)
        folder = source.folder / files.get("subfolder", "")
        stage.detail = "" if source.commit is None else f"commit {source.commit}"
    with report.stage("config"):
        config, others = _config(options.get("config"), folder, path_or_id, others)
        if options.get("attn_implementation") is not None:
            config._attn_implementation = options["attn_implementation"]
        family, head = _pick(target, config)
    with report.stage("checkpoint") as stage:
        checkpoint = None
        if state_dict is None:
            chosen = {name: files[name] for name in ("subfolder", "variant", "use_safetensors") if name in files}
            checkpoint = open_checkpoint(source.folder, **chosen)
            stage.nbytes = checkpoint.nbytes
            stage.detail = f"{len(checkpoint)} tensors in {len(checkpoint.files)} {checkpoint.format} file(s)"
    maps, warmup = _map(checkpoint, options, config)
    try:
        with report.stage("framework"):
            framework = require_framework(framework_name)
        with report.stage("skeleton") as stage:
            cls = framework.resolve_class(family, head) if issubclass(target, AutoClass) else target
            device = framework.device_of(options.get("device_map"))
            extra = _for_init(cls, others)
            model = framework.skeleton(cls, config, model_args, extra)
            stored: Mapping[str, StoredTensor] = framework.held(state_dict) if checkpoint is None else checkpoint
            dtype = _dtype(options, config, stored)
        with report.stage("plan"):
            plan = match(
                framework.slots(model),
                stored,
                framework.naming(model),
                strict=bool(options.get("strict")),
                ignore_mismatched_sizes=bool(options.get("ignore_mismatched_sizes")),
                key_mapping=options.get("key_mapping"),
            )
            report.take(plan)
        with report.stage("fill") as stage:
            filled = framework.fill_model(model, plan, maps, state_dict, dtype, device)
            stage.nbytes = filled.viewed + filled.copied
            stage.detail = f"{_percent(filled.viewed, stage.nbytes)} mapped, the rest copied"
        with report.stage("populate"):
            warmup.wait()
    except BaseException:
        warmup.cancel()
        raise
    framework.finish(model, dtype, device)
    report.model_class, report.dtype, report.device = type(model).__name__, dtype.value, str(device)
    model.load_report = report
    model.name_or_path = config._name_or_path
    if model.can_generate():
        model.generation_config = GenerationConfig.for_model(config, None if path_or_id is None else folder)
    if report.initialised:
        logger.warning("%s: newly initialised %s. Train it before use.", cls.__name__, ", ".join(report.initialised))
    if not options.get("output_loading_info"):
        return model
    info = {
        "missing_keys": sorted(set(report.initialised) - {name for name, _, _ in report.mismatched}),
        "unexpected_keys": sorted(report.unused),
        "mismatched_keys": list(report.mismatched),
        "error_msgs": [],
    }
    return model, info


def _config(
    given: Any, folder: Path, path_or_id: Any, others: dict[str, Any]
) -> tuple[PretrainedConfig, dict[str, Any]]:
    """The config, and the keywords that are none of its keys."""
    if isinstance(given, PretrainedConfig):
        import copy

        config = copy.deepcopy(given)
    else:
        config = AutoConfig.from_pretrained(folder if given is None else given)
        keys = {name for name in others if name in config.fields() or name in config.attribute_map}
        keys |= {"num_labels"} & others.keys() | {name for name in others if name in config._extra}
        if keys:
            config = type(config).from_dict({**config.to_dict()}, **{name: others[name] for name in keys})
            others = {name: value for name, value in others.items() if name not in keys}
    config._name_or_path = str(path_or_id or config._name_or_path)
    if "quantization_config" in config._extra:
        method = (config._extra["quantization_config"] or {}).get("quant_method", "unknown")
        raise InvalidConfig(
            [Fault("config key 'quantization_config'", "none", f"quant_method {method!r}")],
            hint="Loadstone does not read quantised checkpoints yet; load the model's unquantised version.",
        )
    return config, others


def _pick(target: type[Any], config: PretrainedConfig) -> tuple[Family, HeadSpec | None]:
    """Family and head: by the task of an ``Auto…`` class, or those of the model class."""
    if not issubclass(target, AutoClass):
        if not isinstance(config, target.config_class):
            raise InvalidConfig(
                [Fault("config", target.config_class.__name__, type(config).__name__)],
                hint=f"{target.__name__} cannot be made of it. An Auto class picks the class from the config.",
            )
        return target.family_spec, target.head_spec
    family = registry.family(config.model_type)
    head = family.head(target.task)
    if head is None:
        tasks = ", ".join(head.class_name for head in family.heads)
        raise UnknownModelType(f"{target.__name__}: the {family.model_type} family has no such head; it has {tasks}.")
    return family, head


def _map(
    checkpoint: Checkpoint | None, options: Mapping[str, Any], config: PretrainedConfig
) -> tuple[dict[Path, MappedFile], Warmup]:
    """Map the weight files; have the kernel populate the maps meanwhile, where the weights stay as they are stored."""
    if checkpoint is None:
        return {}, Warmup(())
    ends: dict[Path, int] = {}
    for tensor in checkpoint.values():
        ends[tensor.file] = max(ends.get(tensor.file, 0), tensor.offset + tensor.nbytes)
    maps = {path: MappedFile(path, end) for path, end in ends.items()}
    stays = _first_floating(checkpoint) is _dtype(options, config, checkpoint, quiet=True)
    on_cpu = str(options.get("device_map") or "cpu") in ("cpu", "{'': 'cpu'}")
    warmup = Warmup(maps.values() if stays and on_cpu else ())
    warmup.start()
    return maps, warmup


def _first_floating(stored: Mapping[str, StoredTensor]) -> DType | None:
    return next((tensor.dtype for tensor in stored.values() if tensor.dtype.is_floating), None)


def _dtype(
    options: Mapping[str, Any], config: PretrainedConfig, stored: Mapping[str, StoredTensor], quiet: bool = False
) -> DType:
    """The dtype to load floating-point slots in."""
    given = [options[name] for name in ("torch_dtype", "dtype") if options.get(name) is not None]
    if len({dtype_name(each) for each in given}) > 1:
        raise ArgumentError(f"torch_dtype is {given[0]} and dtype is {given[1]}: give one of them.")
    kept = _first_floating(stored) or DType.FLOAT32
    if not given:
        if kept.bits < DType.FLOAT32.bits and not quiet:
            logger.warning(
                "The weights are stored in %s and loaded in float32, which takes %d times the memory; "
                'torch_dtype="auto" keeps them as they are.',
                kept.value,
                DType.FLOAT32.bits // kept.bits,
            )
        return DType.FLOAT32
    name = dtype_name(given[0])
    if name == "auto":
        name = dtype_name(config.torch_dtype) if config.torch_dtype is not None else kept.value
    found = BY_NAME.get(name)
    if found is None or not found.is_floating:
        near = difflib.get_close_matches(name, BY_NAME, n=1)
        raise UnsupportedDType(
            [Fault(f"torch_dtype {given[0]!r}", "'auto' or a floating-point dtype", "neither", _mean(near))]
        )
    return found


def _mean(near: list[str]) -> str:
    return f"Did you mean {near[0]!r}?" if near else ""


def _for_init(cls: type[Any], others: dict[str, Any]) -> dict[str, Any]:
    """Keywords for the class's own ``__init__``; :class:`UnknownArgument` for those that nothing takes."""
    takes = inspect.signature(cls.__init__).parameters
    unknown = [name for name in others if name not in takes or name in ("self", "config", "component")]
    if unknown:
        known = sorted(_OPTIONS | cls.config_class.fields().keys() | {"num_labels"})
        hints = [f"{name!r} {_mean(difflib.get_close_matches(name, known, n=1))}".strip() for name in unknown]
        raise UnknownArgument(f"from_pretrained of {cls.__name__} does not know: {'; '.join(hints)}")
    return others


def _percent(part: int, whole: int) -> str:
    return f"{100 * part // whole if whole else 0} %"
