"""What a Python file imports and does, found by reading it: nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loadstone.core.records import record
from loadstone.errors import CustomCodeError

# By the beginning of the full dotted name; what is listed is worth a look, not forbidden.
_NOTABLE = {
    "network": ("socket", "ssl", "requests", "urllib", "http", "httpx", "aiohttp", "ftplib", "smtplib", "websockets"),
    "process": (
        *("subprocess", "multiprocessing", "pty", "os.system", "os.popen", "os.fork", "os.kill", "signal"),
        *("os.exec", "os.spawn", "os.posix_spawn", "asyncio.create_subprocess"),
    ),
    "code": (
        *("eval", "exec", "compile", "__import__", "importlib", "imp", "runpy", "builtins", "code", "codeop"),
        *("torch.utils.cpp_extension", "torch.hub", "types.CodeType", "types.FunctionType"),
    ),
    "native": ("ctypes", "cffi", "mmap"),
    "pickle": ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "torch.load", "numpy.load"),
    "files": (
        *("open", "io.open", "shutil", "tempfile", "os.remove", "os.unlink", "os.rmdir", "os.rename", "os.replace"),
        *("os.makedirs", "os.mkdir", "os.symlink", "os.chmod", "os.open", "os.walk", "os.listdir", "glob"),
    ),
    "environment": ("os.environ", "os.getenv", "os.putenv", "getpass", "keyring", "sys.modules", "sys.path"),
    "download": ("huggingface_hub", "torch.hub", "urllib.request", "gdown", "wget"),
}


class Notable(NamedTuple):
    """A use of something worth a look."""

    line: int
    kind: str
    """``"network"``, ``"process"``, ``"code"``, …"""
    name: str
    """Full dotted name."""


class Relative(NamedTuple):
    """``from ..a.b import c, d`` as ``(2, "a.b", ("c", "d"))``."""

    level: int
    module: str
    names: tuple[str, ...]
    is_guarded: bool


@record
class Facts:
    """What one file imports and uses."""

    relative: tuple[Relative, ...]
    absolute: tuple[str, ...]
    """Modules that it cannot do without."""
    optional: tuple[str, ...]
    """Modules that it imports under a ``try``, an ``if`` or ``with suppress(...)``, or in a function."""
    notable: tuple[Notable, ...]
    taken: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Of each module that it cannot do without, the names that it takes from it; none where it takes the module."""


def read_facts(source: bytes, name: str) -> Facts:
    """Read a file's source; :class:`CustomCodeError` if it is not Python."""
    try:
        tree = ast.parse(source, filename=name)
        return _Reader(tree).facts()
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise CustomCodeError(f"{name} is not Python that can be read: {error}") from None


class _Reader:
    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(_walk(tree, False))
        self._meant: dict[str, str] = {}
        """Local name → the full name that an import gave it."""

    def facts(self) -> Facts:
        relative: list[Relative] = []
        absolute: dict[str, None] = {}
        taken: list[tuple[str, tuple[str, ...]]] = []
        optional: dict[str, None] = {}
        for node, guarded in self._nodes:
            into = optional if guarded else absolute
            if isinstance(node, ast.Import):
                for alias in node.names:
                    into[alias.name] = None
                    if not guarded:
                        taken.append((alias.name, ()))
                    root = alias.name.partition(".")[0]
                    self._meant[alias.asname or root] = alias.name if alias.asname else root
            elif isinstance(node, ast.ImportFrom):
                names = tuple(alias.name for alias in node.names)
                if node.level:
                    relative.append(Relative(node.level, node.module or "", names, guarded))
                elif node.module:
                    into[node.module] = None
                    if not guarded:
                        taken.append((node.module, names))
                    for alias in node.names:
                        self._meant[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        needed = tuple(name for name in absolute if name != "__future__")
        perhaps = tuple(optional.keys() - absolute.keys())
        return Facts(tuple(relative), needed, perhaps, tuple(self._notable()), tuple(taken))

    def _notable(self) -> Iterator[Notable]:
        seen = set()
        for node, _ in self._nodes:
            for notable in self._uses(node):
                # Once a line: `os.environ` of `os.environ.get(...)` is no second use.
                if notable[:2] not in seen:
                    seen.add(notable[:2])
                    yield notable

    def _uses(self, node: ast.AST) -> Iterator[Notable]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                full = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
                if not getattr(node, "level", 0) and (kind := _kind(full)):
                    yield Notable(node.lineno, kind, full)
        elif isinstance(node, ast.Call | ast.Attribute):
            called = node.func if isinstance(node, ast.Call) else node
            full = self._full_name(called)
            is_name = isinstance(called, ast.Name)
            if full and (isinstance(node, ast.Call) or not is_name) and (kind := _kind(full)):
                yield Notable(node.lineno, kind, full)

    def _full_name(self, node: ast.expr) -> str:
        """``np.load`` → ``numpy.load``; nothing for what is no plain dotted name."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        parts.append(self._meant.get(node.id, node.id))
        return ".".join(reversed(parts))


def _kind(full: str) -> str | None:
    for kind, beginnings in _NOTABLE.items():
        for beginning in beginnings:
            rest = full.removeprefix(beginning)
            is_family = beginning in ("os.exec", "os.spawn", "os.posix_spawn", "asyncio.create_subprocess")
            if rest != full and (not rest or rest.startswith(".") or is_family):
                return kind
    return None


_GUARDS = (ast.If, ast.Try, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _suppresses(node: ast.AST) -> bool:
    """Whether it is ``with suppress(...):``."""
    if not isinstance(node, ast.With):
        return False
    called = [item.context_expr.func for item in node.items if isinstance(item.context_expr, ast.Call)]
    names = [func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in called]
    return "suppress" in names


def _walk(node: ast.AST, guarded: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Every node, and whether it may never be run, or may fail: in a function, or under an ``if``, a ``try`` or
    ``with suppress(...)``. Not recursive."""
    waiting = [(node, guarded)]
    while waiting:
        node, guarded = waiting.pop()
        yield node, guarded
        inner = guarded or isinstance(node, _GUARDS) or _suppresses(node)
        waiting += [(child, inner) for child in reversed(list(ast.iter_child_nodes(node)))]
