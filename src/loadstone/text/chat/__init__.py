"""Chat templates: a conversation → the text that a model was trained on, by the Jinja template of its checkpoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from loadstone.errors import ArgumentError, TokenizerError

_OLDEST_JINJA = (3, 1, 6)


def template_of(stored: object, name: str, source: str) -> str:
    """The template of that name among what ``chat_template`` in a tokenizer's settings holds: one text, or a list.

    Raises :class:`TokenizerError` where there is none, naming those that there are.
    """
    templates = {"default": stored} if isinstance(stored, str) else _named(stored)
    if not templates:
        raise TokenizerError(
            f"{source}: has no chat template. Either this is not a chat model, or its author left the template out. "
            "Write the prompt yourself."
        )
    template = templates.get(name)
    if not isinstance(template, str):
        raise TokenizerError(
            f"{source}: no chat template is called {name!r}; there are {', '.join(sorted(templates))}."
        )
    return template


def _named(stored: object) -> dict[str, object]:
    """``[{"name": …, "template": …}]`` → name → template."""
    if not isinstance(stored, list):
        return {}
    return {
        str(entry["name"]): entry.get("template") for entry in stored if isinstance(entry, dict) and "name" in entry
    }


def render(template: str, variables: Mapping[str, object], source: str) -> str:
    """What a template makes of its variables, in a sandbox; ``source`` names its file in errors.

    Raises :class:`ArgumentError` for variables that are no plain data, :class:`TokenizerError` for a template that
    fails, that refuses the conversation, or that asks for more than a conversation takes. Needs ``jinja2``.
    """
    known = {name: _plain(value, name) for name, value in variables.items()}
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
            f"A chat template needs jinja2 {oldest} or newer, found {installed}: pip install 'loadstone[cli]'"
        )


def _plain(value: object, where: str, depth: int = 0) -> object:
    """A copy of numbers, texts, lists and mappings: a template must not reach the methods of anything else."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if depth > 50:
        raise ArgumentError(f"{where}: expected data that is nested less than 50 levels deep.")
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {_plain(key, where, depth + 1): _plain(nested, where, depth + 1) for key, nested in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(element, f"{where}[{index}]", depth + 1) for index, element in enumerate(value)]
    raise ArgumentError(f"{where}: expected text, numbers, lists and mappings, found {type(value).__name__}.")
