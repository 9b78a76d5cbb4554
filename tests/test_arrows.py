"""Who may import whom: one table of the rooms, whose arrows point downwards only."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "loadstone"
BRIDGE = PACKAGE / "frameworks" / "torch" / "bridge"
"""The one place that imports transformers, whose classes it loads, and PEFT, whose adapters it puts into models."""
FILES_OUTSIDE_THE_BRIDGE = [file for file in sorted(PACKAGE.rglob("*.py")) if not file.is_relative_to(BRIDGE)]
FRAMEWORKS = {"torch": {"torch"}, "flax": {"flax", "jax", "jaxlib", "optax"}, "tensorflow": {"keras", "tensorflow"}}
ANY_FRAMEWORK = set().union(*FRAMEWORKS.values())
PEERS = {"accelerate", "diffusers", "peft", "safetensors", "transformers"}

ROOMS: Mapping[str, set[str]] = {
    "errors": set(),
    "core": {"errors"},
    "transfer": {"core"},
    "quantization": {"core"},
    "remote": {"transfer"},
    "checkpoint": {"remote", "quantization"},
    "planning": {"quantization"},
    "saving": {"checkpoint"},
    "materialize": {"checkpoint", "planning"},
    "pictures": {"core"},
    "reporting": {"planning", "pictures", "transfer"},
    "sources": {"saving"},
    "text": {"sources"},
    "remote_code": {"sources"},
    "configs": {"remote_code"},
    "lockfile": {"configs", "text"},
    "architectures": {"configs"},
    "frameworks": {"architectures", "materialize", "reporting"},
    **{f"frameworks.{each}": {"frameworks"} for each in FRAMEWORKS},
    "pipeline": {"frameworks", "lockfile"},
    "conversion": {"pipeline"},
    "cli": {"conversion"},
    "modeling_utils": {"pipeline"},
    "__init__": {"frameworks"},
}
"""Room → the rooms that it may import; what those may import, it may import too."""

UPWARDS = {f"frameworks.{each}": {"loadstone.pipeline.load.from_pretrained"} for each in FRAMEWORKS}
UPWARDS["frameworks.torch"] |= {"loadstone.pipeline.swap_weights.swap_weights"}
"""The one exception: what the classes' own ``from_pretrained`` and ``swap_weights`` import when they are called."""


def room_of(file: Path) -> str:
    """``checkpoint/index.py`` → ``checkpoint``; ``hub.py`` → ``hub``; ``frameworks/torch/…`` → ``frameworks.torch``."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:2]) if parts[0] == "frameworks" and len(parts) > 2 else parts[0]


def imports(file: Path, for_types: bool = True, package: Sequence[str] | None = None) -> Iterator[str]:
    """Full dotted names of every module that ``file`` imports, wherever in it: at the top, in a function, for types.

    ``package`` is what its relative imports start from; by default its place in Loadstone.
    """
    if package is None:
        package = ["loadstone", *file.relative_to(PACKAGE).parts[:-1]]
    tree = ast.parse(file.read_text(encoding="utf-8"))
    if not for_types:
        tree.body = [node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node))]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from loadstone import hub` names a room, `from loadstone.hub import resolve` does so too.
            yield from (f"{module}.{alias.name}" for alias in node.names)


def edges() -> list[tuple[str, str, Path]]:
    """(room, imported name, file) for the whole package."""
    files = sorted(PACKAGE.rglob("*.py"))
    return [(room_of(file), name, file) for file in files for name in imports(file)]


def top(name: str) -> str:
    return name.partition(".")[0]


def own_room(name: str) -> str | None:
    """The room of ``loadstone.x.y``; None for a module that is not ours, or the package itself."""
    parts = name.split(".")
    if parts[0] != "loadstone" or len(parts) < 2:
        return None
    return ".".join(parts[1:3]) if parts[1] == "frameworks" and parts[2] in FRAMEWORKS else parts[1]


def reached(room: str) -> set[str]:
    """The room, those that it may import, and what these may import."""
    return {room} | walk(room, ROOMS)


EDGES = edges()


def module_name(file: Path) -> str:
    """Full dotted name of a file's module; of an ``__init__.py`` that of its package."""
    return ".".join(("loadstone", *file.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


def circles(imported: Iterable[tuple[str, str, Path]]) -> list[set[str]]:
    """Modules that import each other, directly or by way of others, and those that import themselves.

    Every import counts: at the top, in a function, for types. A package counts where its name is all that is imported.
    """
    arrows: dict[str, set[str]] = {module_name(file): set() for file in sorted(PACKAGE.rglob("*.py"))}
    for _, name, file in imported:
        module = name if name in arrows else name.rpartition(".")[0]  # `loadstone.checkpoint.index.Index`
        arrows[module_name(file)] |= {module} & arrows.keys()
    reach = {name: walk(name, arrows) for name in arrows}
    found = ({other for other in reach[name] if name in reach[other]} for name in arrows)
    return [circle for name, circle in zip(arrows, found, strict=True) if circle and name == min(circle)]


def walk(start: str, arrows: Mapping[str, set[str]]) -> set[str]:
    """What is reached from ``start`` by one arrow or more."""
    found: set[str] = set()
    left = [start]
    while left:
        new = arrows[left.pop()] - found
        found |= new
        left += new
    return found


def offenders(rooms: set[str], forbidden: set[str]) -> list[str]:
    """Files that import other packages, not counting what they need for types alone."""
    files = {file for room, name, file in EDGES if room in rooms and top(name) in forbidden}
    return [
        f"{file.relative_to(PACKAGE)} imports {name}"
        for file in sorted(files)
        for name in imports(file, for_types=False)
        if top(name) in forbidden
    ]


def test_the_walk_sees_imports_inside_functions_and_relative_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    (tmp_path / "checkpoint").mkdir()
    file = tmp_path / "checkpoint" / "one.py"
    file.write_text("def f():\n    import torch.nn\n    from ..hub import x\n    from . import index\n")
    assert list(imports(file)) == ["torch.nn", "loadstone.hub.x", "loadstone.checkpoint.index"]
    assert room_of(file) == "checkpoint"


def test_the_root_holds_the_rooms_and_nothing_else_than_what_users_import() -> None:
    rooms = {room.partition(".")[0] for room in ROOMS} - {"__init__", "errors", "modeling_utils"}
    files = {"__init__.py", "__init__.pyi", "errors.py", "modeling_utils.py", "py.typed"}
    assert {path.name for path in PACKAGE.iterdir()} - {"__pycache__"} == rooms | files


def test_circles_are_found_whichever_way_their_modules_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    sources = {
        "a.py": "import loadstone.b.c\n",
        "b/__init__.py": "",
        "b/c.py": "def f():\n    from loadstone.d import x\n",
        "d.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from loadstone import a\n",
        "e.py": "from loadstone import a\nfrom loadstone.f import x\n",
        "f.py": "from . import g\n",
        "g.py": "from .f import x\n",
        "h.py": "from loadstone.h import x\n",
    }
    for name, source in sources.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)
    expected = [{"a", "b.c", "d"}, {"f", "g"}, {"h"}]
    assert circles(edges()) == [{f"loadstone.{name}" for name in circle} for circle in expected]


def test_no_modules_import_each_other() -> None:
    assert circles(EDGES) == []


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_what_the_table_says(room: str) -> None:
    found = [
        f"{file.relative_to(PACKAGE)} imports {name}"
        for here, name, file in EDGES
        if here == room and own_room(name) not in {None, *reached(room)} and name not in UPWARDS.get(room, set())
    ]
    assert found == []


@pytest.mark.parametrize("room", sorted(ROOMS.keys() - {"cli", *(f"frameworks.{each}" for each in FRAMEWORKS)}))
def test_a_room_without_a_framework_imports_none(room: str) -> None:
    assert offenders({room}, ANY_FRAMEWORK) == []


@pytest.mark.parametrize("framework", sorted(FRAMEWORKS))
def test_a_framework_room_imports_no_other_framework(framework: str) -> None:
    others = ANY_FRAMEWORK - FRAMEWORKS[framework]
    found = offenders({f"frameworks.{framework}"}, others)
    found += [
        f"{file.relative_to(PACKAGE)} imports {name}"
        for room, name, file in EDGES
        if room == f"frameworks.{framework}"
        and (other := own_room(name) or "").startswith("frameworks.")
        and other in {f"frameworks.{each}" for each in FRAMEWORKS if each != framework}
    ]
    assert found == []


def test_nothing_in_the_package_imports_the_libraries_that_it_is_measured_against() -> None:
    found = [
        f"{file.relative_to(PACKAGE)} imports {name}"
        for _, name, file in EDGES
        if top(name) in PEERS and not (file.is_relative_to(BRIDGE) and top(name) in ("peft", "transformers"))
    ]
    assert found == []


def test_nothing_imports_the_bridge_to_transformers_before_it_is_needed() -> None:
    found = [
        f"{file.relative_to(PACKAGE)} imports {name}"
        for file in FILES_OUTSIDE_THE_BRIDGE
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        and (name := str(node.module)).startswith("loadstone.frameworks.torch.bridge")
    ]
    assert found == []


def test_nothing_in_the_package_calls_torch_load_or_an_unrestricted_unpickler() -> None:
    """A subclass of ``pickle.Unpickler`` with its own ``find_class`` is the one way that is allowed."""
    forbidden = {"torch.load", "pickle.load", "pickle.loads", "pickle.Unpickler"}
    found = [
        f"{file.relative_to(PACKAGE)}:{node.lineno} {ast.unparse(node.func)}"
        for file in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in forbidden
    ]
    assert found == []
