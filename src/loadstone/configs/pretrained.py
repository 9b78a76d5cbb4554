"""``config.json`` as a typed object: every key is used, kept, or reported.

A family's config class lists its keys with type and default. A key that the class does not know is
kept as an attribute and written back, so that nothing a file says is lost. Values are checked when the
config is made: all that is wrong is reported at once.
"""

from __future__ import annotations

import copy
import json
import os
import typing
from collections.abc import Collection, Mapping, Sized
from typing import Any, ClassVar, Self, dataclass_transform

from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.configs.keys import EXPECTED
from loadstone.configs.nested import NestedConfigs
from loadstone.configs.read import read_values
from loadstone.configs.values import as_json, file_values, numbered
from loadstone.core.dtypes import dtype_name
from loadstone.core.keywords import NEVER_KEYS, WITHOUT_EFFECT, unknown_argument
from loadstone.core.paths import local_path
from loadstone.core.tensors import BY_NAME
from loadstone.errors import ConfigError, Fault, InvalidConfig
from loadstone.saving.folders import write_small_files
from loadstone.sources.publish import PushToHub, upload_asked_for
from loadstone.sources.request import files_asked_for

_LARGEST_LABELS = 1 << 20
_TEXT_ENCODERS: tuple[str, ...] = ("text_encoder",)
_TEXT_DECODERS: tuple[str, ...] = ("decoder", "generator", "text_config")


def named_dtype(*dtypes: object) -> object:
    """The first that names a dtype; None if all leave it open, as None and ``"auto"`` do."""
    return next((dtype for dtype in dtypes if dtype is not None and dtype_name(dtype) != "auto"), None)


@dataclass_transform(kw_only_default=True)
class PretrainedConfig(NestedConfigs, PushToHub):
    """What ``config.json`` says of a model, and nothing about its weights.

    Keyword arguments are the file's keys; unknown ones are kept as attributes. Raises
    :class:`InvalidConfig` where a value has the wrong type or makes no sense, all at once.
    """

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

    default_labels: ClassVar[int] = 2
    """How many classes a classification head tells apart where nobody says it."""
    also_called: ClassVar[tuple[str, ...]] = ()
    """Model types that files of other code give it, which are read where the class is named."""
    _auto_class: ClassVar[str | None] = None
    spellings: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"torch_dtype", "dtype"}),)

    def __init__(self, /, **values: object) -> None:
        if not self._sets_itself_up():
            self._refuse_two_spellings(values)
        self._take(values)
        self.validate()

    def _take(self, values: Mapping[str, object]) -> None:
        rest: dict[str, Any] = dict(values)
        self._name_or_path = str(rest.pop("_name_or_path", "") or "")
        self._commit_hash: str | None = None
        kernels = [rest.pop(name, None) for name in ("attn_implementation", "_attn_implementation")]
        self._attn_implementation: str | None = kernels[0] or kernels[1]
        rest.pop("model_type", None)
        if "dtype" in rest:
            newer, older = rest.pop("dtype"), rest.get("torch_dtype")
            rest["torch_dtype"] = named_dtype(newer, older) or newer or older
        num_labels = rest.pop("num_labels", None)
        super()._take(rest)
        if self._attn_implementation is not None:
            self.attn_implementation = self._attn_implementation
        self._set_labels(num_labels)

    def _fault(self, name: str, value: object) -> Fault | None:
        if name != "torch_dtype":
            return super()._fault(name, value)
        if value is None or dtype_name(value) in BY_NAME or value == "auto":
            return None
        return Fault(f"config key {name!r}", "a dtype's name such as 'bfloat16'", repr(value))

    def _say(self, name: str, value: object) -> None:
        super()._say(name, numbered(value) if name == "id2label" and value is not None else value)
        if name == "id2label":
            self._set_labels(None)
            labels, named = self.id2label or {}, self.label2id or {}
            if any(named.get(label) != index for index, label in labels.items()):
                self.label2id = {label: index for index, label in labels.items()}
        if name == "torch_dtype" and named_dtype(value) is not None:
            for within in self.nested():  # as loading with a dtype does in transformers
                if isinstance(config := vars(self).get(within), PretrainedConfig):
                    config.torch_dtype = value

    def _refuse_two_spellings(self, values: Mapping[str, object]) -> None:
        labels, count = values.get("id2label"), values.get("num_labels")
        if isinstance(labels, Mapping) and count is not None and len(labels) != count:
            raise InvalidConfig([Fault("config key 'num_labels'", f"{len(labels)}, as in id2label", repr(count))])
        # None and "auto" leave the dtype open, so that they are at odds with nothing.
        dtypes = {name: dtype_name(values[name]) for name in ("torch_dtype", "dtype") if named_dtype(values.get(name))}
        others = {name: value for name, value in values.items() if name not in ("torch_dtype", "dtype")}
        super()._refuse_two_spellings({**others, **dtypes})

    def update(self, config_dict: Mapping[str, object]) -> None:
        """Set keys, in whatever spelling. :class:`InvalidConfig` where a value has the wrong type, or two spellings
        of one key are given and differ; how keys fit together is checked when a model is made."""
        super().update({name: value for name, value in config_dict.items() if name != "label2id"})
        if "label2id" in config_dict:  # last, so that id2label does not take it for what followed from the one before
            super().update({"label2id": config_dict["label2id"]})

    def _set_labels(self, num_labels: int | None) -> None:
        if self.id2label is None and num_labels is None and isinstance(self.label2id, Mapping):
            labels = {index: label for label, index in self.label2id.items()}
            if labels and labels.keys() == set(range(len(self.label2id))):
                self.__dict__["id2label"] = labels
        if self.id2label is not None:
            self.__dict__["id2label"] = numbered(self.id2label)
        if num_labels is not None:
            self.num_labels = num_labels
        elif self.id2label is None:
            self.num_labels = self.default_labels

    @property
    def num_labels(self) -> int:
        """How many classes a classification head tells apart."""
        return len(self.id2label or ())

    @num_labels.setter
    def num_labels(self, count: int) -> None:
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _LARGEST_LABELS:
            raise InvalidConfig(
                [Fault("config key 'num_labels'", f"an integer from 1 to {_LARGEST_LABELS}", repr(count))]
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
    def attn_implementation(self) -> str | None:
        """How attention is to be computed; never taken from a file, nor written into one."""
        return self._attn_implementation

    @attn_implementation.setter
    def attn_implementation(self, value: str | None) -> None:
        for _, config in self.configs():
            config.__dict__["_attn_implementation"] = value

    @property
    def name_or_path(self) -> str:
        """Where the config came from."""
        return self._name_or_path

    @name_or_path.setter
    def name_or_path(self, value: object) -> None:
        self._name_or_path = str(value)

    @property
    def source_commit(self) -> str | None:
        """The commit of the Hub's repository that the config came from; None for one that lies on this machine."""
        return self._commit_hash

    @property
    def use_return_dict(self) -> bool:
        """Whether outputs have named fields (``return_dict``, the older spelling)."""
        return self.return_dict

    @use_return_dict.setter
    def use_return_dict(self, value: bool) -> None:
        self.return_dict = value

    def get_text_config(self, decoder: bool | None = None, encoder: bool | None = None) -> PretrainedConfig:
        """The config of the text part: itself, for a text model; else what lies in ``text_config``, or under another
        of the names that such parts have. With ``decoder`` or ``encoder`` only that side is looked for.

        Raises :class:`ConfigError` where there are two.
        """
        names = _TEXT_ENCODERS + _TEXT_DECODERS
        if bool(decoder) != bool(encoder):
            names = _TEXT_DECODERS if decoder else _TEXT_ENCODERS
        own, extra = self.__dict__, self.__dict__.get("_extra", {})  # a miss of getattr would take much longer
        there = [name for name in names if name in own or name in extra]
        held = [name for name in there if isinstance(own.get(name, extra.get(name)), PretrainedConfig)]
        if len(held) > 1:
            raise ConfigError(
                f"{type(self).__name__} has several text configs, {', '.join(held)}. Say decoder=True or encoder=True, "
                "or take the attribute."
            )
        text: PretrainedConfig = getattr(self, held[0]) if held else self
        return text

    def _get_generation_parameters(self) -> dict[str, object]:
        """What transformers' ``generate`` asks of a config: nothing, for a generation config has such keys already."""
        return {}

    @property
    def per_layer_config(self) -> list[PretrainedConfig]:
        """The config of each layer, which transformers' caches ask for: this one, as all layers have the same sizes."""
        layers: int = self.get("num_hidden_layers", 0)
        return [self] * layers

    @per_layer_config.setter
    def per_layer_config(self, value: object) -> None:
        if value:
            raise InvalidConfig(
                [Fault("config key 'per_layer_config'", "{}: all layers have the same sizes", repr(value))]
            )

    def get(self, name: str, default: Any = None) -> Any:
        """Like a dict's ``get``, as tools that read ``config.json`` expect."""
        return getattr(self, name, default)

    def __getattr__(self, name: str) -> Any:
        own = type(self).attribute_map.get(name)
        if own is not None:
            return getattr(self, own)
        flat, names = self.flat()
        if name in names and flat in self.__dict__:
            return getattr(self.__dict__[flat], name)
        extra = self.__dict__.get("_extra", {})
        if name in extra:
            return extra[name]
        if name in EXPECTED:
            return copy.copy(EXPECTED[name])
        raise AttributeError(f"{type(self).__name__} has no key {name!r}")

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
        values = {name: getattr(self, name) for name in self.fields()}
        inner = {name: values[name].to_dict() for name in self.nested() if values[name] is not None}
        return self._as_json({**values, **inner})

    def _as_json(self, declared: Mapping[str, object]) -> dict[str, object]:
        values = {name: copy.deepcopy(value) for name, value in declared.items() if name != "torch_dtype"}
        # Attributes that a subclass declares without a type.
        set_anew = {name: value for name, value in self.__dict__.items() if name[0] != "_" and name not in values}
        set_anew.pop("torch_dtype", None)
        undeclared = {name: value for name, value in {**set_anew, **self._extra}.items() if name not in NEVER_KEYS}
        values.update({name: as_json(value) for name, value in copy.deepcopy(undeclared).items()})
        values["model_type"] = self.model_type or self._extra.get("model_type", "")
        if (dtype := named_dtype(self.torch_dtype)) is not None:  # "auto" says no more than no key at all
            values["torch_dtype"] = dtype_name(dtype)
        unset = {
            "auto_map",
            "problem_type",
            "architectures",
            *(self.fields().keys() - PretrainedConfig.fields().keys()),
        }
        without_meaning = {
            name for name in unset & self.fields().keys() if values[name] is None and self.fields()[name][1] is None
        }
        return {name: value for name, value in values.items() if name not in without_meaning}

    def to_diff_dict(self) -> dict[str, Any]:
        """:meth:`to_dict` without what a reader knows anyway.

        That is the keys of every family where they have their default value, and the keys that nobody said, which
        follow from others (``head_dim``).
        """
        raw = self._raw_values()
        inner = {name: vars(self)[name]._within_another() for name in self.nested() if raw[name] is not None}
        values = self._as_json({**raw, **inner})
        for name, (_, default) in PretrainedConfig.fields().items():
            if name in ("tie_word_embeddings", "use_cache") or self.fields().get(name, (None, default))[1] != default:
                continue
            if name in values and values[name] == default:
                del values[name]
        if self.id2label == {index: f"LABEL_{index}" for index in range(self.default_labels)}:
            values.pop("id2label", None)
            values.pop("label2id", None)
        return values

    def _within_another(self) -> dict[str, Any]:
        """:meth:`to_diff_dict`, without what only the larger config says, where this one's class has no say in it: in
        transformers a text config that says ``tie_word_embeddings`` speaks for the whole of some models."""
        own = self.__class__.__mro__[: self.__class__.__mro__.index(PretrainedConfig)]
        said = {name for cls in own for name in vars(cls).get("__annotations__", {})}
        silent = {
            name
            for name in ("tie_word_embeddings", "use_cache")
            if name not in said and self.get(name) == PretrainedConfig.fields()[name][1]
        }
        return {name: value for name, value in self.to_diff_dict().items() if name not in silent}

    def to_json_string(self) -> str:
        """The text of ``config.json``."""
        return json.dumps(self.to_diff_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def save_pretrained(
        self, save_directory: str | os.PathLike[str], push_to_hub: bool = False, **others: object
    ) -> None:
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
    def _root(cls) -> type[PretrainedConfig]:
        return PretrainedConfig

    @classmethod
    def register_for_auto_class(cls, auto_class: str = "AutoConfig") -> None:
        """Have this class's code saved with its configs and models, so that ``AutoConfig`` finds it there."""
        cls._auto_class = auto_class if isinstance(auto_class, str) else auto_class.__name__

    @classmethod
    def get_config_dict(
        cls, pretrained_model_name_or_path: str | os.PathLike[str], **keywords: object
    ) -> tuple[dict[str, Any], dict[str, object]]:
        """What a ``config.json`` holds, and the keywords that do not say where it is."""
        from loadstone.sources.resolve import resolve_config

        which, hub = files_asked_for(keywords)
        return read_values(resolve_config(pretrained_model_name_or_path, which, hub)), keywords

    @typing.overload
    @classmethod
    def from_dict(
        cls, config_dict: Mapping[str, object], *, return_unused_kwargs: typing.Literal[True], **overrides: object
    ) -> tuple[Self, dict[str, object]]: ...

    @typing.overload
    @classmethod
    def from_dict(cls, config_dict: Mapping[str, object], **overrides: Any) -> Self: ...

    @classmethod
    def from_dict(
        cls, config_dict: Mapping[str, object], *, return_unused_kwargs: bool = False, **overrides: object
    ) -> Self | tuple[Self, dict[str, object]]:
        """A config from the contents of ``config.json``, with some keys overridden, which beat the file's in whatever
        spelling. With ``return_unused_kwargs`` also the keywords that are no keys; :class:`UnknownArgument` for them
        otherwise.
        """
        values = file_values(config_dict)
        given = {name: value for name, value in overrides.items() if name not in WITHOUT_EFFECT}
        if "num_labels" in given and "id2label" not in given:
            labels = values.get("id2label")
            if (len(labels) if isinstance(labels, Sized) else 0) != given["num_labels"]:
                values = {name: value for name, value in values.items() if name not in ("id2label", "label2id")}
        config = cls._made_by_itself(values, given) if cls._sets_itself_up() else cls._from_values(values, given)
        unused = {name: value for name, value in given.items() if name not in config.known_keys(values)}
        if return_unused_kwargs:
            return config, unused
        if unused:
            raise unknown_argument(f"{cls.__name__}", unused, config.known_keys(values))
        return config

    def known_keys(self, values: Mapping[str, object] | None = None) -> set[str]:
        return {*super().known_keys(values), *EXPECTED}

    @typing.overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str],
        *,
        return_unused_kwargs: typing.Literal[True],
        **keywords: object,
    ) -> tuple[Self, dict[str, object]]: ...

    @typing.overload
    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str | os.PathLike[str], **keywords: Any) -> Self: ...

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str],
        **overrides: object,
    ) -> Self | tuple[Self, dict[str, object]]:
        """The config of a folder or Hub id, or the one beside a weight file, with keys overridden by keyword
        (``num_labels=3``).

        ``revision``, ``subfolder``, ``gguf_file``, ``token``, ``cache_dir``, ``force_download`` and
        ``local_files_only`` say where it is, as for a model. No code is looked for, so ``trust_remote_code`` and
        ``code_revision`` are accepted and change nothing. ``return_unused_kwargs=True`` as for :meth:`from_dict`.

        Raises :class:`ConfigNotFound`, :class:`InvalidConfig`, :class:`UnknownArgument`, :class:`HubError`, and
        :class:`ConfigError` where the file is for another family than this class.
        """
        from loadstone.sources.resolve import resolve_config

        which, hub = files_asked_for(overrides)
        for name in ("trust_remote_code", "code_revision"):
            overrides.pop(name, None)
        source = resolve_config(pretrained_model_name_or_path, which, hub)
        values = read_values(source)
        is_unused_wanted = overrides.pop("return_unused_kwargs", False)
        where = str(source.gguf or (source.configs or source.folder) / CONFIG_NAME)
        config, unused = cls.from_file(values, where, overrides)
        if unused and not is_unused_wanted:
            raise unknown_argument(f"{cls.__name__}.from_pretrained", unused, config.known_keys(values))
        config.came_from(str(pretrained_model_name_or_path), source.commit)
        return (config, unused) if is_unused_wanted else config

    @classmethod
    def from_file(
        cls, values: Mapping[str, object], where: str, overrides: Mapping[str, object]
    ) -> tuple[Self, dict[str, object]]:
        """The config of what the file at ``where`` says, and the ``overrides`` that are no keys. Of a larger model's
        file, the part that is for this class (:attr:`base_config_key`).

        Raises :class:`ConfigError` where that is for another family than this class, and what :meth:`from_dict` raises.
        """
        values = cls.part_of(values)
        model_type = values.get("model_type", cls.model_type)
        if cls.model_type and model_type not in (cls.model_type, *cls.also_called):
            raise ConfigError(
                f"{where} has model_type {model_type!r}, but {cls.__name__} is for {cls.model_type!r}. Use AutoConfig, "
                "or the class of that family."
            )
        return cls.from_dict(values, return_unused_kwargs=True, **overrides)

    def untie(self, names: Collection[str]) -> None:
        """Say that the model is not tied, since what is stored for these slots differs from what they are tied to."""
        self.tie_word_embeddings = False

    def came_from(self, name: str, commit: str | None) -> None:
        """Note where the config was read: a folder, a file, or a repository of the Hub at a commit."""
        self._name_or_path, self._commit_hash = name, commit
