"""A conversation with a model: what was said so far, and the keys and values that the model has made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadstone.errors import ArgumentError, LoadstoneError
from loadstone.pipeline.tasks.text_generation import Completion, TextGenerationPipeline
from loadstone.text.lengths import NO_LIMIT

Message = dict[str, str]
"""``role`` (system, user or assistant) and ``content``."""


class Conversation:
    """Turns of a user and a model, put as the model's chat template puts them.

    A model without a template gets plain text, in which what it wrote goes on with what it was given. Raises
    :class:`ArgumentError` for a pipeline that does not go on with texts.
    """

    def __init__(self, pipe: Any, sampling: Mapping[str, Any]) -> None:
        if getattr(pipe, "task", None) != TextGenerationPipeline.task:
            raise ArgumentError(
                f"A conversation needs a model that goes on with texts, and this one is for {pipe.task}. Give it a "
                "TEXT."
            )
        self._pipe = pipe
        self.tokenizer = pipe.tokenizer
        stops = sampling.get("stop_strings") or ()
        self.stops: list[str] = [stops] if isinstance(stops, str) else list(stops)
        """What ends an answer, beside the model's own end."""
        self._sampling = {"num_beams": 1, **sampling}  # what beams write is not known before their end
        if self.stops:
            self._sampling["tokenizer"] = self.tokenizer
        self.messages: list[Message] = []
        """What was said, without the system's text: the user's and the model's messages in turn."""
        self.system: str | None = None
        """What stands before all messages."""
        self.has_template = bool(self.tokenizer.chat_template)
        self.ends: list[int] = pipe.ends(is_chat=self.has_template)
        """The model's own ends of an answer."""
        self.tokens = 0
        """How many tokens the prompt and the answer of the last turn had together."""
        self._prompt_ids: list[int] = []
        self._cache: Any = None
        self._read: list[int] = []
        """The tokens whose keys and values are in the cache."""

    @property
    def most_tokens(self) -> int | None:
        """How many tokens the model and its tokenizer work with in all, where they say so."""
        limits = (self._pipe.longest_input, getattr(self.tokenizer, "model_max_length", None))
        return min((limit for limit in limits if limit and limit < NO_LIMIT), default=None)

    def all_messages(self) -> list[Message]:
        """The system's text, where there is one, and what was said."""
        return [*([{"role": "system", "content": self.system}] if self.system else []), *self.messages]

    def instruct(self, text: str | None) -> None:
        """Put ``text`` before all that is said from now on, or nothing.

        Raises :class:`TokenizerError` where the chat template takes no system's text; the one before then stays.
        """
        before, self.system = self.system, text
        try:
            self._ids(self._prompt("…"))
        except LoadstoneError:
            self.system = before
            raise

    def answer(self, text: str, streamer: object) -> Completion:
        """What the model says to ``text``; the streamer gets the tokens as they come. :meth:`keep` remembers both.

        Of the prompt the model reads only what it has not read in an earlier turn. Raises :class:`ArgumentError` where
        the model has no room for the conversation, and what templates and ``generate`` raise.
        """
        prompt = self._prompt(text)
        ids = self._prompt_ids = self._ids(prompt)
        if self.most_tokens is not None and len(ids) >= self.most_tokens:
            raise ArgumentError(
                f"With this message the conversation has {len(ids)} tokens, and the model works with "
                f"{self.most_tokens} in all. Say it shorter, take turns back with /undo, or begin anew with /reset."
            )
        generate = {**self._sampling, "streamer": streamer}
        if _keeps_keys(self._pipe):
            generate |= {"past_key_values": self._cache_within(ids), "return_dict_in_generate": True}
        self._cache = None  # an answer that is interrupted leaves it half filled
        ((completion,),) = self._pipe.completions([prompt], generate)
        self.tokens = len(completion.all_ids)
        if completion.cache is not None:
            self._cache, self._read = completion.cache, completion.all_ids[: completion.cache.get_seq_length()]
        made: Completion = completion
        return made

    def keep(self, text: str, answer: str) -> None:
        """Remember a turn."""
        self.messages += [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]

    def joined(self, answer: str, new_ids: Sequence[int]) -> str:
        """An answer, made of these tokens, as it stands after the last prompt.

        A tokenizer that marks a blank before a word shows none before a text by itself; plain text that is gone on
        with would lose it.
        """
        if self.has_template:
            return answer
        before = self.tokenizer.decode(self._prompt_ids, skip_special_tokens=True)
        whole = self.tokenizer.decode([*self._prompt_ids, *new_ids], skip_special_tokens=True)
        after = whole[len(before) :]
        return f"{after[: len(after) - len(after.lstrip())]}{answer.lstrip()}"

    def undo(self) -> str:
        """Forget the last turn; returns what the user said in it. :class:`ArgumentError` where there is none."""
        if not self.messages:
            raise ArgumentError("There is no turn to take back.")
        text = self.messages[-2]["content"]
        del self.messages[-2:]
        return text

    def reset(self) -> None:
        """Forget all turns, but not the system's text."""
        self.messages, self.tokens = [], 0

    def _prompt(self, text: str) -> list[Message] | str:
        """What the pipeline is given: messages, or plain text."""
        if self.has_template:
            return [*self.all_messages(), {"role": "user", "content": text}]
        turns = [f"{user['content']}{model['content']}" for user, model in _pairs(self.messages)]
        return "\n".join([*([self.system] if self.system else []), *turns, text])

    def _ids(self, prompt: list[Message] | str) -> list[int]:
        if isinstance(prompt, str):
            ids: list[int] = self.tokenizer(prompt)["input_ids"]
        else:
            ids = self.tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_dict=False)
        return ids

    def _cache_within(self, ids: Sequence[int]) -> Any:
        """The cache, cut to what the last turns' tokens share with ``ids``; None where nothing of it is of use."""
        pairs = zip(self._read, ids[:-1], strict=False)  # at least one token is left to read
        shared = next(
            (place for place, (old, new) in enumerate(pairs) if old != new), min(len(self._read), len(ids) - 1)
        )
        if self._cache is None or not shared:
            return None
        try:
            self._cache.crop(shared)
        except ArgumentError:  # states of recurrent layers cannot forget
            return None
        return self._cache


def _keeps_keys(pipe: Any) -> bool:
    """Whether a cache can go on from turn to turn: with our own models in PyTorch, where it has no fixed size."""
    config = pipe.model.generation_config
    is_fixed = any(getattr(config, name, None) for name in ("cache_implementation", "compile"))
    return pipe.framework == "torch" and getattr(pipe.model, "component", None) is not None and not is_fixed


def _pairs(messages: Sequence[Message]) -> zip[tuple[Message, Message]]:
    return zip(messages[::2], messages[1::2], strict=True)
