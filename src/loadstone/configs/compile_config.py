"""How decoding steps are compiled: what ``torch.compile`` is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields

from loadstone.core.keywords import unknown_argument
from loadstone.core.records import record
from loadstone.errors import ArgumentError


@record
class CompileConfig:
    """What ``torch.compile`` is told of the decoding step: its arguments, by their names there."""

    fullgraph: bool = True
    """Whether a step that does not become one graph is an error; else parts of it run uncompiled."""
    dynamic: bool | None = None
    """Whether sizes are left open; None: those that turn out to change."""
    backend: str | Callable[..., object] = "inductor"
    mode: str | None = None
    """A mode of inductor's, such as ``"max-autotune-no-cudagraphs"``, in place of ``options``."""
    options: Mapping[str, object] | None = None
    """The backend's own. Inductor is told besides to round as without it, unless they or a mode say otherwise."""

    @classmethod
    def of(cls, given: object) -> CompileConfig:
        """Of such a config, a dict with its keys, or transformers' ``CompileConfig``.

        :class:`UnknownArgument` for keys that it does not have, :class:`ArgumentError` for something else.
        """
        if isinstance(given, cls):
            return given
        read = getattr(given, "to_dict", None)
        if not isinstance(given, Mapping) and read is None:
            raise ArgumentError(f"compile_config is a {type(given).__name__}, expected a CompileConfig or a dict.")
        values = dict(given if isinstance(given, Mapping) else read())  # type: ignore[misc]
        known = {field.name for field in fields(cls)}
        if unknown := values.keys() - known:
            raise unknown_argument("compile_config", map(str, unknown), known)
        made = cls(**values)
        if made.mode is not None and made.options is not None:
            raise ArgumentError("compile_config has mode and options, and torch.compile takes one of the two.")
        return made
