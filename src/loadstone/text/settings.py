"""What the files beside a vocabulary say of a tokenizer, and the caller: checked, and as the types that they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from loadstone.core.keywords import unknown_argument
from loadstone.errors import Fault, TokenizerError
from loadstone.text.chat import templates_in
from loadstone.text.families import GENERIC, family_of
from loadstone.text.lengths import checked_side
from loadstone.text.special_tokens import EXTRA, EXTRA_NAMES, ROLES, Token

if TYPE_CHECKING:
    from loadstone.core.json_values import JsonObject

VERY_LARGE = int(1e30)
"""``model_max_length`` where no file names one, as transformers has it."""
_OF_BUILDING = (
    *("add_prefix_space", "do_lower_case", "strip_accents", "tokenize_chinese_chars", "trim_offsets", "keep_accents"),
    *("extra_ids", "legacy", "errors", "src_lang", "tgt_lang", "language", "task", "predict_timestamps"),
)
"""Settings of how a tokenizer is built."""
_OTHERS = (
    *("model_max_length", "max_len", "padding_side", "truncation_side", "model_input_names", "chat_template"),
    *("clean_up_tokenization_spaces", "split_special_tokens", "add_bos_token", "add_eos_token", "name_or_path"),
    *("processor_class", "tokenizer_class", "use_default_system_prompt", "added_tokens_decoder", "verbose"),
)
_SHOWN = 5


class Settings(NamedTuple):
    """All that is known of a tokenizer beside its vocabulary."""

    source: str
    """The file of the vocabulary, for errors."""
    values: JsonObject
    """As ``tokenizer_config.json`` says them, with the caller's put over them."""
    given: frozenset[str]
    """Those that the caller gave."""
    name_or_path: str
    class_name: str
    """transformers' class: the one that the files name, else the one of the model's type."""
    named: dict[str, Token | None]
    extra: list[Token]
    added: list[Token]
    """Tokens to add to the vocabulary, in the order of their ids."""
    model_max_length: int
    padding_side: str
    truncation_side: str
    model_input_names: tuple[str, ...]
    clean_up_tokenization_spaces: bool
    split_special_tokens: bool
    chat_template: str | dict[str, str] | None
    adds_bos: bool | None
    """Whether the bos token goes before a text; None where the vocabulary's own file decides."""
    adds_eos: bool | None

    @property
    def is_generic(self) -> bool:
        """Whether no class says anything of how texts are split."""
        return family_of(self.class_name) is GENERIC

    @classmethod
    def of(
        cls,
        values: Mapping[str, Any],
        given: Mapping[str, Any],
        source: str,
        class_name: str = "PreTrainedTokenizerFast",
    ) -> Settings:
        """From what a file says and a caller gives.

        :class:`UnknownArgument` for what is no setting, :class:`TokenizerError` with all that makes no sense.
        """
        known = {*_OF_BUILDING, *_OTHERS, *ROLES, *EXTRA_NAMES}
        unknown = [name for name in given if name not in known and not name.endswith("_token")]
        if unknown:
            raise unknown_argument("AutoTokenizer.from_pretrained", unknown, known)
        family = family_of(class_name)
        merged = {**values, **given}
        reader = _Reader(merged, source)
        named: dict[str, Token | None] = {**family.special}
        for name in merged:
            if name in ROLES or (name.endswith("_token") and isinstance(merged[name], str | dict)):
                named[name] = reader.token(name)
        extra = next((reader.tokens(name) for name in EXTRA_NAMES if merged.get(name)), [])
        if isinstance(merged.get(EXTRA), dict):
            named |= {name: reader.one(token, EXTRA) for name, token in merged[EXTRA].items()}
            extra = []
        limit = merged.get("model_max_length", merged.get("max_len"))
        inputs = merged.get("model_input_names", family.model_input_names)
        if not isinstance(inputs, list | tuple) or not inputs or not all(isinstance(name, str) for name in inputs):
            reader.fault("model_input_names", "a list of names", inputs)
            inputs = family.model_input_names
        settings = cls(
            source=source,
            values=merged,
            given=frozenset(given),
            name_or_path=str(merged.get("name_or_path", "")),
            class_name=class_name,
            named=named,
            extra=extra,
            added=reader.added(),
            model_max_length=int(reader.number("model_max_length", limit)),
            padding_side=reader.side("padding_side", family.padding_side),
            truncation_side=reader.side("truncation_side", "right"),
            model_input_names=tuple(inputs),
            clean_up_tokenization_spaces=reader.flag("clean_up_tokenization_spaces") or False,
            split_special_tokens=reader.flag("split_special_tokens") or False,
            chat_template=templates_in(merged.get("chat_template")),
            adds_bos=reader.flag("add_bos_token"),
            adds_eos=reader.flag("add_eos_token"),
        )
        reader.raise_if_any()
        return settings


class _Reader:
    """Values of the types that they must have; every fault is collected."""

    def __init__(self, values: Mapping[str, Any], source: str) -> None:
        self._values = values
        self._source = source
        self._faults: list[Fault] = []

    def fault(self, name: str, expected: str, found: object) -> None:
        self._faults.append(Fault(f"{self._source}: its setting {name!r}", expected, f"{found!r:.100}"))

    def raise_if_any(self) -> None:
        if self._faults:
            lines = [f"  - {fault}" for fault in self._faults[:_SHOWN]]
            raise TokenizerError("\n".join(["The tokenizer's settings cannot be used:", *lines]))

    def flag(self, name: str) -> bool | None:
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.fault(name, "true or false", value)
        return None

    def number(self, name: str, value: object) -> float:
        if value is None:
            return VERY_LARGE
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e300:
            return value
        self.fault(name, "a number of tokens", value)
        return VERY_LARGE

    def side(self, name: str, default: str) -> str:
        value = self._values.get(name, default)
        if value not in ("left", "right"):
            if name not in self._values:
                return checked_side(value, name)
            self.fault(name, "'left' or 'right'", value)
            return default
        return str(value)

    def token(self, name: str) -> Token | None:
        value = self._values.get(name)
        return None if value is None else self.one(value, name)

    def one(self, value: Any, where: str) -> Token:
        """A token as files say it: text, or an object with ``content``."""
        if isinstance(value, str) or (hasattr(value, "content") and not isinstance(value, Mapping)):
            return value
        flags = ("single_word", "lstrip", "rstrip", "normalized", "special")
        if (
            not isinstance(value, Mapping)
            or not isinstance(value.get("content"), str)
            or not all(isinstance(value.get(flag, False), bool) for flag in flags)
        ):
            self.fault(where, "a token: text, or an object with 'content'", value)
            return ""
        from tokenizers import AddedToken

        given = {flag: value[flag] for flag in flags if flag in value}
        return AddedToken(value["content"], **{"special": where != "added_tokens_decoder", **given})

    def tokens(self, name: str) -> list[Token]:
        value = self._values[name]
        if isinstance(value, Mapping):
            return []
        if not isinstance(value, list | tuple):
            self.fault(name, "a list of tokens", value)
            return []
        return [self.one(token, name) for token in value]

    def added(self) -> list[Token]:
        """``added_tokens_decoder``: id → token."""
        value = self._values.get("added_tokens_decoder") or {}
        if not isinstance(value, Mapping) or not all(str(key).isdigit() for key in value):
            self.fault("added_tokens_decoder", "ids and their tokens", value)
            return []
        items: Sequence[tuple[Any, Any]] = sorted(value.items(), key=lambda item: int(item[0]))
        return [self.one(token, "added_tokens_decoder") for _, token in items]
