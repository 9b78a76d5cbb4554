"""Records: frozen dataclasses without code of their own, and alike to them in all that is used."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import KW_ONLY, FrozenInstanceError, dataclass, field
from typing import Any

import pytest

from loadstone.core.records import record


def shapes(decorate: Callable[[type[Any]], type[Any]]) -> tuple[type[Any], type[Any]]:
    """The same two classes, made by either decorator."""

    @decorate
    class Shape:
        """A shape."""

        name: str
        sides: int = 4
        tags: list[str] = field(default_factory=list)
        _: KW_ONLY
        closed: bool = True

        def __post_init__(self) -> None:
            if self.sides < 0:
                raise ValueError(self.sides)

    @decorate
    class Named(Shape):
        """A shape with one more field."""

        label: str = ""

    return Shape, Named


BOTH = pytest.mark.parametrize("decorate", [record, dataclass(frozen=True)], ids=["record", "dataclass"])


@record
class Point:
    """At module level, where pickle finds it."""

    x: int
    y: tuple[int, ...] = ()


@BOTH
def test_fields_defaults_and_factories_are_those_of_a_dataclass(decorate: Callable[[type[Any]], type[Any]]) -> None:
    shape, named = shapes(decorate)
    square = shape("square")
    assert (square.name, square.sides, square.tags, square.closed) == ("square", 4, [], True)
    assert square.tags is not shape("square").tags
    assert shape("a", 3, ["t"], closed=False) == shape(closed=False, tags=["t"], sides=3, name="a")
    assert [f.name for f in dataclasses.fields(named)] == ["name", "sides", "tags", "closed", "label"]
    assert named("n", label="l").label == "l"
    assert repr(square).endswith("Shape(name='square', sides=4, tags=[], closed=True)")
    assert dataclasses.replace(square, sides=5) == shape("square", 5)
    assert dataclasses.asdict(square) == {"name": "square", "sides": 4, "tags": [], "closed": True}
    match square:
        case shape(name, sides):  # type: ignore[misc]
            assert (name, sides) == ("square", 4)


@BOTH
def test_equal_means_the_same_class_and_values(decorate: Callable[[type[Any]], type[Any]]) -> None:
    shape, named = shapes(decorate)
    assert shape("a") == shape("a") != shape("b")
    assert shape("a") != named("a")
    assert hash(shape("a", tags=())) == hash(shape("a", tags=()))
    with pytest.raises(TypeError, match="unhashable"):
        hash(shape("a"))


@BOTH
def test_nothing_can_be_assigned_or_deleted(decorate: Callable[[type[Any]], type[Any]]) -> None:
    square = shapes(decorate)[0]("square")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'sides'"):
        square.sides = 3
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'sides'"):
        del square.sides
    assert square.sides == 4


@BOTH
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        (("a",), {"name": "b"}),
        (("a",), {"nosuch": 1}),
        ((), {"nosuch": 1}),
        (("a", 3, [], False), {}),
    ],
)
def test_wrong_arguments_are_a_type_error(
    decorate: Callable[[type[Any]], type[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        shapes(decorate)[0](*args, **kwargs)


def test_a_wrong_argument_is_named() -> None:
    with pytest.raises(TypeError, match=r"Point\(\) takes no 'z', and lacks 'x'"):
        Point(z=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"Point\(\) takes only once 'x'"):
        Point(1, x=2)  # type: ignore[misc]
    with pytest.raises(TypeError, match=r"Point\(\) takes 2 positional arguments, not 3"):
        Point(1, (), 3)  # type: ignore[call-arg]


@BOTH
def test_post_init_checks_what_was_given(decorate: Callable[[type[Any]], type[Any]]) -> None:
    with pytest.raises(ValueError, match="-1"):
        shapes(decorate)[0]("a", -1)


def test_copies_and_pickles_are_equal() -> None:
    point = Point(1, (2, 3))
    for other in (pickle.loads(pickle.dumps(point)), copy.copy(point), copy.deepcopy(point)):
        assert other == point
        assert type(other) is Point


def test_methods_of_the_class_itself_stay() -> None:
    @record
    class Own:
        """With a repr and an equality of its own."""

        x: int

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    assert (repr(Own(1)), Own(1) == Own(2), hash(Own(1))) == ("own", True, 7)


def test_defining_a_record_compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise AssertionError("code was generated")

    monkeypatch.setattr("builtins.exec", refuse)

    @record
    class Plain:
        """Nothing special."""

        x: int = 0

    assert Plain(3).x == 3
