"""What a docstring's :class:`Name` leads to: the object of that name that the reference describes.

Docstrings name things as the code around them does, without their modules. A name that is described is linked. One that
is not described, but that the code around it can see, is shown as it stands. Any other is a warning, which the
build takes for an error.
"""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_OF_MODULES = ("loadstone",)


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this."""
    app.connect("missing-reference", _found)
    return {"parallel_read_safe": True}


def _found(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element) -> nodes.Node | None:
    """What Sphinx itself did not find. None: nobody knows it, which is a warning."""
    if node.get("refdomain") != "py":
        return None
    name = node["reftarget"].removeprefix(".")
    objects = env.domains.python_domain.objects
    ends = sorted((known for known in objects if known == name or known.endswith(f".{name}")), key=len)
    if ends:  # of several methods of a name that of the shortest path, which is the public class's
        described = objects[ends[0]]
        assert app.builder is not None
        uri = app.builder.get_relative_uri(env.docname, described.docname)
        return nodes.reference("", "", content, internal=True, refuri=f"{uri}#{described.node_id}")
    # What is no literal is an annotation of a signature, which a type checker has looked at.
    return content if not isinstance(content, nodes.literal) or _is_known(node, name) else None


def _is_known(node: pending_xref, name: str) -> bool:
    """Whether the code that the docstring stands in can see it, or it is of another library."""
    first, _, rest = name.partition(".")
    for scope in _scopes(node):
        if hasattr(scope, first) and (not rest or _has(getattr(scope, first), rest)):
            return True
    if first in _OF_MODULES:
        module, _, attribute = name.rpartition(".")
        return _module(name) is not None or (_module(module) is not None and hasattr(_module(module), attribute))
    return False


def _has(value: Any, path: str) -> bool:
    for part in path.split("."):
        if not hasattr(value, part):
            return part in getattr(value, "__annotations__", {})
        value = getattr(value, part)
    return True


def _scopes(node: pending_xref) -> Iterator[Any]:
    yield builtins
    module = _module(node.get("py:module") or "loadstone")
    described = node.get("py:class")
    if module is not None:
        yield module
    if module is not None and described and _has(module, described):
        cls = getattr(module, described.split(".")[0])
        yield from cls.__mro__ if isinstance(cls, type) else ()
        yield from (found for base in getattr(cls, "__mro__", ()) if (found := _module(base.__module__)) is not None)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except (ImportError, ValueError):
        return None
