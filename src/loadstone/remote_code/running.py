"""Importing code that was let through: under a name of its own, from memory, with its own meaning of ``import``.

Nothing is put on ``sys.path`` and nothing stands under another's name in ``sys.modules``: a module of the tree with
digest ``ab12…`` is ``loadstone_code_ab12….modeling_x``. Inside it, ``import transformers`` gives what
:mod:`.resolution` says; a module's ``__import__`` is looked up in its own ``__builtins__``, so no other code sees that.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib.machinery
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from loadstone.errors import CustomCodeError, LoadstoneError
from loadstone.remote_code.references import PACKAGE_PREFIX, CodeReference
from loadstone.remote_code.resolution import OwnNames, RealNames, StandIn
from loadstone.remote_code.store import kept
from loadstone.remote_code.tree import CodeTree

_DIGITS = 16
_packages: dict[str, CodePackage] = {}
_lock = threading.RLock()


@contextlib.contextmanager
def code_errors(what: str) -> Iterator[None]:
    """Whatever a stranger's code raises is :class:`CustomCodeError`, which begins with ``what``."""
    try:
        yield
    except LoadstoneError:
        raise
    except Exception as error:  # it may raise anything
        raise CustomCodeError(f"{what}: {error!r}") from error


class CodePackage:
    """One tree of code, imported as far as it was asked for."""

    def __init__(self, tree: CodeTree, name: str, uses_transformers: bool) -> None:
        self.tree, self.name = tree, name
        self._folder = kept(tree)
        self.stand_in = StandIn(tree.source, RealNames(tree.files) if uses_transformers else OwnNames())
        self._builtins = {**vars(builtins), "__import__": self._import}
        self._add(name, None)

    def module(self, dotted: str) -> ModuleType:
        """A module of the tree by its name within it; it runs when first asked for."""
        full = f"{self.name}.{dotted}"
        with _lock:
            module = sys.modules.get(full)
            if module is not None:
                return module
            parent, _, leaf = dotted.rpartition(".")
            owner = self.module(parent) if parent else sys.modules[self.name]
            module = sys.modules.get(full)  # the package may have imported it
            if module is None:
                module = self._run(dotted, full)
            setattr(owner, leaf, module)
            return module

    def _run(self, dotted: str, full: str) -> ModuleType:
        file = self.tree.file_of(dotted)
        is_folder = any(name.startswith(dotted.replace(".", "/") + "/") for name in self.tree.files)
        if file is None and not is_folder:
            raise ModuleNotFoundError(f"{self.tree.source} has no {dotted.replace('.', '/')}.py", name=full)
        module = self._add(full, file)
        if file is None:
            return module
        try:
            code = compile(self.tree.files[file], str(module.__file__), "exec", dont_inherit=True)
            exec(code, module.__dict__)
            for cls in [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == full]:
                self.stand_in.complete(cls)
        except BaseException:
            del sys.modules[full]
            raise
        return module

    def _add(self, full: str, file: str | None) -> ModuleType:
        module = ModuleType(full)
        is_package = file is None or file.endswith("__init__.py")
        module.__package__ = full if is_package else full.rpartition(".")[0]
        module.__spec__ = importlib.machinery.ModuleSpec(full, None, is_package=is_package)
        if is_package:
            module.__path__ = []  # what is in it is found by `_import`, and by nothing else
        if file is not None:
            module.__file__ = str((self._folder or Path(self.tree.source)) / file)
        module.__dict__["__builtins__"] = self._builtins
        sys.modules[full] = module
        return module

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """What ``import`` calls in the tree's modules."""
        if level == 0:
            if name.partition(".")[0] == "transformers":
                return self.stand_in.imported(name, tuple(fromlist or ()))
            return builtins.__import__(name, globals, locals, tuple(fromlist or ()), 0)
        base = str((globals or {}).get("__package__"))
        for _ in range(level - 1):
            base = base.rpartition(".")[0]
        full = f"{base}.{name}" if name else base
        if full != self.name and not full.startswith(f"{self.name}."):
            raise ImportError(f"{name!r} lies outside {self.tree.source}")
        module = sys.modules[self.name] if full == self.name else self.module(full[len(self.name) + 1 :])
        for attribute in fromlist or ():
            inner = f"{full}.{attribute}"[len(self.name) + 1 :]
            if attribute != "*" and not hasattr(module, attribute) and self.tree.file_of(inner) is not None:
                self.module(inner)
        return module


def class_of(reference: CodeReference, tree: CodeTree, *, uses_transformers: bool) -> type:
    """The class that a reference names, from its tree. This runs the code: the caller has been asked.

    Two loads of the same code get the same class. Raises :class:`CustomCodeError`.
    """
    tree.require_packages(("transformers",), reference.file)
    # What the code may import decides what it is.
    name = PACKAGE_PREFIX + tree.digest[:_DIGITS] + ("_t" if uses_transformers else "")
    with _lock:
        package = _packages.get(name)
        if package is None:
            package = _packages[name] = CodePackage(tree, name, uses_transformers)
    with code_errors(f"{tree.source}: {reference.file} failed when imported"):
        package.stand_in.check(tree.taken("transformers", reference.file))
        module = package.module(reference.module)
    cls = getattr(module, reference.name, None)
    if not isinstance(cls, type):
        raise CustomCodeError(f"{tree.source}: {reference.file} has no class {reference.name}")
    return cls


def tree_of(cls: type) -> CodeTree | None:
    """The tree that a class comes from; None for a class that no checkpoint brought."""
    package = _packages.get(cls.__module__.partition(".")[0])
    return None if package is None else package.tree
