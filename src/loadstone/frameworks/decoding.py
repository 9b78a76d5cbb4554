"""One call of ``generate``: what the caller says, what the model's generation config says, defaults for the rest."""

from __future__ import annotations

import logging
import reprlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.queries import find_merged
from loadstone.architectures.inputs import INPUTS, ONCE
from loadstone.configs.generation_keys import (
    APPLIED,
    DEFAULTS,
    KNOWN,
    ONLY_SAMPLING,
    SHAPES_TEXT,
    SPECIAL_IDS,
    not_applied,
    not_applied_arguments,
    refused_arguments,
)
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.keywords import unknown_argument
from loadstone.core.records import record
from loadstone.errors import ArgumentError, UnknownArgument
from loadstone.frameworks.generation_values import LENGTHS, Sources, is_same
from loadstone.frameworks.logit_rules import Rule
from loadstone.frameworks.rule_keys import Frame, rules
from loadstone.frameworks.sampling import Filters
from loadstone.frameworks.step_options import StepOptions, step_options
from loadstone.frameworks.stops import NEVER, Stops, stops

logger = logging.getLogger("loadstone")

_DEFAULT_NEW_TOKENS = 20


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
class Outputs:
    """What ``generate`` returns: the texts alone, or an output with more, (rows, …) for each step."""

    named: bool = False
    """Whether it is an output."""
    scores: bool = False
    logits: bool = False
    attentions: bool = False
    hidden_states: bool = False


TEXTS = Outputs()


@record
class Decoding:
    """How one call of ``generate`` chooses tokens."""

    new_tokens: int
    """How many tokens to add at the most."""
    sample: bool
    filters: Filters
    """What is done to logits after the rules; where tokens are not drawn, next to nothing."""
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
    rules: tuple[Rule, ...] = ()
    """Which tokens may come next."""
    stops: Stops = NEVER
    """What else ends a text."""
    outputs: Outputs = TEXTS
    """What is returned."""
    beams: BeamOptions | None = None
    """None where one text is written for each row."""
    steps: StepOptions = StepOptions()
    """How they are run."""
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

    def without_passes(self) -> Decoding:
        """The same for a framework whose compiled passes give nothing beside logits; :class:`ArgumentError` where more
        is wanted."""
        if self.outputs.attentions or self.outputs.hidden_states:
            raise ArgumentError(
                "output_attentions and output_hidden_states of generate are for PyTorch. Call the model with the whole "
                "text for them."
            )
        return self

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
    prompt_tokens: int, config: PretrainedConfig, sources: Sources, *, own: Collection[str] = (), unshown: int = 0
) -> Decoding:
    """How to choose tokens, as what a call and its configs say together.

    ``own``: what the framework's ``generate`` takes beside the keywords that all have. ``unshown``: how many tokens a
    model reads before the prompt that are no part of the text, as vectors are; a limit by ``max_length`` counts them.

    Raises :class:`UnknownArgument` for keywords that nothing takes, or that ask for what is not applied, and
    :class:`ArgumentError` for values that make no sense where they are used. What the model's defaults ask for and is
    not applied gives one log line for each config.
    """
    keywords = sources.keywords
    if unknown := [name for name in sources.named if name not in KNOWN and name not in own]:
        raise unknown_argument("generate", unknown, {*KNOWN, *own})
    sample = sources.flag("do_sample")
    ends = sources.ids("eos_token_id")
    _refuse(elsewhere(sources, sample), refused_arguments(keywords, sample), keywords)
    _tell_once(
        config,
        {name: sources.value(name) for name in not_applied(sources.merged, sample)},
        "The model's generation config asks for %s, which generate does not apply unless a call says it.",
    )
    _tell_once(
        config,
        _strays(config, sources.defaults, sample),
        "The model's config has %s, which generate does not read there: set it on model.generation_config.",
    )
    pads = sources.ids("pad_token_id")
    fillers = (*pads, *ends, 0)
    new_tokens = _limit(prompt_tokens + unshown, sources, config)
    beams = _beams(sources)
    return Decoding(
        new_tokens=new_tokens,
        sample=sample,
        filters=_filters(sources, beams, ends, sample=sample),
        ends=ends,
        padding=next(token for token in fillers if token >= 0),
        prompt_padding=next((token for token in pads if token not in ends), None),
        use_cache=sources.flag("use_cache"),
        rules=rules(sources, Frame(prompt_tokens, prompt_tokens + new_tokens, ends, unshown)),
        stops=stops(sources, keywords.get("tokenizer")),
        outputs=_outputs(sources),
        beams=beams,
        steps=step_options(sources),
        returned=_returned(sources, beams, sample=sample),
    )


def elsewhere(sources: Sources, samples: bool) -> dict[str, object]:
    """What a call asks for and only transformers' ``generate`` has, by name."""
    explicit = {**sources.new, **sources.keywords}
    names = (*not_applied(explicit, samples), *not_applied_arguments(sources.keywords, samples))
    return {name: explicit[name] for name in names}


def _filters(sources: Sources, beams: BeamOptions | None, ends: tuple[int, ...], *, sample: bool) -> Filters:
    """What is done to logits before a token is chosen; most of it is judged only where tokens are drawn."""
    renormalize = sources.flag("renormalize_logits")
    if not sample:
        return Filters(renormalize=renormalize)

    def share(name: str, off: float) -> float | None:
        value = sources.number(name, lambda value: 0 <= value <= 1, "a number from 0 to 1")
        return None if value == off else value

    heat = sources.number("temperature", lambda value: value > 0, "more than 0. For greedy text: do_sample=False")
    top_k = sources.whole("top_k", lambda value: value >= 0, "an integer, 0 (off) or more")
    return Filters(
        temperature=None if heat == 1 else heat,
        top_h=sources.number("top_h", lambda value: 0 < value <= 1, "more than 0, 1 at the most"),
        top_k=top_k or None,
        top_p=share("top_p", 1),
        min_p=share("min_p", 0),
        typical_p=_typical(sources),
        epsilon_cutoff=_cutoff(share("epsilon_cutoff", 0)),
        eta_cutoff=_cutoff(share("eta_cutoff", 0)),
        least=1 if beams is None else max(2, 1 + len(ends)),  # a beam has to go on if all others end
        renormalize=renormalize,
    )


def _typical(sources: Sources) -> float | None:
    share = sources.number("typical_p", lambda value: 0 < value <= 1, "more than 0, 1 (off) at the most")
    return None if share == 1 else share


def _cutoff(share: float | None) -> float | None:
    """As in transformers, which takes all of the probability for none."""
    return None if share == 1 else share


def _beams(sources: Sources) -> BeamOptions | None:
    """How to search, if more than one beam is asked for."""
    count = sources.whole("num_beams", lambda value: value >= 1, "an integer, 1 or more") or 1
    if count == 1:
        return None
    stop = sources.value("early_stopping")
    if not (stop is None or isinstance(stop, bool) or stop == "never"):
        raise sources.error("early_stopping", 'True, False or "never"')
    penalty = sources.number("length_penalty", lambda _: True, "a number")
    return BeamOptions(count, 1.0 if penalty is None else penalty, "never" if stop == "never" else bool(stop))


def _returned(sources: Sources, beams: BeamOptions | None, *, sample: bool) -> int:
    """How many texts for each prompt."""
    count = sources.whole("num_return_sequences", lambda value: value >= 1, "an integer, 1 or more") or 1
    most = 1 if beams is None else beams.beams
    if count > most and not (sample and beams is None):
        raise ArgumentError(
            f"num_return_sequences={count} and num_beams={most}: greedy decoding writes one text, and beam search no "
            "more than it has beams. Say num_beams, or do_sample=True without beams."
        )
    return count


def _outputs(sources: Sources) -> Outputs:
    """What is returned. As in transformers, what else is asked for counts only where an output is."""
    if not sources.flag("return_dict_in_generate"):
        return TEXTS
    flags = ("output_scores", "output_logits", "output_attentions", "output_hidden_states")
    return Outputs(True, *(sources.flag(name) for name in flags))


def _refuse(rare: Mapping[str, object], refused: Iterable[str], keywords: Mapping[str, object]) -> None:
    if rare:
        raise UnknownArgument(
            f"generate does not apply {_shown(rare)}. The output would differ from what was asked for; leave it "
            "out. In PyTorch transformers does it, where that is installed: "
            'pip install "loadstone[transformers]".'
        )
    if others := {name: keywords[name] for name in refused}:
        raise UnknownArgument(
            f"generate does not take {_shown(others)} in this framework. Leave it out, or use the model in PyTorch."
        )


def _strays(config: PretrainedConfig, defaults: Mapping[str, object], samples: bool) -> dict[str, object]:
    """What a model's own config says of generation, and its generation config does not.

    Without a ``generation_config.json`` the one is made from the other; so this was set later, or overruled by a file.
    """
    values = {name: value for name, value in config.other_keys().items() if name in SHAPES_TEXT}
    strays = {name: value for name, value in values.items() if not is_same(value, defaults.get(name))}
    relevant = {*not_applied(strays, samples), *(strays.keys() & LENGTHS)}
    heard = strays.keys() & APPLIED - _SAID_ELSEWHERE
    relevant |= {name for name in heard if samples or name not in ONLY_SAMPLING}
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
