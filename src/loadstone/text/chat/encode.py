"""``apply_chat_template``: a conversation as text, or as the ids of that text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loadstone.errors import ArgumentError
from loadstone.text.chat import template_of
from loadstone.text.chat.conversation import chat_of, warn_without_generation
from loadstone.text.encode import TextEncoder

if TYPE_CHECKING:
    import tokenizers

    from loadstone.core.json_values import JsonObject


class ChatEncoder(TextEncoder):
    """Makes texts and ids of conversations."""

    chat_template: str | dict[str, str] | None
    class_name: str
    file_values: JsonObject
    """What ``tokenizer_config.json`` said, and keywords at loading."""

    def get_chat_template(self, chat_template: str | None = None, tools: Sequence[object] | None = None) -> str:
        """The template that is meant: by name among several, a text of your own, or the default one.

        Raises :class:`TokenizerError` where there is none.
        """
        return template_of(self.chat_template, chat_template, tools is not None, self.source)

    def apply_chat_template(
        self,
        conversation: Any,
        tools: Sequence[Any] | None = None,
        documents: Sequence[Mapping[str, str]] | None = None,
        chat_template: str | None = None,
        add_generation_prompt: bool = False,
        continue_final_message: bool | str = False,
        tokenize: bool = True,
        padding: bool | str = False,
        truncation: bool = False,
        max_length: int | None = None,
        return_tensors: str | None = None,
        return_dict: bool = True,
        return_assistant_tokens_mask: bool = False,
        tokenizer_kwargs: Mapping[str, Any] | None = None,
        **variables: Any,
    ) -> Any:
        """A conversation, or a list of them, as the model was trained on it, by the template of its checkpoint.

        Args:
            conversation: Messages with ``role`` (system, user, assistant) and ``content``.
            tools: What the model may call: JSON schemas, or functions with type hints and a Google-style docstring.
            documents: Mappings with ``title`` and ``text``, for templates that take them.
            chat_template: The name of one template of several, or a template of your own.
            add_generation_prompt: Whether the text ends where the assistant is to go on.
            continue_final_message: Whether it ends within the last message; or the key of the message to go on with.
            tokenize: Whether ids are returned; False gives text.
            padding: As for a call, and so are ``truncation``, ``max_length`` and ``return_tensors``.
            truncation: As for a call.
            max_length: As for a call.
            return_tensors: As for a call.
            return_dict: Whether ids come with their mask, as a :class:`BatchEncoding`; False gives ids alone.
            return_assistant_tokens_mask: Add ``assistant_masks``: 1 for what the assistant says, where the template
                marks it.
            tokenizer_kwargs: More keywords for the call that tokenizes.
            **variables: What else the template asks for (``enable_thinking=…``).

        Raises :class:`TokenizerError` where there is no template, or where it fails: it is untrusted code, and
        runs in a sandbox that bounds its time and its memory. :class:`ArgumentError` for keywords that contradict each
        other, messages that are none, and a last message that the template does not write as it is.
        """
        if continue_final_message and (add_generation_prompt or return_assistant_tokens_mask):
            other = "add_generation_prompt" if add_generation_prompt else "return_assistant_tokens_mask"
            raise ArgumentError(f"continue_final_message goes on with a message, and {other} is for complete ones.")
        if return_assistant_tokens_mask and not (return_dict and tokenize):
            raise ArgumentError("return_assistant_tokens_mask comes with return_dict=True and tokenize=True.")
        if isinstance(conversation, Mapping | str) or not isinstance(conversation, Sequence):
            raise ArgumentError(f"conversation: expected a list of messages, found {type(conversation).__name__}.")
        is_batch = bool(conversation) and isinstance(conversation[0], list | tuple)
        template = self.get_chat_template(chat_template, tools)
        if return_assistant_tokens_mask:
            warn_without_generation(template)
        given = {"tools": tools, "documents": documents, **self.special_tokens_map, **variables}
        chat = chat_of(
            template, self.source, {**given, "add_generation_prompt": add_generation_prompt}, continue_final_message
        )
        written = [chat.written(messages) for messages in (conversation if is_batch else [conversation])]
        texts: Any = [text for text, _ in written]
        if not tokenize:
            return texts if is_batch else texts[0]
        options = {"padding": padding, "truncation": truncation, "max_length": max_length}
        result = self(
            texts if is_batch else texts[0],
            add_special_tokens=False,
            return_tensors=return_tensors,
            **{**options, **(tokenizer_kwargs or {})},
        )
        if not return_dict:
            return result["input_ids"]
        if return_assistant_tokens_mask:
            assert result.encodings is not None
            masks = [_said(encoding, spans) for encoding, (_, spans) in zip(result.encodings, written, strict=True)]
            result["assistant_masks"] = masks if is_batch or return_tensors is not None else masks[0]
            result.convert_to_tensors(return_tensors)
        return result


def _said(encoding: tokenizers.Encoding, spans: Sequence[tuple[int, int]]) -> list[int]:
    """1 for tokens of the assistant's words, which lie at these characters; 0 for the others."""
    mask = [0] * len(encoding)
    for begin, end in spans:
        first = encoding.char_to_token(begin)
        if first is None:
            break  # cut off
        last = encoding.char_to_token(end - 1)
        for index in range(first, len(mask) if last is None else last + 1):
            mask[index] = 1
    return mask
