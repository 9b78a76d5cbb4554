"""One call of ``generate``: what the caller says, what the model's generation config says, defaults for the rest."""

from __future__ import annotations

import logging
import math
import reprlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypedDict, TypeGuard

from loadstone.configs.generation import GenerationConfig
from loadstone.configs.generation_keys import DEFAULTS, KNOWN, SHAPES_TEXT, Situation, not_applied, refused_arguments
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.keywords import unknown_argument
from loadstone.core.records import record
from loadstone.errors import ArgumentError, UnknownArgument

logger = logging.getLogger("loadstone")

_DEFAULT_NEW_TOKENS = 20


class _Sampling(TypedDict):
    """What is judged only where tokens are drawn."""

    temperature: float | None
    top_k: int | None
    top_p: float | None


_GREEDY: _Sampling = {"temperature": None, "top_k": None, "top_p": None}
_LIKELIEST_ONLY = 1e-30
"""As top_p: less than the likeliest token's share, which always counts."""
_LENGTHS = frozenset({"max_new_tokens", "max_length"})
# An explicit None turns a limit off, as in transformers; for these it says nothing.
_NONE_SAYS_NOTHING = _LENGTHS | {"use_cache"}


@record
class Decoding:
    """How one call of ``generate`` chooses tokens."""

    new_tokens: int
    """How many tokens to add at the most."""
    sample: bool
    temperature: float | None
    top_k: int | None
    top_p: float | None
    ends: tuple[int, ...]
    """Tokens after which a text is complete."""
    padding: int
    """What fills up a text that is complete before the others."""
    prompt_padding: int | None = None
    """The token that is padding wherever it stands in a prompt without a mask; None if no token surely is.

    As in transformers: ``pad_token_id``, where somebody said one, but for a token that ends texts too.
    """
    use_cache: bool = True
    is_cut: bool = False
    """Whether more tokens were asked for than the model has positions."""

    def within(self, longest_text: int | None, prompt_tokens: int) -> Decoding:
        """The same for a model that has positions for so many tokens: None if for any number of them.

        ``prompt_tokens``: those of the longest prompt, padding left out. The last new token is never read, so it needs
        no position. Raises :class:`ArgumentError` where there is no room for the prompt.
        """
        if longest_text is None:
            return self
        if prompt_tokens > longest_text:
            raise ArgumentError(
                f"The prompt has {prompt_tokens} tokens, and this model has positions for {longest_text}. Shorten it."
            )
        room = longest_text - prompt_tokens + 1
        return replace(self, new_tokens=min(self.new_tokens, room), is_cut=self.new_tokens > room)

    def report_cut(self) -> None:
        """Say that a text ends where the model's positions do, if that is why it ends."""
        if self.is_cut:
            logger.warning(
                "generate stopped after %d new tokens: the model has no more position embeddings.",
                self.new_tokens,
            )


def decoding(
    prompt_tokens: int,
    defaults: GenerationConfig,
    config: PretrainedConfig,
    keywords: Mapping[str, object],
    generation_config: object = None,
    *,
    own: Collection[str] = (),
) -> Decoding:
    """How to choose tokens: ``keywords`` come before ``generation_config``, and that before the model's ``defaults``.

    ``own``: what the framework's ``generate`` takes beside these keywords.

    Raises :class:`UnknownArgument` for keywords that nothing takes, or that ask for what is not applied, and
    :class:`ArgumentError` for values that make no sense where they are used. What ``defaults`` ask for and is not
    applied gives one log line for each config.
    """
    given = _values_of(generation_config)
    if unknown := [name for name in _named(keywords, generation_config) if name not in KNOWN and name not in own]:
        raise unknown_argument("generate", unknown, {*KNOWN, *own})
    sources = Sources(keywords, given, {name: value for name, value in defaults.to_dict().items() if value is not None})
    sample = sources.flag("do_sample")
    ends = sources.ids("eos_token_id")
    call = Situation(prompt_tokens, samples=sample, has_end=bool(ends))
    new = {name: value for name, value in given.items() if not _is_same(value, sources.defaults.get(name))}
    explicit = {**new, **keywords}
    _refuse({name: explicit[name] for name in (*not_applied(explicit, call), *refused_arguments(keywords, call))})
    merged = {**sources.defaults, **given, **keywords}
    _tell_once(
        config,
        {name: merged[name] for name in not_applied(merged, call)},
        "The model's generation config asks for %s, which generate does not support and ignores.",
    )
    _tell_once(
        config,
        _strays(config, sources.defaults, call),
        "The model's config has %s, which generate does not read there: set it on model.generation_config.",
    )
    pads = sources.ids("pad_token_id")
    fillers = (*pads, *ends, 0)
    return Decoding(
        new_tokens=_limit(prompt_tokens, sources, config),
        sample=sample,
        **(_sampling(sources) if sample else _GREEDY),
        ends=ends,
        padding=next(token for token in fillers if token >= 0),
        prompt_padding=next((token for token in pads if token not in ends), None),
        use_cache=sources.flag("use_cache"),
    )


class Sources:
    """Where the value of a key comes from: the keyword, else the call's config, else the model's, else the default."""

    def __init__(
        self, keywords: Mapping[str, object], given: Mapping[str, object], defaults: Mapping[str, object]
    ) -> None:
        explicit = {
            name: value for name, value in keywords.items() if value is not None or name not in _NONE_SAYS_NOTHING
        }
        self.in_order: Sequence[tuple[str, Mapping[str, object]]] = (
            ("", explicit),
            ("generation_config's ", given),
            ("The model's generation config: ", defaults),
        )
        self.defaults = defaults

    def value(self, name: str) -> object:
        """The value, of whatever type; the default where nobody said one."""
        return next((values[name] for _, values in self.in_order if name in values), DEFAULTS.get(name))

    def error(self, name: str, expected: str) -> ArgumentError:
        """What to raise for a value that cannot be used."""
        who = next((who for who, values in self.in_order if name in values), "")
        return ArgumentError(f"{who}{name} is {reprlib.repr(self.value(name))}, expected {expected}.")

    def flag(self, name: str) -> bool:
        """A yes or a no; None is a no."""
        value = self.value(name)
        if value is not None and not isinstance(value, bool):
            raise self.error(name, "True or False")
        return bool(value)

    def whole(self, name: str, holds: Callable[[int], bool], expected: str) -> int | None:
        """An integer of which something holds, or None."""
        value = _plain(self.value(name))
        if value is None:
            return None
        if not _is_int(value) or not holds(value):
            raise self.error(name, expected)
        return value

    def number(self, name: str, holds: Callable[[float], bool], expected: str) -> float | None:
        """A finite number of which something holds, or None."""
        value = _plain(self.value(name))
        if value is None:
            return None
        if not (_is_int(value) or isinstance(value, float)) or not math.isfinite(value) or not holds(value):
            raise self.error(name, expected)
        return float(value)

    def ids(self, name: str) -> tuple[int, ...]:
        """One token id or several; none for None."""
        value = _plain(self.value(name))
        ids = () if value is None else tuple(map(_plain, value)) if isinstance(value, list | tuple) else (value,)
        whole = tuple(filter(_is_int, ids))
        if len(whole) < len(ids):
            raise self.error(name, "a token id, or a list of them")
        return whole


def _sampling(sources: Sources) -> _Sampling:
    """Temperature, ``top_k`` and ``top_p``, which are judged only where tokens are drawn."""
    top_p = sources.number("top_p", lambda value: 0 <= value <= 1, "a number from 0 to 1")
    return {
        "temperature": sources.number(
            "temperature", lambda value: value > 0, "more than 0. For greedy text: do_sample=False"
        ),
        "top_k": sources.whole("top_k", lambda value: value >= 0, "an integer, 0 (off) or more"),
        "top_p": None if top_p is None else max(top_p, _LIKELIEST_ONLY),
    }


def _values_of(given: object) -> dict[str, object]:
    """What a ``generation_config`` says: a dict, Loadstone's own, or transformers'. None says nothing."""
    if given is None:
        return {}
    read = getattr(given, "to_diff_dict", None) or getattr(given, "to_dict", None)
    if not isinstance(given, Mapping) and read is None:
        raise ArgumentError(f"generation_config is a {type(given).__name__}, expected a GenerationConfig or a dict.")
    values = given if isinstance(given, Mapping) else read()  # type: ignore[misc]
    return {name: value for name, value in values.items() if value is not None}


def _named(keywords: Mapping[str, object], generation_config: object) -> list[str]:
    """The names that the caller wrote. A config object may have keys of anybody's."""
    return [*keywords, *(generation_config if isinstance(generation_config, Mapping) else ())]


def _refuse(values: Mapping[str, object]) -> None:
    if values:
        raise UnknownArgument(
            f"generate does not apply {_shown(values)}. The output would differ from what was asked for; leave it out."
        )


def _strays(config: PretrainedConfig, defaults: Mapping[str, object], call: Situation) -> dict[str, object]:
    """What a model's own config says of generation, and its generation config does not.

    Without a ``generation_config.json`` the one is made from the other; so this was set later, or overruled by a file.
    """
    values = {name: value for name, value in config.other_keys().items() if name in SHAPES_TEXT}
    strays = {name: value for name, value in values.items() if not _is_same(value, defaults.get(name))}
    relevant = {*not_applied(strays, call), *(strays.keys() & _LENGTHS)}
    relevant |= {name for name in strays.keys() & DEFAULTS.keys() if call.samples or name == "do_sample"}
    return {name: value for name, value in strays.items() if name in relevant and value != DEFAULTS.get(name)}


def _tell_once(config: PretrainedConfig, news: Mapping[str, object], line: str) -> None:
    """One log line for the keys that were not told of this config before."""
    told: set[tuple[str, str]] = vars(config).setdefault("_told_of_generation", set())
    news = {name: value for name, value in news.items() if (name, line) not in told}
    if news:
        told.update((name, line) for name in news)
        logger.warning(line, _shown(news))


def _shown(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={reprlib.repr(value)}" for name, value in values.items())


def _is_same(value: object, other: object) -> bool:
    return type(value) is type(other) and bool(value == other)


def _plain(value: object) -> object:
    """Python's own number or list, of one that NumPy or a framework has."""
    return value.tolist() if hasattr(value, "tolist") else value


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _limit(prompt: int, sources: Sources, config: PretrainedConfig) -> int:
    """How many new tokens were asked for at the most."""
    _, keywords = sources.in_order[0]
    if "max_new_tokens" in keywords and "max_length" in keywords:
        raise ArgumentError("Give max_new_tokens or max_length, not both.")
    nearest = next(
        (values for _, values in sources.in_order if "max_new_tokens" in values or "max_length" in values), {}
    )
    name = "max_new_tokens" if "max_new_tokens" in nearest else "max_length"
    limit = sources.whole(name, lambda _: True, "an integer, in tokens")
    if limit is None:
        longest = getattr(config.get_text_config(decoder=True), "max_position_embeddings", None)
        new = min(_DEFAULT_NEW_TOKENS, longest - prompt) if isinstance(longest, int) else _DEFAULT_NEW_TOKENS
    else:
        new = limit if name == "max_new_tokens" else limit - prompt
    if new < 1:
        raise ArgumentError(
            f"No room for a new token: the prompt has {prompt} tokens, the limit leaves {new}. Say max_new_tokens."
        )
    return new
