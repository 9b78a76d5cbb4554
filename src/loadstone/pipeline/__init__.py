"""From a name to a running model, one step after another.

The package can be called: ``loadstone.pipeline("fill-mask", model=…)`` makes a pipeline for a task, as in transformers.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loadstone.pipeline.tasks.base import Pipeline


class _Callable(ModuleType):
    """A module that is a function, too: its name is the one that scripts call."""

    def __call__(self, *args: Any, **options: Any) -> Pipeline:
        from loadstone.pipeline.tasks.factory import pipeline

        return pipeline(*args, **options)


sys.modules[__name__].__class__ = _Callable
