"""A model class that came with a checkpoint: what it may do for itself, and what its failures are called."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from loadstone.frameworks.registry import require_framework
from loadstone.pipeline.resolve import ResolvedModel
from loadstone.pipeline.select_class import resolve as resolve_class
from loadstone.remote_code.references import CodeReference

_DECIDED = ("config", "trust_remote_code", "code_revision", "allow_transformers")


@contextlib.contextmanager
def made_by_code(cls: type[Any]) -> Iterator[None]:
    """What a class that came with a checkpoint raises while it is made is :class:`CustomCodeError`."""
    from loadstone.remote_code.running import code_errors, tree_of

    tree = tree_of(cls)
    if tree is None:
        yield
    else:
        with code_errors(f"{tree.source}: {cls.__name__} could not be made"):
            yield


def own_loader(reference: CodeReference, framework_name: str, resolved: ResolvedModel) -> Callable[..., Any] | None:
    """The class's own ``from_pretrained``, to be called as an Auto class of Transformers calls it.

    None where it has that of all models. The config is made already, with the keywords that are its keys; the trust has
    been spent.
    """
    framework = require_framework(framework_name)
    cls = resolve_class(reference, framework, resolved.gate)
    inherited: Any = framework.base_class()
    if getattr(cls.from_pretrained, "__func__", None) is inherited.from_pretrained.__func__:
        return None
    request = resolved.request
    keys = request.others.keys() - resolved.unused.keys()
    rest = {name: value for name, value in request.keywords.items() if name not in _DECIDED and name not in keys}
    return made_by_code(cls)(partial(cls.from_pretrained, request.path_or_id, config=resolved.config, **rest))
