"""From a name and the caller's keywords to a resolved model: which files, under which lock, with which trust, and the
config. What a load does, what ``plan`` foresees and what ``AutoConfig`` gives is decided here, once."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from loadstone.architectures.user_classes import OWN, Registered
from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.configs.bridged import BridgedConfig, bridged, is_foreign, makes_of_foreign
from loadstone.configs.load_options import Options, check_attention, option_names
from loadstone.configs.nested import layer_counts
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.configs.read import read_values
from loadstone.core.keywords import unknown_argument
from loadstone.core.remote_path import is_address
from loadstone.errors import ArgumentError, CheckpointNotFound, ConfigNotFound, Fault, InvalidConfig, UnknownArgument
from loadstone.frameworks.registry import PREFIXES
from loadstone.lockfile.guard import Locked, read_otherwise
from loadstone.pipeline.quantized_checkpoint import as_loaded
from loadstone.pipeline.select_class import AutoTarget, needed_shards
from loadstone.pipeline.select_config import Read, config_of, config_of_class
from loadstone.pipeline.sentence_parts import describe, encoder_folder, makes_sentences, opened_parts, sentence_files
from loadstone.remote_code.gate import Gate
from loadstone.remote_code.trust import Trust
from loadstone.reporting.load_report import LoadReport
from loadstone.sources.open import open_gguf_of, open_weights
from loadstone.sources.private_folder import removing_folders
from loadstone.sources.resolve import resolve_config as resolve_config_file
from loadstone.sources.resolve import resolve_files
from loadstone.sources.sentence_files import SentenceFiles
from loadstone.sources.source import Needs, Source

if TYPE_CHECKING:
    from loadstone.checkpoint.gguf.open import GgufFile

OPTIONS_OF_CONFIGS = (
    *("cache_dir", "force_download", "local_files_only", "token", "revision", "subfolder", "gguf_file"),
    *("stream", "storage_options"),
    *("trust_remote_code", "code_revision", "allow_transformers", "lock", "bridge"),
)
"""The options that say which config is meant and whose code may run; no other concerns a config alone."""


class Request(NamedTuple):
    """What a caller of ``from_pretrained`` asks for."""

    path_or_id: str | os.PathLike[str] | None
    """None where ``config`` and ``state_dict`` are given."""
    target: type[Any] | AutoTarget
    options: Options
    others: Mapping[str, object]
    """Keywords that are no options: keys of the config, and what the class's own ``__init__`` takes."""
    keywords: Mapping[str, object] = MappingProxyType({})
    """All of them, as they were given."""


class ResolvedModel(NamedTuple):
    """A name, resolved: all that is known before a weight file is opened."""

    request: Request
    options: Options
    source: Source
    locked: Locked
    gate: Gate
    """What code may run, of which repository at which commit."""
    config: PretrainedConfig
    """A copy, which may be changed."""
    unused: dict[str, object]
    """Keywords that are no keys of the config."""
    gguf: GgufFile | None
    needs: Needs | None
    """What tells which shards are needed; None where all are."""
    sentence: SentenceFiles | None = None
    """What lies above the encoder, of a folder of sentence-transformers that is loaded as one."""

    def open(self, framework: str) -> Checkpoint | None:
        """The weights as a model of a framework has them; None where ``state_dict`` holds them.

        Of quantized weights that are dequantized, the config says nothing any more. Raises what
        :func:`loadstone.open_checkpoint` and :func:`loadstone.pipeline.quantized_checkpoint.as_loaded` raise, and
        :class:`InvalidConfig` where config and weights do not belong together.
        """
        if self.options.state_dict is not None:
            return None
        if self.gguf is not None:
            checkpoint = self.gguf.checkpoint
        else:
            checkpoint = open_weights(self.source, self.options.which, self.needs)
        if not self.gate.admits(self.config.auto_map):  # whose layers may share tensors, or be stacked
            _check_plausible(self.config, checkpoint)
        checked = partial(self.locked.check_file, self.source.folder)
        beside = self.source.configs if self.source.remote is not None else None
        loaded = as_loaded(checkpoint, self.config, self.options, framework, checked, beside)
        place = self.request.path_or_id
        if self.sentence is None or place is None:
            return loaded
        return loaded.beside(dict(opened_parts(place, self.request.options, self.sentence, bool(self.locked))))


def resolve(request: Request, report: LoadReport) -> ResolvedModel:
    """Find the files, check the lock, and read the config. No weight file is opened, no framework imported.

    Raises what :func:`loadstone.sources.resolve.resolve_files` raises; :class:`LockMismatch`,
    :class:`ConfigNotFound`, :class:`InvalidConfig`, :class:`UnknownModelType`, :class:`UntrustedCode`,
    :class:`CustomCodeError`.
    """
    path, options = request.path_or_id, request.options
    if path is None and (options.state_dict is None or options.config is None):
        raise ArgumentError("Give a folder or a Hub id; or None together with config= and state_dict=.")
    needs = _needs(request)
    _refuse_lock(options, path)
    with report.stage("files") as stage:
        locked = Locked.of(options.lock, path, options.revision)
        hub = options.hub._replace(revision=locked.revision)
        is_of_sentences = makes_sentences(request.target)
        sentence = sentence_files(path, options, hub, locked) if is_of_sentences and path is not None else None
        if sentence is not None:
            hub = hub._replace(revision=sentence.source.commit or hub.revision)
            options = replace(options, subfolder=encoder_folder(options, sentence))
        source = Source(Path()) if path is None else resolve_files(path, options.which, hub, needs)
        source = source.hashed() if locked else source
        stage.detail = "" if source.commit is None else f"commit {source.commit}"
    with report.stage("config"):
        locked.check_configs(source)
        gate = _gate(request, source, locked)
        gguf = open_gguf_of(source) if options.state_dict is None else None
        config, unused = _config(request, source, gate, gguf)
        if is_of_sentences:
            describe(config, sentence, path)
    return ResolvedModel(request, options, source, locked, gate, config, unused, gguf, needs, sentence)


@removing_folders()
def resolve_config(
    path_or_id: str | os.PathLike[str],
    options: Options,
    overrides: Mapping[str, object],
    registered: Registered = OWN,
) -> tuple[PretrainedConfig, dict[str, object]]:
    """The config alone, and the ``overrides`` that are no keys of it: of a repository no other file is fetched.

    Raises what :func:`resolve` raises; :class:`ConfigNotFound` where there are no files at all.
    """
    _refuse_lock(options, path_or_id)
    locked = Locked.of(options.lock, path_or_id, options.revision)
    source = resolve_config_file(path_or_id, options.which, options.hub._replace(revision=locked.revision))
    locked.check_configs(source)
    gate = _gate(Request(path_or_id, AutoTarget("", ""), options, overrides), source, locked)
    read = Read(read_values(source), _where(source), registered=registered)
    config, unused = config_of(read, gate, overrides, options.bridge)
    config.came_from(gate.source, gate.commit)
    return config, unused


def unknown_keywords(
    where: str, unknown: Mapping[str, object], config_class: type[PretrainedConfig], given: object
) -> UnknownArgument:
    """The error for keywords that nothing takes; ``given`` is ``config=``, for keys that are to be set there."""
    keys = config_class.settable_keys()
    if isinstance(given, PretrainedConfig):
        keys |= given.known_keys()
        doubled = next((name for name in unknown if name in keys), None)
        if doubled is not None:
            return UnknownArgument(f"config= is given, so set it there: config.{doubled} = {unknown[doubled]!r}")
    return unknown_argument(where, unknown, option_names() | keys)


def _needs(request: Request) -> Needs | None:
    """What tells which shards are needed; None where all are."""
    options = request.options
    # Another config, trusted code, or keys set anew may ask for other tensors.
    is_plain = not (options.strict or options.config or options.state_dict or options.trust() or request.others)
    if not is_plain or options.which.prefer is not None or makes_sentences(request.target):
        return None
    return needed_shards(request.target, options.key_mapping)


def _refuse_lock(options: Options, path: str | os.PathLike[str] | None) -> None:
    """:class:`ArgumentError` for a lock over remote files that are not read whole, once and in order."""
    if options.lock is None or not (options.stream or is_address(path)):
        return
    others = ("device_mesh", "tp_plan", "distributed_config", "sharding", "quantization_config", "offload_folder")
    given = [name for name in others if getattr(options, name) is not None]
    given += ["trust_remote_code"] if options.trust_remote_code else []
    devices = options.device_map
    if (isinstance(devices, dict) and len(devices) > 1) or devices in _SPREADING_MAPS:
        given.append("device_map")
    if given:
        raise read_otherwise(options.lock, f"with {given[0]}= they")


_SPREADING_MAPS = ("auto", "balanced", "balanced_low_0", "sequential", "disk")


def _gate(request: Request, source: Source, locked: Locked) -> Gate:
    name = "" if request.path_or_id is None else str(request.path_or_id)
    options, trust = request.options, request.options.trust()
    if trust.own and is_address(request.path_or_id):
        raise ArgumentError(
            f"trust_remote_code={options.trust_remote_code!r}: code is not run from an address, {name}. Download the "
            "folder, look at the code, and load it from there."
        )
    if isinstance(request.target, AutoTarget) and request.target.name.startswith(_OF_OTHERS):
        trust = replace(trust, allow_transformers=False)  # whose classes and configs are PyTorch's
    return locked.guard(Gate(trust, name, source.commit, options.hub, options.subfolder))


def _config(
    request: Request, source: Source, gate: Gate, gguf: GgufFile | None
) -> tuple[PretrainedConfig, dict[str, object]]:
    """The config, and the keywords that are none of its keys."""
    options = request.options
    if options.config is None:
        config, unused = _own_config(request, source, gate, gguf)
        config.came_from(gate.source, gate.commit)
    else:
        _refuse_shard(source)
        config, unused = _given_config(request, options.config, gate)
        config.name_or_path = gate.source or config.name_or_path
    if options.attn_implementation is not None:
        config.attn_implementation = options.attn_implementation
    if config.attn_implementation is not None and not isinstance(config, BridgedConfig):
        check_attention(config.attn_implementation)
    return config, unused


def _own_config(
    request: Request, source: Source, gate: Gate, gguf: GgufFile | None
) -> tuple[PretrainedConfig, dict[str, object]]:
    """That of the files."""
    where = _where(source)
    if source.remote is not None and not os.path.lexists((source.configs or source.folder) / CONFIG_NAME):
        raise ConfigNotFound(f"{where}: no such file, or it may not be read. {source.remote.advice}")
    values = read_values(source) if gguf is None else gguf.config
    if isinstance(request.target, AutoTarget):
        target = request.target
        read = Read(values, where, registered=target.registered, auto_class=target.name)
        return config_of(read, gate, request.others, request.options.bridge)
    if makes_of_foreign(request.target):
        return config_of_class(request.target.config_class, values, request.others, request.target.__name__)
    _refuse_bridge(request)
    cls: type[PretrainedConfig] = request.target.config_class
    if gguf is not None:
        gguf.check_model_type(cls.model_type, request.target.__name__)
    return cls.from_file(values, where, request.others)


def _refuse_bridge(request: Request) -> None:
    """:class:`ArgumentError` where a class of Loadstone's is to be transformers'."""
    if request.options.bridge:
        raise ArgumentError(
            f"bridge=True asks for transformers' class, and {request.target!r} is Loadstone's. "
            "Use an Auto class, or leave it out."
        )


def _given_config(request: Request, given: Any, gate: Gate) -> tuple[PretrainedConfig, dict[str, object]]:
    """That of the caller, or of the place that the caller names."""
    if is_foreign(given):
        if makes_of_foreign(request.target):
            return bridged(given.to_dict(), request.others, given), {}
        if not isinstance(request.target, AutoTarget):
            raise ArgumentError(
                f"config= is transformers' {type(given).__name__}, and {request.target!r} takes a config of "
                "Loadstone's. An Auto class takes either."
            )
        read = Read(given.to_dict(), f"config={type(given).__name__}", given)
        return config_of(read, replace(gate, trust=Trust()), request.others, request.options.bridge)
    if isinstance(given, PretrainedConfig):
        return copy.deepcopy(given), dict(request.others)
    if not isinstance(request.target, AutoTarget):
        cls: type[PretrainedConfig] = request.target.config_class
        return cls.from_pretrained(given, return_unused_kwargs=True, **request.others)
    trusted = {name: getattr(request.options, name) for name in _TRUST}
    return resolve_config(given, Options(**trusted), request.others, request.target.registered)


_OF_OTHERS = tuple(prefix for prefix in PREFIXES if prefix)
_TRUST = ("trust_remote_code", "code_revision", "allow_transformers", "bridge")


def _where(source: Source) -> str:
    """The file that the config is read from, for errors."""
    if source.remote is not None and source.configs is not None and source.private is not None:
        return str(source.remote.path((source.configs / CONFIG_NAME).relative_to(source.folder).as_posix()))
    return str(source.gguf or (source.configs or source.folder) / CONFIG_NAME)


def _refuse_shard(source: Source) -> None:
    """:class:`CheckpointNotFound` for one of several shards, where no config is looked for beside it."""
    if source.file is not None:
        from loadstone.checkpoint.not_models import describe_shard  # few loads name a file

        if (why := describe_shard(source.file)) is not None:
            raise CheckpointNotFound(why)


def _check_plausible(config: PretrainedConfig, checkpoint: Checkpoint) -> None:
    """:class:`InvalidConfig` if the config says more layers than the checkpoint has tensors."""
    if isinstance(config, BridgedConfig):
        config.check_counts()
    for where, layers in layer_counts(config):
        if layers <= len(checkpoint):
            continue
        raise InvalidConfig(
            [
                Fault(
                    f"config key {where!r}",
                    f"at most {len(checkpoint)}, the number of stored tensors",
                    str(layers),
                )
            ],
            hint=" ".join(["Do config.json and the weights belong together?", *checkpoint.passed_over]),
        )
