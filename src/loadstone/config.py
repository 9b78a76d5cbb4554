"""``config.json`` as a typed object: every key is used, kept, or reported.

A family's config class lists its keys with type and default. A key that the class does not know is
kept as an attribute and written back, so that nothing a file says is lost. Values are checked when the
config is made: all that is wrong is reported at once.
"""

from __future__ import annotations

import copy
import inspect
import json
import math
import os
import secrets
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self, dataclass_transform

from loadstone.errors import ConfigError, ConfigNotFound, Fault, InvalidConfig, SaveError
from loadstone.paths import local_path
from loadstone.publishing import PushToHub, upload_asked_for
from loadstone.tensors import BY_NAME

CONFIG_NAME = "config.json"
_LARGEST_CONFIG_BYTES = 64 << 20
# Bounds that no model comes near, so that a damaged file cannot make a skeleton that fills the memory.
_LARGEST_LAYERS = 10_000
_LARGEST_LABELS = 1 << 20
_LARGEST_SIZE = (1 << 31) - 1


# What code written against Transformers 4 reads from any config, whether a file sets it or not.
_EXPECTED: dict[str, Any] = {
    "is_encoder_decoder": False,
    "tie_encoder_decoder": False,
    "chunk_size_feed_forward": 0,
    "pruned_heads": {},
    "torchscript": False,
    "cross_attention_hidden_size": None,
    "decoder_start_token_id": None,
    "sep_token_id": None,
    "tokenizer_class": None,
    "prefix": None,
    "task_specific_params": None,
    "finetuning_task": None,
}


def dtype_name(dtype: object) -> str:
    """``torch.bfloat16``, ``jnp.bfloat16``, ``"torch.bfloat16"`` or ``"bfloat16"`` → ``"bfloat16"``."""
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None) or getattr(dtype, "__name__", None)
    return (str(dtype) if name is None else str(name)).removeprefix("torch.")


def has_type(value: object, hint: Any) -> bool:
    """Whether a value from JSON is of a type, as a family's config class annotates it."""
    if hint is Any:
        return True
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return any(has_type(value, option) for option in typing.get_args(hint))
    if origin is typing.Literal:
        return value in typing.get_args(hint)
    if origin is list:
        (item,) = typing.get_args(hint)
        return isinstance(value, (list, tuple)) and all(has_type(each, item) for each in value)
    if origin is dict:
        return isinstance(value, dict)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and _is_finite(value)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _is_finite(value: float) -> bool:
    """JSON has NaN and Infinity in Python, and whole numbers that no float can hold."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def type_name(hint: Any) -> str:
    """A type as errors show it."""
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint).replace("typing.", "")


class _Absent:
    """Stands for a key of a base class that a family does not have, so that no default shows through."""

    def __get__(self, config: object, owner: type) -> Any:
        raise AttributeError


@dataclass_transform(kw_only_default=True)
class PretrainedConfig(PushToHub):
    """What ``config.json`` says of a model, and nothing about its weights.

    Keyword arguments are the file's keys; unknown ones are kept as attributes. Raises
    :class:`InvalidConfig` where a value has the wrong type or makes no sense, all at once.
    """

    model_type: ClassVar[str] = ""
    attribute_map: ClassVar[Mapping[str, str]] = {}
    """Standard name → the name that this family's files use (``hidden_size`` → ``n_embd`` in GPT-2)."""
    _fields: ClassVar[dict[str, tuple[Any, Any]]]

    architectures: list[str] | None = None
    torch_dtype: Any = None
    tie_word_embeddings: bool = True
    is_decoder: bool = False
    add_cross_attention: bool = False
    use_cache: bool = True
    output_hidden_states: bool = False
    output_attentions: bool = False
    return_dict: bool = True
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    pad_token_id: int | None = None
    id2label: dict[int, str] | None = None
    label2id: dict[str, int] | None = None
    problem_type: typing.Literal["regression", "single_label_classification", "multi_label_classification"] | None = (
        None
    )
    auto_map: dict[str, Any] | None = None

    _auto_class: ClassVar[str | None] = None
    without: ClassVar[tuple[str, ...]] = ()
    """Keys of the base class that this family's files do not have."""
    positive: ClassVar[tuple[str, ...]] = ()
    """Sizes that must be at least 1 and not absurd (checked before any arithmetic uses them)."""

    def __init_subclass__(cls) -> None:
        for name in cls.without:
            setattr(cls, name, _Absent())

    @classmethod
    def fields(cls) -> dict[str, tuple[Any, Any]]:
        """Key → (type, default), worked out once for each class.

        A class with an ``__init__`` of its own declares no keys: it sets attributes, as Transformers' configs do.
        """
        if "_fields" not in cls.__dict__:
            declaring = [c for c in cls.__mro__ if c is PretrainedConfig or "__init__" not in c.__dict__]
            hints: dict[str, Any] = {}
            for each in reversed(declaring):
                hints |= inspect.get_annotations(each, eval_str=True)
            cls._fields = {
                name: (hint, getattr(cls, name))
                for name, hint in hints.items()
                if ClassVar not in (hint, typing.get_origin(hint)) and name not in cls.without
            }
        return cls._fields

    def __init__(self, /, **values: Any) -> None:
        self._name_or_path = str(values.pop("_name_or_path", "") or "")
        self._commit_hash: str | None = None
        self._attn_implementation: str | None = values.pop("attn_implementation", None) or values.pop(
            "_attn_implementation", None
        )
        values.pop("_attn_implementation", None)
        values.pop("model_type", None)
        # A subclass may have set attributes before it calls this, and they stay.
        self._extra: dict[str, Any] = self.__dict__.get("_extra", {})
        for standard, own in self.attribute_map.items():
            if standard in values:
                values.setdefault(own, values.pop(standard))
        if "dtype" in values:
            newer = values.pop("dtype")
            values["torch_dtype"] = newer if newer is not None else values.get("torch_dtype")
        num_labels = values.pop("num_labels", None)
        values = self.upgrade(values)
        self._given = self.__dict__.get("_given", set()) | {name for name, v in values.items() if v is not None}
        for name, (_, default) in self.fields().items():
            value = values.pop(name) if name in values else self.__dict__.get(name, copy.copy(default))
            object.__setattr__(self, name, list(value) if isinstance(value, tuple) else value)
        self._extra.update(values)
        self._check()
        self._set_labels(num_labels)
        derived = self._given.copy()
        self.complete()
        self._given = derived

    def upgrade(self, values: dict[str, Any]) -> dict[str, Any]:
        """Older or newer spellings of a key → the one that this class knows. A family may extend it."""
        return values

    def complete(self) -> None:
        """Defaults that depend on other keys, and checks across keys. A family may extend it."""

    def _check(self) -> None:
        faults = []
        layers = self.attribute_map.get("num_hidden_layers", "num_hidden_layers")
        for name, (hint, default) in self.fields().items():
            value = getattr(self, name)
            if name == "torch_dtype":
                if value is not None and dtype_name(value) not in BY_NAME and value != "auto":
                    faults.append(Fault(f"config key {name!r}", "a dtype's name such as 'bfloat16'", repr(value)))
            elif value is not default and not has_type(value, hint):
                faults.append(Fault(f"config key {name!r}", type_name(hint), f"{value!r} ({type(value).__name__})"))
            elif name in self.positive and value is not None:
                largest = _LARGEST_LAYERS if name == layers else _LARGEST_SIZE
                if not 1 <= value <= largest:
                    faults.append(Fault(f"config key {name!r}", f"a number from 1 to {largest}", repr(value)))
        if faults:
            raise InvalidConfig(faults, hint=f"The config says model_type {self.model_type!r}; was it edited?")

    def _set_labels(self, num_labels: int | None) -> None:
        if self.id2label is not None:
            try:
                self.id2label = {int(key): label for key, label in self.id2label.items()}
            except (TypeError, ValueError):
                raise InvalidConfig(
                    [Fault("config key 'id2label'", "whole numbers as keys", repr(self.id2label))]
                ) from None
        if num_labels is not None:
            self.num_labels = num_labels
        elif self.id2label is None:
            self.num_labels = 2

    @property
    def num_labels(self) -> int:
        """How many classes a classification head tells apart."""
        return len(self.id2label or ())

    @num_labels.setter
    def num_labels(self, count: int) -> None:
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _LARGEST_LABELS:
            raise InvalidConfig(
                [Fault("config key 'num_labels'", f"a whole number from 1 to {_LARGEST_LABELS}", repr(count))]
            )
        if self.id2label is None or len(self.id2label) != count:
            self.id2label = {index: f"LABEL_{index}" for index in range(count)}
            self.label2id = {label: index for index, label in self.id2label.items()}

    @property
    def dtype(self) -> Any:
        """The newer name of ``torch_dtype``."""
        return self.torch_dtype

    @dtype.setter
    def dtype(self, value: Any) -> None:
        self.torch_dtype = value

    @property
    def name_or_path(self) -> str:
        """Where the config came from."""
        return self._name_or_path

    @property
    def use_return_dict(self) -> bool:
        """Whether outputs have named fields (``return_dict``, the older spelling)."""
        return self.return_dict

    def get_text_config(self, decoder: bool = False) -> Self:
        """The config of the text part: itself, for a text model."""
        return self

    def get(self, name: str, default: Any = None) -> Any:
        """Like a dict's ``get``, as tools that read ``config.json`` expect."""
        return getattr(self, name, default)

    def __getattr__(self, name: str) -> Any:
        own = type(self).attribute_map.get(name)
        if own is not None:
            return getattr(self, own)
        extra = self.__dict__.get("_extra", {})
        if name in extra:
            return extra[name]
        if name in _EXPECTED:
            return copy.copy(_EXPECTED[name])
        raise AttributeError(f"{type(self).__name__} has no key {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        name = type(self).attribute_map.get(name, name)
        if name.startswith("_") or hasattr(type(self), name):
            object.__setattr__(self, name, value)
            self.__dict__.setdefault("_given", set()).add(name)
        else:
            self.__dict__.setdefault("_extra", {})[name] = value

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__.get("_extra", {}):
            del self._extra[name]
        else:
            object.__delattr__(self, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PretrainedConfig) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.to_json_string()}"

    def to_dict(self) -> dict[str, Any]:
        """All keys as JSON can hold them, in the names that Transformers 4 and 5 both read."""
        values = {name: copy.deepcopy(getattr(self, name)) for name in self.fields() if name != "torch_dtype"}
        # Attributes that a subclass declares without a type.
        set_anew = {name: value for name, value in self.__dict__.items() if name[0] != "_" and name not in values}
        set_anew.pop("torch_dtype", None)
        values.update({name: _as_json(value) for name, value in copy.deepcopy({**set_anew, **self._extra}).items()})
        values["model_type"] = self.model_type or self._extra.get("model_type", "")
        if self.torch_dtype is not None:
            values["torch_dtype"] = dtype_name(self.torch_dtype)
        own = self.fields().keys() - PretrainedConfig.fields().keys() - self._given
        unset = {name for name in own if values[name] is None and self.fields()[name][1] is None}
        unset |= {name for name in ("auto_map", "problem_type", "architectures") if values[name] is None}
        return {name: value for name, value in values.items() if name not in unset}

    def to_diff_dict(self) -> dict[str, Any]:
        """:meth:`to_dict` without what a reader knows anyway.

        That is the keys of every family where they have their default value, and the keys without a fixed default
        that nobody gave, which follow from others (``head_dim``).
        """
        values = self.to_dict()
        for name, (_, default) in self.fields().items():
            if default is None and name not in self._given and name not in PretrainedConfig.fields():
                values.pop(name, None)
        for name, (_, default) in PretrainedConfig.fields().items():
            if name in ("tie_word_embeddings", "use_cache") or self.fields()[name][1] != default:
                continue
            if name in values and values[name] == default:
                del values[name]
        if self.id2label == {0: "LABEL_0", 1: "LABEL_1"}:
            values.pop("id2label", None)
            values.pop("label2id", None)
        return values

    def to_json_string(self) -> str:
        """The text of ``config.json``."""
        return json.dumps(self.to_diff_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def save_pretrained(self, save_directory: str | os.PathLike[str], push_to_hub: bool = False, **others: Any) -> None:
        """Write ``config.json`` into a folder (made if absent): whole, or not at all.

        A class that came with a checkpoint, or that was registered for an Auto class, takes its code along.
        ``push_to_hub=True`` then uploads these files, to the repository ``repo_id`` or the one that has the folder's
        name; ``token``, ``private``, ``commit_message``, … as for :meth:`push_to_hub`.

        Raises :class:`SaveError` where the folder cannot be written to, and :class:`UnknownArgument` for a keyword that
        nothing takes.
        """
        from loadstone.remote_code.carrying import carried

        upload = upload_asked_for(PretrainedConfig.save_pretrained, save_directory, push_to_hub, others)
        code, config = carried(self, None)
        folder, files = local_path(save_directory), {**code, CONFIG_NAME: config.to_json_string().encode()}
        write_small_files(folder, files)
        if upload is not None:
            upload.send(folder, files, self._title)

    @classmethod
    def register_for_auto_class(cls, auto_class: str = "AutoConfig") -> None:
        """Have this class's code saved with its configs and models, so that ``AutoConfig`` finds it there."""
        cls._auto_class = auto_class if isinstance(auto_class, str) else auto_class.__name__

    @classmethod
    def get_config_dict(
        cls, pretrained_model_name_or_path: str | os.PathLike[str], **keywords: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a ``config.json`` holds, and the keywords that do not say where it is."""
        from loadstone.hub import resolve_config

        names = ("cache_dir", "force_download", "local_files_only", "token", "revision", "subfolder", "gguf_file")
        where = {name: keywords.pop(name) for name in names if keywords.get(name) is not None}
        folder = resolve_config(pretrained_model_name_or_path, **where).folder
        return read_values(folder / where.get("subfolder", ""), where.get("gguf_file")), keywords

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], **overrides: Any) -> Self:
        """A config from the contents of ``config.json``, with some keys set anew."""
        # How to compute attention is for the one who loads to say; files name kernels of the machine they come from.
        overrides = {cls.attribute_map.get(name, name): value for name, value in overrides.items()}
        kept = {name: value for name, value in values.items() if name.removeprefix("_") != "attn_implementation"}
        if "torch_dtype" in overrides or "dtype" in overrides:
            kept = {name: value for name, value in kept.items() if name not in ("torch_dtype", "dtype")}
        merged = {**kept, **overrides}
        if "num_labels" in overrides and "id2label" not in overrides:
            if len(merged.get("id2label") or ()) != overrides["num_labels"]:
                merged.pop("id2label", None)
                merged.pop("label2id", None)
        return cls(**merged)

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str],
        *,
        cache_dir: str | os.PathLike[str] | None = None,
        force_download: bool = False,
        local_files_only: bool = False,
        token: str | bool | None = None,
        revision: str | None = None,
        subfolder: str = "",
        gguf_file: str | None = None,
        trust_remote_code: object = None,
        **overrides: Any,
    ) -> Self:
        """The config of a folder or Hub id, with keys set anew by keyword (``num_labels=3``).

        No code is looked for, so ``trust_remote_code`` is accepted and changes nothing.

        Raises :class:`ConfigNotFound`, :class:`InvalidConfig`, :class:`HubError`, and
        :class:`ConfigError` where the file is for another family than this class.
        """
        from loadstone.hub import resolve_config

        source = resolve_config(
            pretrained_model_name_or_path,
            revision=revision,
            subfolder=subfolder,
            gguf_file=gguf_file,
            cache_dir=cache_dir,
            force_download=force_download,
            local_files_only=local_files_only,
            token=token,
        )
        folder = source.folder
        values = read_values(folder / subfolder, gguf_file)
        found = values.get("model_type", cls.model_type)
        if cls.model_type and found != cls.model_type:
            raise ConfigError(
                f"{folder / subfolder / CONFIG_NAME} has model_type {found!r}, but {cls.__name__} is for "
                f"{cls.model_type!r}. Use AutoConfig, or the class of that family."
            )
        config = cls.from_dict(values, **overrides)
        config._name_or_path, config._commit_hash = str(pretrained_model_name_or_path), source.commit
        return config


def _as_json(value: Any) -> Any:
    """A value that custom code has set, as JSON can hold it: a config within is an object, a dtype its name."""
    if isinstance(value, PretrainedConfig):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: _as_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    if isinstance(value, str | int | float) or value is None:
        return value
    name = dtype_name(value)
    if name in BY_NAME:
        return name
    raise ConfigError(f"{type(value).__name__} {value!r} is no value that config.json can hold")


def read_json(path: Path, what: str) -> dict[str, Any]:
    """The object that a JSON file holds; :class:`ConfigNotFound` or :class:`InvalidConfig` if it does not."""
    if not path.is_file():
        raise ConfigNotFound(
            f"{path.parent}: no {path.name} there. "
            + ("That folder does not exist." if not path.parent.is_dir() else f"Give the folder that holds the {what}.")
        )
    size = path.stat().st_size
    if size > _LARGEST_CONFIG_BYTES:
        raise InvalidConfig([Fault(str(path), f"at most {_LARGEST_CONFIG_BYTES} bytes", f"{size} bytes")])
    try:
        values = json.loads(path.read_bytes().decode("utf-8-sig"))  # as bytes it would guess at UTF-16 and UTF-32
    except (ValueError, RecursionError) as error:
        raise InvalidConfig([Fault(str(path), "JSON", str(error) or type(error).__name__)]) from None
    if not isinstance(values, dict):
        raise InvalidConfig([Fault(str(path), "a JSON object", type(values).__name__)])
    return values


def read_config(folder: Path) -> dict[str, Any]:
    """The contents of ``config.json`` in a folder."""
    if not (folder / CONFIG_NAME).is_file() and (found := sorted(path.name for path in folder.glob("*.gguf"))):
        raise ConfigNotFound(
            f"{folder}: no {CONFIG_NAME} there, but {len(found)} of llama.cpp's files. "
            f"With gguf_file={found[0]!r} the config, the weights and the tokenizer come from that file."
        )
    return read_json(folder / CONFIG_NAME, "model")


def read_values(folder: Path, gguf_file: str | None) -> dict[str, Any]:
    """The same, or what a GGUF file says, where one is meant."""
    from loadstone.checkpoint.names import gguf_path

    path = gguf_path(folder, gguf_file)
    if path is None:
        return read_config(folder)
    from loadstone.gguf import open_gguf  # needs NumPy

    return open_gguf(path).config


def write_small_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder (made if absent), each whole or not at all; :class:`SaveError` where that fails."""
    if "\0" in str(folder):
        raise SaveError(f"{str(folder)!r}: a path cannot hold NUL")
    try:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            replace_file(folder / name, content)
    except OSError as error:
        hint = "Give the path of a folder" if os.path.isfile(folder) else "See that the path can be written to"
        names = ", ".join(files)
        raise SaveError(f"{folder}: {names} could not be written: {error.strerror or error}. {hint}") from error


def replace_file(path: Path, content: bytes) -> None:
    """Write a small file so that a crash leaves the old one or the new one, whole."""
    # A name that nobody can foresee, and never one that is there: what was planted is not written through.
    staged = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with open(staged, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(staged, path)
    finally:
        staged.unlink(missing_ok=True)
