"""docs/rooms.svg is what the imports give, and the pages name every room."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def draw_rooms() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_rooms", ROOT / "tools" / "draw_rooms.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_is_made_of_the_imports(draw_rooms: ModuleType) -> None:
    made = draw_rooms.picture(draw_rooms.arrows())
    assert (ROOT / "docs" / "rooms.svg").read_text("utf-8") == made, "run python tools/draw_rooms.py"


def test_arrows_that_follow_from_others_are_not_drawn(draw_rooms: ModuleType) -> None:
    graph = {"top": {"middle", "ground"}, "middle": {"ground"}, "ground": set()}
    assert draw_rooms.reduced(graph) == {"top": {"middle"}, "middle": {"ground"}, "ground": set()}
    assert draw_rooms.floors(graph) == [["ground"], ["middle"], ["top"]]
    assert draw_rooms.picture(graph).count("marker-end") == 2


def test_the_page_says_what_each_room_holds(draw_rooms: ModuleType) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = {room.partition(".")[0] for room in draw_rooms.arrows()} - {"errors"}
    assert [room for room in sorted(rooms) if f"| `{room}/` |" not in page] == []
