"""A model class that came with a checkpoint: what it may do for itself, and what its failures are called."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from loadstone.configs.bridged import BridgedConfig, bridged, makes_of_foreign
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.frameworks.registry import require_framework, require_torch
from loadstone.pipeline.resolve import ResolvedModel
from loadstone.pipeline.select_class import resolve as resolve_class
from loadstone.remote_code.references import PACKAGE_PREFIX, CodeReference

_DECIDED = ("config", "trust_remote_code", "code_revision", "allow_transformers")


@contextlib.contextmanager
def made_by_code(cls: type[Any]) -> Iterator[None]:
    """What a class that came with a checkpoint raises while it is made is :class:`CustomCodeError`."""
    if not cls.__module__.startswith(PACKAGE_PREFIX):
        yield
        return
    from loadstone.remote_code.running import code_errors, tree_of

    with code_errors(f"{getattr(tree_of(cls), 'source', '')}: {cls.__name__} could not be made"):
        yield


def fitting(cls: type[Any], config: PretrainedConfig) -> PretrainedConfig:
    """A config that a class of code can be made of: transformers' own where it derives from one of its classes."""
    if isinstance(config, BridgedConfig) or not makes_of_foreign(cls):
        return config
    values = config.to_dict()
    return bridged(values, {}, cls.config_class.from_dict(values))


def own_loader(reference: CodeReference, framework_name: str, resolved: ResolvedModel) -> Callable[..., Any] | None:
    """The class's own ``from_pretrained``, to be called as an Auto class of Transformers calls it.

    None where it has that of all models. The config is made already, with the keywords that are its keys; the trust has
    been spent.
    """
    from loadstone.remote_code.running import tree_of

    cls = resolve_class(reference, require_framework(framework_name), resolved.gate)
    if tree_of(next(base for base in cls.__mro__ if "from_pretrained" in vars(base))) is None:
        return None
    request, config = resolved.request, resolved.config
    if isinstance(config, BridgedConfig):
        config, _ = require_torch().transformers_config(config)
    keys = request.others.keys() - resolved.unused.keys()
    rest = {name: value for name, value in request.keywords.items() if name not in _DECIDED and name not in keys}
    return made_by_code(cls)(partial(cls.from_pretrained, request.path_or_id, config=config, **rest))
