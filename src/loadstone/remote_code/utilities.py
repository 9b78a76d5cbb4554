"""Small things that custom code takes from ``transformers.utils``; none needs a framework."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import logging as _logging
import typing
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypedDict, TypeVar

Decorated = TypeVar("Decorated")
Unpack = typing.Unpack


class TransformersKwargs(TypedDict, total=False):
    """Further keywords of a forward pass; only a type."""


FlashAttentionKwargs = LossKwargs = KwargsForCausalLM = TransformersKwargs


class _Logger(_logging.LoggerAdapter[_logging.Logger]):
    """A logger that can say something only once."""

    def __init__(self, name: str) -> None:
        super().__init__(_logging.getLogger(name), {})
        self._logged: set[object] = set()

    def warning_once(self, message: object, *args: object, **kwargs: Any) -> None:
        """A warning, the first time only."""
        if message not in self._logged:
            self._logged.add(message)
            self.warning(message, *args, **kwargs)

    def info_once(self, message: object, *args: object, **kwargs: Any) -> None:
        """Information, the first time only."""
        if message not in self._logged:
            self._logged.add(message)
            self.info(message, *args, **kwargs)


@functools.lru_cache(maxsize=1024)
def _get_logger(name: str = "loadstone") -> _Logger:
    return _Logger(name)


logging = SimpleNamespace(
    get_logger=_get_logger,
    DEBUG=_logging.DEBUG,
    INFO=_logging.INFO,
    WARNING=_logging.WARNING,
    ERROR=_logging.ERROR,
    # How much is said is for the one who loads to choose.
    set_verbosity_error=lambda: None,
    set_verbosity_warning=lambda: None,
    set_verbosity_info=lambda: None,
    set_verbosity=lambda level: None,
)


def _undocumented(*args: object, **kwargs: object) -> Callable[[Decorated], Decorated]:
    """In place of a decorator that writes documentation: what is decorated stays as it is."""
    return lambda decorated: decorated


add_start_docstrings = _undocumented
add_start_docstrings_to_model_forward = _undocumented
add_end_docstrings = _undocumented
add_code_sample_docstrings = _undocumented
replace_return_docstrings = _undocumented


def auto_docstring(decorated: object = None, **kwargs: object) -> object:
    """The same, with or without parentheses."""
    return _undocumented() if decorated is None else decorated


def can_return_tuple(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Lets a forward pass that returns named fields be asked for a tuple: ``return_dict=False``."""

    @functools.wraps(forward)
    def wrapped(self: Any, *args: Any, return_dict: bool | None = None, **kwargs: Any) -> Any:
        named = self.config.return_dict if return_dict is None else return_dict
        out = forward(self, *args, **kwargs)
        return out if named or isinstance(out, tuple) else out.to_tuple()

    return wrapped


def is_flash_attn_greater_or_equal(version: str) -> bool:
    """Whether flash-attn is installed, in that version or a newer one."""
    if importlib.util.find_spec("flash_attn") is None:
        return False
    installed = importlib.metadata.version("flash_attn")
    return _numbers(installed) >= _numbers(version)


def is_flash_attn_greater_or_equal_2_10() -> bool:
    """The same for 2.1.0, as older code asks."""
    return is_flash_attn_greater_or_equal("2.1.0")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
