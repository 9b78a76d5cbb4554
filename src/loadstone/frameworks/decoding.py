"""One call of ``generate``: what the caller says, what the model's generation config says, defaults for the rest."""

from __future__ import annotations

import logging
import reprlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, TypedDict

import numpy as np

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.queries import find_merged
from loadstone.architectures.inputs import INPUTS, ONCE
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.generation_keys import (
    APPLIED,
    DEFAULTS,
    KNOWN,
    ONLY_SAMPLING,
    SHAPES_TEXT,
    SPECIAL_IDS,
    Situation,
    not_applied,
    refused_arguments,
)
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.keywords import unknown_argument
from loadstone.core.records import record
from loadstone.errors import ArgumentError, UnknownArgument
from loadstone.frameworks.generation_values import LENGTHS, Sources
from loadstone.frameworks.logit_rules import Lengths, LogitRule, rules

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
_SAID_ELSEWHERE = {*SPECIAL_IDS, "use_cache"}
"""What a config may say of itself: special tokens are looked for there, and a cache makes no other text."""


class BeamOptions(NamedTuple):
    """How beams are searched."""

    beams: int
    length_penalty: float
    """The score of a complete text is divided by its length to this power."""
    early_stopping: bool | Literal["never"]
    """Whether a row is done with as many complete texts as it has beams. ``False``: when none of them seems likely to
    be beaten; ``"never"``: when none can be."""


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
    rules: tuple[LogitRule, ...] = ()
    """Which tokens may come next."""
    beams: BeamOptions | None = None
    """None where one text is written for each row."""
    returned: int = 1
    """How many texts for each prompt."""

    @property
    def rows(self) -> int:
        """How many texts are written at a time for each prompt."""
        return self.returned if self.beams is None else self.beams.beams

    @property
    def filler(self) -> int:
        """What fills up the texts that beam search gives; as in transformers, which takes 0 for no padding."""
        return self.padding or next(iter(self.ends), 0)

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
    sources = Sources.of(defaults, keywords, generation_config)
    given = sources.given
    if unknown := [name for name in _named(keywords, generation_config) if name not in KNOWN and name not in own]:
        raise unknown_argument("generate", unknown, {*KNOWN, *own})
    sample = sources.flag("do_sample")
    ends = sources.ids("eos_token_id")
    call = Situation(samples=sample, has_end=bool(ends))
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
    new_tokens = _limit(prompt_tokens, sources, config)
    beams = _beams(sources, sample=sample)
    return Decoding(
        new_tokens=new_tokens,
        sample=sample,
        **(_sampling(sources) if sample else _GREEDY),
        ends=ends,
        padding=next(token for token in fillers if token >= 0),
        prompt_padding=next((token for token in pads if token not in ends), None),
        use_cache=sources.flag("use_cache"),
        rules=rules(sources, Lengths(prompt_tokens, prompt_tokens + new_tokens, ends)),
        beams=beams,
        returned=_returned(sources, beams, sample=sample),
    )


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


def _beams(sources: Sources, *, sample: bool) -> BeamOptions | None:
    """How to search, if more than one beam is asked for."""
    count = sources.whole("num_beams", lambda value: value >= 1, "an integer, 1 or more") or 1
    if count == 1:
        return None
    if sample:
        raise ArgumentError(f"num_beams={count} and do_sample=True: beams are searched, not drawn. Choose one of them.")
    stop = sources.value("early_stopping")
    if not (stop is None or isinstance(stop, bool) or stop == "never"):
        raise sources.error("early_stopping", 'True, False or "never"')
    penalty = sources.number("length_penalty", lambda _: True, "a number")
    return BeamOptions(count, 1.0 if penalty is None else penalty, "never" if stop == "never" else bool(stop))


def _returned(sources: Sources, beams: BeamOptions | None, *, sample: bool) -> int:
    """How many texts for each prompt."""
    count = sources.whole("num_return_sequences", lambda value: value >= 1, "an integer, 1 or more") or 1
    most = 1 if beams is None else beams.beams
    if count > most and not sample:
        raise ArgumentError(
            f"num_return_sequences={count} and num_beams={most}: greedy decoding writes one text, and beam search no "
            "more than it has beams. Say num_beams, or do_sample=True."
        )
    return count


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
    relevant = {*not_applied(strays, call), *(strays.keys() & LENGTHS)}
    heard = strays.keys() & APPLIED - _SAID_ELSEWHERE
    relevant |= {name for name in heard if call.samples or name not in ONLY_SAMPLING}
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


def copies(
    component: Component | None, ids: np.ndarray, given: Mapping[str, Any], rows: int
) -> Mapping[str, Sequence[int]]:
    """Input beside the prompts ``ids`` (batch, tokens) → which of its entries, in order, ``rows`` copies of each read.

    ``given``: the inputs by name; what are integers on the host. :class:`ArgumentError` where nothing tells what
    belongs to which prompt.
    """
    by_prompt = [prompt for prompt in range(len(ids)) for _ in range(rows)]
    once = ONCE.intersection(given)
    merged = None if component is None else find_merged(component)
    copied: Mapping[str, Sequence[int]] = {} if merged is None else merged.copies(ids, given, rows)
    unknown = [name for name in sorted(once - copied.keys()) if merged is None or INPUTS[name].axes[:1] != ("batch",)]
    if unknown:
        raise ArgumentError(
            f"{', '.join(unknown)} with num_beams or num_return_sequences over 1: whose they are is not told."
        )
    return {name: copied.get(name, by_prompt) for name in given}
