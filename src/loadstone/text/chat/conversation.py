"""A conversation, with tools and documents, as text: what a chat template is given, and what is made of its output."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from loadstone.errors import ArgumentError
from loadstone.text.chat import plain, render
from loadstone.text.chat.tools import schema_of

logger = logging.getLogger(__name__)

_TAG = "CONTINUE_FINAL_MESSAGE_TAG "
_REASONING = ("reasoning_content", "thinking", "reasoning")
"""Names under which messages carry what a model thought; templates read one of the first two."""


class Chat(NamedTuple):
    """How a conversation is to be written."""

    template: str
    source: str
    """The template's file, for errors."""
    variables: Mapping[str, object]
    """What the template is given beside the messages."""
    continued: str | None = None
    """The key of the last message whose text is to be gone on with; None: the messages are complete."""

    def written(self, messages: Sequence[Mapping[str, Any]]) -> tuple[str, list[tuple[int, int]]]:
        """The text, and where in it the assistant speaks, in characters.

        :class:`ArgumentError` for messages that are no mappings, and for a last message that cannot be gone on with;
        what :func:`loadstone.text.chat.render` raises.
        """
        copies: list[Any] = []
        for index, message in enumerate(messages):
            if not isinstance(message, Mapping):
                raise ArgumentError(
                    f"message {index}: expected a mapping with 'role' and 'content', found {message!r}."
                )
            copy = {name: value for name, value in message.items() if value is not None}
            copies.append(_with_reasoning(plain(copy, f"message {index}")))
        last = self._tagged(copies) if self.continued is not None else ""
        text, generated = render(self.template, {**self.variables, "messages": copies}, self.source)
        return (self._cut(text, last), []) if self.continued is not None else (text, generated)

    def _tagged(self, messages: list[Any]) -> str:
        """Marks the end of the last message; the text that it had."""
        key = str(self.continued)
        last = messages[-1].get(key) if messages else None
        if last is None:
            raise ArgumentError(f"continue_final_message: the last message has no {key!r} to go on with.")
        names = [key]
        if key in _REASONING:
            names = [name for name in _REASONING if messages[-1].get(name) == last]
        if not any(name in self.template for name in names):
            raise ArgumentError(f"continue_final_message={key!r}: the chat template does not read {key!r}.")
        if not isinstance(last, list):
            for name in names:
                messages[-1][name] = f"{last}{_TAG}"
            return str(last)
        block = next((block for block in reversed(last) if isinstance(block, dict) and "text" in block), None)
        if block is None:
            raise ArgumentError("continue_final_message: the last message has no text to go on with.")
        text = str(block["text"])
        block["text"] = text + _TAG
        return text

    def _cut(self, text: str, last: str) -> str:
        end = text.rfind(_TAG.strip())
        if end < 0 or last.strip() not in text:
            raise ArgumentError(
                "continue_final_message: the chat template does not write the last message as it is, so it cannot be "
                "gone on with."
            )
        # Where the template strips messages, the blanks before the end are not in the text either.
        return text[:end] if text[end : end + len(_TAG)] == _TAG else text[:end].rstrip()


def chat_of(template: str, source: str, given: Mapping[str, Any], continued: bool | str) -> Chat:
    """``given``: what the template asks for; ``tools`` may hold functions, which become their JSON schemas."""
    variables = dict(given)
    if variables.get("tools") is not None:
        variables["tools"] = [schema_of(tool) for tool in variables["tools"]]
    documents = variables.get("documents")
    if documents is not None and not all(isinstance(document, Mapping) for document in documents):
        raise ArgumentError("documents: expected a list of mappings, such as {'title': …, 'text': …}.")
    key = "content" if continued is True else continued or None
    return Chat(template, source, variables, key)


def warn_without_generation(template: str) -> None:
    """Where the assistant's words are asked for, and the template does not mark them."""
    if not re.search(r"\{%-?\s*generation\s*-?%\}", template):
        logger.warning("The chat template has no {%% generation %%} block, so no token counts as the assistant's.")


def _with_reasoning(message: Any) -> Any:
    reasoning = next((message[name] for name in _REASONING if message.get(name) is not None), None)
    return message if reasoning is None else {"thinking": reasoning, **message, "reasoning_content": reasoning}
