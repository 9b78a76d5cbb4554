"""Texts → how they go on; conversations → what the assistant says next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from loadstone.core.keywords import unknown_argument
from loadstone.errors import ArgumentError
from loadstone.pipeline.tasks.base import Pipeline
from loadstone.text.batch_encoding import BatchEncoding
from loadstone.text.tensors import as_lists

_OWN = ("return_full_text", "return_text", "return_tensors", "skip_special_tokens", "prefix", "add_special_tokens")
_OF_CHATS = ("tools", "documents", "continue_final_message", "chat_template_kwargs")


class Completion(NamedTuple):
    """What a model wrote after a text."""

    prompt_ids: list[int]
    new_ids: list[int]
    """Without what ended it."""
    all_ids: list[int]
    """Prompt and everything new, as ``generate`` returned it, without padding before it."""
    ended: bool
    """Whether the model ended it; False: it ran out of ``max_new_tokens``."""
    cache: Any = None
    """The keys and values of the batch, where ``return_dict_in_generate=True`` asked for what comes with the texts."""


class TextGenerationPipeline(Pipeline):
    """Goes on with texts: a list of ``{"generated_text": …}`` for each, one for each of ``num_return_sequences``.

    A conversation, a list of messages with ``role`` and ``content``, is put as the model's chat template puts it, and
    answered by the conversation with the assistant's message at its end; one that ends with the assistant's message is
    gone on with. Keywords are those of ``generate`` (``max_new_tokens``, ``do_sample``, …), and
    ``return_full_text=False`` for what is new alone, ``return_tensors=True`` for ids, ``skip_special_tokens``,
    ``prefix``, ``tools``, ``documents``. ``max_new_tokens`` is 256 unless the model's generation config says another.
    """

    task = "text-generation"
    default_new_tokens = 256

    def _checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        for name in ("device", "labels"):
            if name in options:
                raise unknown_argument(f"The pipeline for {self.task}", [name], [*_OWN, *_OF_CHATS])
        return dict(options)

    def is_one(self, inputs: Any) -> bool:
        return isinstance(inputs, str) or _is_chat(inputs)

    def results(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        own = {name: options[name] for name in (*_OWN, *_OF_CHATS) if name in options}
        generate = {name: value for name, value in options.items() if name not in own}
        groups = self.completions(inputs, generate, own)
        return [
            [self._record(text, completion, own) for completion in group]
            for text, group in zip(inputs, groups, strict=True)
        ]

    def completions(
        self, inputs: Sequence[Any], generate: Mapping[str, Any], own: Mapping[str, Any] | None = None
    ) -> list[list[Completion]]:
        """For each text, or conversation, what ``generate`` with these keywords writes after it, each way asked for."""
        own = own or {}
        texts = [self._prompt(each, own) for each in inputs]
        is_chat = _is_chat(inputs[0])
        special = {"add_special_tokens": False} if is_chat else {}
        if "add_special_tokens" in own and not is_chat:
            special = {"add_special_tokens": own["add_special_tokens"]}
        batch = self.encode(texts, padding_side="left", **special)
        length = len(batch["input_ids"][0])
        options = {**generate, "max_new_tokens": self._room(length, generate)}
        ends = self.ends(is_chat)
        if ends:
            options.setdefault("eos_token_id", ends)
        arrays = self.inputs(batch)
        arrays.pop("token_type_ids", None)
        made = self.model.generate(**arrays, **options)
        rows, cache = as_lists(getattr(made, "sequences", made)), getattr(made, "past_key_values", None)
        each = len(rows) // len(inputs)
        found = [self._completion(row, batch, index // each, ends) for index, row in enumerate(rows)]
        found = [completion._replace(cache=cache) for completion in found]
        return [found[index : index + each] for index in range(0, len(found), each)]

    def _prompt(self, given: Any, own: Mapping[str, Any]) -> str:
        if not _is_chat(given):
            if not isinstance(given, str):
                raise ArgumentError(f"{self.task}: expected a text or a list of messages, found {given!r:.100}.")
            return f"{own.get('prefix') or ''}{given}"
        goes_on = _goes_on(given, own)
        text: str = self.tokenizer.apply_chat_template(
            given,
            tools=own.get("tools"),
            documents=own.get("documents"),
            add_generation_prompt=not goes_on,
            continue_final_message=goes_on,
            tokenize=False,
            **(own.get("chat_template_kwargs") or {}),
        )
        return text

    def _room(self, length: int, generate: Mapping[str, Any]) -> int:
        """How many new tokens there may be."""
        config = self.model.generation_config
        asked = generate.get("max_new_tokens") or getattr(generate.get("generation_config"), "max_new_tokens", None)
        if asked is None and generate.get("max_length") is not None:
            asked = generate["max_length"] - length
        if asked is None:
            asked = getattr(config, "max_new_tokens", None) or self.default_new_tokens
        room = asked if self.longest_input is None else min(asked, self.longest_input - length)
        if room < 1:
            raise ArgumentError(
                f"The text has {length} tokens, and this model works with {self.longest_input} in all: "
                "none are left for new ones. Shorten it."
            )
        return int(room)

    def ends(self, is_chat: bool) -> list[int]:
        """Tokens that end a text: the model's own, and in a conversation those that end a turn."""
        end = getattr(self.model.generation_config, "eos_token_id", None)
        ends = [token_id for token_id in (end if isinstance(end, list) else [end]) if token_id is not None]
        if is_chat:
            ends += [token_id for token_id in getattr(self.tokenizer, "end_ids", ()) if token_id not in ends]
        return ends

    def _completion(self, row: list[int], batch: BatchEncoding, index: int, ends: list[int]) -> Completion:
        ids, mask = batch["input_ids"][index], batch["attention_mask"][index]
        new = row[len(ids) :]
        stop = next((place for place, token_id in enumerate(new) if token_id in ends), None)
        prompt = [token_id for token_id, kept in zip(ids, mask, strict=True) if kept]
        return Completion(prompt, new if stop is None else new[:stop], [*prompt, *new], stop is not None)

    def _record(self, given: Any, completion: Completion, own: Mapping[str, Any]) -> dict[str, Any]:
        if own.get("return_tensors"):
            return {"generated_token_ids": completion.all_ids}
        skips = own.get("skip_special_tokens", True)
        text = self.tokenizer.decode(completion.new_ids, skip_special_tokens=skips)
        if not own.get("return_full_text", True):
            return {"generated_text": text}
        if not _is_chat(given):
            return {"generated_text": given + text}
        if _goes_on(given, own):
            last = dict(given[-1], content=given[-1]["content"] + text)
            return {"generated_text": [*given[:-1], last]}
        return {"generated_text": [*given, {"role": "assistant", "content": text}]}


class Text2TextGenerationPipeline(TextGenerationPipeline):
    """Writes another text for each: a list of ``{"generated_text": …}``. Keywords are those of ``generate``."""

    task = "text2text-generation"

    def _completion(self, row: list[int], batch: BatchEncoding, index: int, ends: list[int]) -> Completion:
        stop = next((place for place, token_id in enumerate(row) if place and token_id in ends), None)
        return Completion(batch["input_ids"][index], row if stop is None else row[:stop], row, stop is not None)

    def _record(self, given: Any, completion: Completion, own: Mapping[str, Any]) -> dict[str, Any]:
        return super()._record(given, completion, {**own, "return_full_text": False})


def _is_chat(given: Any) -> bool:
    return isinstance(given, list | tuple) and bool(given) and isinstance(given[0], Mapping)


def _goes_on(chat: Sequence[Mapping[str, Any]], own: Mapping[str, Any]) -> bool:
    asked = own.get("continue_final_message")
    return bool(chat[-1].get("role") == "assistant" if asked is None else asked)
