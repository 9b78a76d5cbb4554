"""How many parameters a function takes, who reads what is private to whom, and how long a load reads."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from test_arrows import PACKAGE, reached, room_of

FILES = sorted(PACKAGE.rglob("*.py"))
MOST_PARAMETERS = 6
FOREIGN = {
    "_tensor_v2": "torch._utils._rebuild_tensor_v2",
    "_tensor_v3": "torch._utils._rebuild_tensor_v3",
    "create_causal_mask": "transformers.masking_utils.create_causal_mask",
    "sdpa_attention_forward": "transformers.integrations.sdpa_attention.sdpa_attention_forward",
}
"""Function → the one of another library whose signature it has to have."""

CALLED = ("__init__", "__call__")
"""What users call without naming it."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Definition(NamedTuple):
    """A function of the package."""

    file: Path
    owner: ast.ClassDef | None
    """The class that it is a method of."""
    function: Function

    @property
    def parameters(self) -> int:
        """How many there are, without ``self`` or ``cls``, ``*args`` and ``**kwargs``."""
        given = self.function.args
        names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        return len(names) - bool(self.owner is not None and names and names[0] in ("self", "cls"))

    def __str__(self) -> str:
        owner = f"{self.owner.name}." if self.owner else ""
        where = f"{self.file.relative_to(PACKAGE)}:{self.function.lineno}"
        return f"{where} {owner}{self.function.name} takes {self.parameters} parameters"


@functools.cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def functions(node: ast.AST, file: Path, owner: ast.ClassDef | None = None) -> Iterator[Definition]:
    """Every function below a node, those in classes and in other functions too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield Definition(file, owner, child)
        yield from functions(child, file, child if isinstance(child, ast.ClassDef) else None)


@functools.cache
def imported(file: Path) -> dict[str, tuple[Path, str]]:
    """Name in a file → the file of the package that it comes from, and its name there."""
    sources = {}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("loadstone."):
            assert node.module is not None
            module = PACKAGE.joinpath(*node.module.split(".")[1:])
            source = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
            sources |= {alias.asname or alias.name: (source, alias.name) for alias in node.names if source.is_file()}
    return sources


def definition(file: Path, name: str) -> tuple[Path, ast.stmt] | None:
    """Where a name that a file has is defined, by it or by what it imports from."""
    for node in tree(file).body:
        if isinstance(node, ast.ClassDef | Function) and node.name == name:
            return file, node
    source = imported(file).get(name)
    return definition(*source) if source is not None else None


def public() -> set[tuple[Path, int]]:
    """File and line of what users call: functions that the stub names; and of the classes that it names, and those that
    these derive from, what is made and the methods without an underscore."""
    stub = PACKAGE / "__init__.pyi"
    left = [definition(*source) for source in imported(stub).values()]
    seen: set[tuple[Path, int]] = set()
    while left:
        place = left.pop()
        if place is None or (place[0], place[1].lineno) in seen:
            continue
        file, node = place
        seen.add((file, node.lineno))
        if isinstance(node, ast.ClassDef):
            left += [definition(file, ast.unparse(base)) for base in node.bases]
            methods = [each for each in node.body if isinstance(each, Function)]
            seen |= {(file, each.lineno) for each in methods if each.name in CALLED or not each.name.startswith("_")}
    return seen


def is_command(file: Path, function: Function) -> bool:
    """Whether it is a command of the command line, whose parameters are the options."""
    return file.parent == PACKAGE / "cli" / "commands" and file.stem == function.name


def every_function() -> list[Definition]:
    return [each for file in FILES for each in functions(tree(file), file)]


def test_no_function_of_ours_takes_more_than_six_parameters() -> None:
    known = public()
    names = {each.function.name for each in every_function() if (each.file, each.function.lineno) in known}
    assert {"from_pretrained", "forward", "convert"} <= names, "what users call is found"
    long = [
        str(each)
        for each in every_function()
        if each.parameters > MOST_PARAMETERS
        and (each.file, each.function.lineno) not in known
        and not is_command(each.file, each.function)
        and each.function.name not in FOREIGN
    ]
    assert long == [], "give them an object that means something"


def test_every_function_of_a_foreign_signature_is_there() -> None:
    long = {each.function.name for each in every_function() if each.parameters > MOST_PARAMETERS}
    assert FOREIGN.keys() <= long


@pytest.mark.parametrize(
    ("source", "parameters"),
    [
        ("def f(a, /, b, *rest, c, d=1, **more): ...", [4]),
        ("class C:\n    def f(self, a): ...\n    @classmethod\n    def g(cls, a, b): ...", [1, 2]),
        ("class C:\n    @staticmethod\n    def f(holder, a): ...", [2]),
        ("def f(self, a):\n    async def g(b): ...", [2, 1]),
    ],
)
def test_parameters_are_counted_without_self_and_without_collectors(source: str, parameters: list[int]) -> None:
    assert [each.parameters for each in functions(ast.parse(source), PACKAGE)] == parameters


def test_a_load_reads_as_stages_in_one_function_of_at_most_fifty_lines() -> None:
    file = PACKAGE / "pipeline" / "load.py"
    load = next(each.function for each in functions(tree(file), file) if each.function.name == "_load")
    lines = file.read_text(encoding="utf-8").splitlines()[load.body[1].lineno - 1 : load.end_lineno]
    code = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert len(code) <= 50, "give a stage a function of its own"


OF_NAMED_TUPLES = ("_asdict", "_fields", "_make", "_replace")
OF_PYTORCH = ("_buffers", "_modules", "_parameters", "_version")
"""Of ``nn.Module`` and ``Tensor``, which have no public name for them."""


def private_names(node: ast.AST) -> Iterator[str]:
    """Names with one leading underscore that a file gives to something: functions, classes, variables, attributes."""
    for each in ast.walk(node):
        if isinstance(each, ast.ClassDef | Function):
            name = each.name
        elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            name = each.id
        elif isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store) and is_own(each.value):
            name = each.attr
        else:
            continue
        if is_private(name):
            yield name


def private_reads(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of private attributes of what is not one's own, and of private names that are imported."""
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and is_private(each.attr) and not is_own(each.value):
            yield each.lineno, each.attr
        elif isinstance(each, ast.ImportFrom):
            yield from ((each.lineno, alias.name) for alias in each.names if is_private(alias.name))


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in (*OF_NAMED_TUPLES, *OF_PYTORCH, "_")


def is_own(value: ast.expr) -> bool:
    return ast.unparse(value) in ("self", "cls", "super()")


def test_nobody_reaches_into_what_is_private_to_another_room() -> None:
    """A private name of another library's counts as ours only where we have one of that name, in a room below."""
    by_room: dict[str, set[str]] = {}
    for file in FILES:
        by_room.setdefault(room_of(file), set()).update(private_names(tree(file)))
    reads = [
        f"{file.relative_to(PACKAGE)}:{line} reads {name}"
        for file in FILES
        for line, name in private_reads(tree(file))
        if name not in by_room[room_of(file)] and any(name in by_room[room] for room in reached(room_of(file)))
    ]
    assert reads == [], "give it a public name"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("config._one = other._two", ["_one", "_two"]),
        ("self._one, cls._two, super()._three, each._replace(a=1), a.__class__", []),
        ("from loadstone.a import _one, two", ["_one"]),
        ("config.inner._one.two", ["_one"]),
    ],
)
def test_private_reads_are_found(source: str, names: list[str]) -> None:
    assert [name for _, name in private_reads(ast.parse(source))] == names
