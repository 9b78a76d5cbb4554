"""Chat templates: a conversation → the text that a model was trained on, by the Jinja template of its checkpoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from loadstone.errors import ArgumentError, TokenizerError

if TYPE_CHECKING:
    from loadstone.text.chat.sandbox import Written

_OLDEST_JINJA = (3, 1, 6)


def template_of(stored: str | Mapping[str, str] | None, asked: str | None, has_tools: bool, source: str) -> str:
    """The template that is meant, among those of a tokenizer: ``asked`` is a name, or a template itself.

    Raises :class:`TokenizerError` where there is none, naming those that there are.
    """
    if isinstance(stored, Mapping) and stored:
        if asked is not None:
            return stored.get(asked, asked)
        name = "tool_use" if has_tools and "tool_use" in stored else "default"
        if name not in stored:
            raise TokenizerError(
                f"{source}: no chat template is called 'default'; there are {', '.join(sorted(stored))}. "
                "Say which with chat_template=."
            )
        return stored[name]
    template = asked if asked is not None else stored
    if not isinstance(template, str):
        raise TokenizerError(
            f"{source}: has no chat template. Either this is not a chat model, or its author left the template out. "
            "Write the prompt yourself, or give chat_template=."
        )
    return template


def templates_in(stored: object) -> str | dict[str, str] | None:
    """What ``chat_template`` in a file's settings holds: one text, or several by name, or none that is usable.

    >>> templates_in([{"name": "default", "template": "…"}])
    {'default': '…'}
    """
    if isinstance(stored, str):
        return stored
    if isinstance(stored, list):
        stored = {entry.get("name"): entry.get("template") for entry in stored if isinstance(entry, dict)}
    if not isinstance(stored, dict):
        return None
    return {name: text for name, text in stored.items() if isinstance(name, str) and isinstance(text, str)} or None


def render(template: str, variables: Mapping[str, object], source: str) -> Written:
    """What a template makes of its variables, in a sandbox; ``source`` names its file in errors.

    Raises :class:`ArgumentError` for variables that are no plain data, :class:`TokenizerError` for a template that
    fails, that refuses the conversation, or that asks for more than a conversation takes. Needs ``jinja2``.
    """
    known = {name: plain(value, name) for name, value in variables.items()}
    _require_jinja()
    from loadstone.text.chat.sandbox import run

    try:
        return run(template, known)
    # A template is a stranger's program: any error in it is one, and is told as ours.
    except Exception as error:  # noqa: BLE001
        message = f"{error}" or type(error).__name__
        raise TokenizerError(f"{source}: its chat template cannot write this conversation: {message[:500]}") from None


def _require_jinja() -> None:
    """Older releases have known ways out of the sandbox (CVE-2025-27516)."""
    try:
        installed = version("jinja2")
    except PackageNotFoundError:
        installed = "none"
    if installed == "none" or tuple(map(int, re.findall(r"\d+", installed)[:3])) < _OLDEST_JINJA:
        oldest = ".".join(map(str, _OLDEST_JINJA))
        raise TokenizerError(
            f"A chat template needs jinja2 {oldest} or newer, found {installed}: pip install 'loadstone[text]'"
        )


def plain(value: object, where: str, depth: int = 0) -> object:
    """A copy of numbers, texts, lists and mappings: a template must not reach the methods of anything else."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if depth > 50:
        raise ArgumentError(f"{where}: expected data that is nested less than 50 levels deep.")
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {plain(key, where, depth + 1): plain(nested, where, depth + 1) for key, nested in value.items()}
    if isinstance(value, list | tuple):
        return [plain(element, f"{where}[{index}]", depth + 1) for index, element in enumerate(value)]
    raise ArgumentError(f"{where}: expected text, numbers, lists and mappings, found {type(value).__name__}.")
