"""``loadstone run MODEL`` without a text: a conversation, with commands that begin with a slash."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import typer

from loadstone.cli.console import Output
from loadstone.cli.conversation import Conversation
from loadstone.cli.streaming import INTERRUPTED, TokenStream, until_interrupted
from loadstone.cli.turns import FENCE, Turns
from loadstone.cli.wrapping import WordWrap, wrapped
from loadstone.errors import ArgumentError, LoadstoneError, SaveError
from loadstone.saving.folders import replace_file

_NEARLY_FULL = 0.8
"""From this part of the model's tokens on, each turn says how many are used."""


def converse(pipe: Any, sampling: Mapping[str, Any], output: Output, system: str | None = None) -> None:
    """Hold a conversation with what ``pipe`` has loaded, until standard input or the user ends it.

    ``sampling``: keywords of ``generate``; ``system``: what stands before all messages. In a terminal an error is said
    and the conversation goes on, and Ctrl-C ends the answer that is being written; elsewhere each line is a turn, an
    error is raised, and Ctrl-C is exit code 130. Raises :class:`ArgumentError` for a model that does not go on with
    texts, and what :class:`Conversation` and :class:`Turns` raise.
    """
    turns = Turns(output)
    chat = Chat(Conversation(pipe, sampling), output, turns.is_interactive)
    if system:
        chat.conversation.instruct(system)
    if turns.is_interactive:
        name = Path(str(getattr(pipe.model, "name_or_path", ""))).name or "The model"
        output.note(wrapped(f"{name} listens. /help lists the commands, Ctrl-D ends."))
    if not chat.conversation.has_template:
        output.note(wrapped("This model has no chat template: all turns are one plain text, which it goes on with."))
    while chat.goes_on:
        try:
            turn = turns.read()
            if turn is None:
                return
            if turn.text.startswith("/") and not turn.is_block:
                chat.obey(turn.text)
            else:
                chat.answer(turn.text)
        except LoadstoneError as error:
            if not turns.is_interactive:
                raise
            output.note(wrapped(f"error: {error}"))


class Chat:
    """Shows the answers of a conversation, and does what its commands say."""

    def __init__(self, conversation: Conversation, output: Output, is_interactive: bool) -> None:
        self.conversation = conversation
        self._output = output
        self._is_interactive = is_interactive
        self._answers = 0
        self.goes_on = True

    def answer(self, text: str) -> None:
        """Let the model answer and show it as it comes. What Ctrl-C leaves of an answer is kept as the whole."""
        talk, output = self.conversation, self._output
        if self._answers and not self._is_interactive:
            output.line()
        show = WordWrap(output.piece).show if output.rich else output.piece
        stream = TokenStream(talk.tokenizer, show, stops=talk.stops, ends=talk.ends)
        completion = None
        with until_interrupted(stream, output):
            completion = talk.answer(text, stream)
        if not self._is_interactive and stream.is_interrupted:
            raise typer.Exit(INTERRUPTED)
        self._answers += 1
        if completion is None and not stream.text:
            self._note("Nothing was written yet, so your message was taken back.")
            return
        talk.keep(text, talk.joined(stream.text, stream.new_ids))
        if self._is_interactive:
            self._note(f"({replace(stream.statistics(), from_process_start_s=None)})")
        if completion is not None:
            self._tell_room(is_whole=completion.ended or stream.is_stopped)

    def _note(self, text: str) -> None:
        self._output.note(wrapped(text))

    def _tell_room(self, is_whole: bool) -> None:
        """Where an answer was cut off, or soon will be: what to do about it."""
        used, most = self.conversation.tokens, self.conversation.most_tokens
        is_full = most is not None and used >= most
        if not is_whole and not is_full:
            self._note("The answer was cut off: --max-new-tokens lets it be longer.")
        if most is not None and used >= _NEARLY_FULL * most:
            end = "The answer was cut off" if is_full and not is_whole else "Soon there is no room"
            self._note(
                f"{used} of the {most} tokens that the model works with are used. {end}: /reset begins anew, /undo "
                "takes the last turn back."
            )

    def obey(self, line: str) -> None:
        """Do what a command says. :class:`ArgumentError` for what is no command."""
        name, _, argument = line.partition(" ")
        argument = argument.strip()
        command = COMMANDS.get(name.strip())
        if command is None:
            raise ArgumentError(
                f"{name.strip()} is no command, and was not sent; there are {', '.join(COMMANDS)}. A message that "
                f"begins with a slash goes between two lines of {FENCE}."
            )
        if argument and not command.argument:
            raise ArgumentError(f"{name} takes nothing after it, found {argument!r:.100}. It was not done.")
        command.act(self, argument)

    def help(self, _: str) -> None:
        rows = [[f"{name} {command.argument}".strip(), command.help] for name, command in COMMANDS.items()]
        self._output.table(["command", "what it does"], rows)
        self._output.line()
        self._output.line(
            f"A line that ends with a backslash goes on with the next; lines between two lines of {FENCE} are one "
            "message. Ctrl-C stops an answer, and at the prompt drops what is typed; Ctrl-D ends."
        )

    def reset(self, _: str) -> None:
        self.conversation.reset()
        self._note("The conversation begins anew.")

    def system(self, text: str) -> None:
        self.conversation.instruct(text or None)
        self._note("The system's text is set." if text else "There is no system's text any more.")

    def undo(self, _: str) -> None:
        self._note(f"Taken back: {self.conversation.undo()}")

    def save(self, name: str) -> None:
        """One JSON object a line, ``role`` and ``content``; :class:`SaveError` where the file is there or cannot be."""
        if not name:
            raise ArgumentError("/save needs the name of a file: /save FILE.")
        messages = self.conversation.all_messages()
        if not messages:
            raise ArgumentError("Nothing was said yet, so there is nothing to save.")
        path = Path(os.path.expanduser(name))
        if os.path.lexists(path):
            raise SaveError(f"{path} is there already, and was left as it is. Save under another name.")
        lines = [json.dumps(message, ensure_ascii=False) + "\n" for message in messages]
        try:
            replace_file(path, "".join(lines).encode())
        except (OSError, ValueError) as error:  # a zero byte in the name is a ValueError
            raise SaveError(f"{path}: cannot be written: {error}. Save under another name.") from None
        self._note(f"{len(messages)} messages are in {path}.")

    def exit(self, _: str) -> None:
        self.goes_on = False


class Command(NamedTuple):
    """What may be typed in place of a message."""

    act: Callable[[Chat, str], None]
    """Does it, with what stands after its name."""
    help: str
    argument: str = ""


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "/reset": Command(Chat.reset, "Begin anew; the system's text stays."),
        "/system": Command(Chat.system, "Put TEXT before all messages; without TEXT, nothing.", "[TEXT]"),
        "/undo": Command(Chat.undo, "Take the last message and its answer back."),
        "/save": Command(Chat.save, "Write what was said into FILE, a JSON object a line.", "FILE"),
        "/help": Command(Chat.help, "Show this list."),
        "/exit": Command(Chat.exit, "End, as Ctrl-D does."),
    }
)
"""Name → command."""
