"""Where chat templates run: Jinja's immutable sandbox, with what the Hub's templates call and with bounds.

A template reads the conversation and prints. It reaches no attribute with an underscore and changes no list. Of
filters and methods it has those that make texts of a size that can be told before; loops and macros watch the clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, LoopControlExtension
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from loadstone.text.chat.limits import Limits

_FILTERS = (
    *("abs", "attr", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "first", "float", "groupby"),
    *("int", "items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse"),
    *("round", "safe", "select", "selectattr", "sort", "sum", "title", "trim", "unique", "upper"),
)
"""Those of Jinja's filters that make nothing larger than what they get."""
_METHODS = {
    *("capitalize", "casefold", "count", "endswith", "find", "get", "index", "isalnum", "isalpha", "isdigit"),
    *("isspace", "items", "join", "keys", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace"),
    *("rfind", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title"),
    *("upper", "values"),
}
"""Those of texts, lists and mappings of which the same is true, or that are checked."""


class Written(NamedTuple):
    """What a template prints."""

    text: str
    generated: list[tuple[int, int]]
    """Where ``{% generation %}`` blocks begin and end in it, in characters: what the assistant says."""


def run(template: str, variables: Mapping[str, object]) -> Written:
    """What the template prints. Raises what Jinja raises, and ``Exceeded``."""
    environment = _Sandbox()
    pieces: list[str] = []
    for piece in environment.from_string(template).generate(variables):
        environment.limits.expect(len(piece))
        environment.printed += len(piece)
        pieces.append(piece)
    written = "".join(pieces)
    environment.limits.expect(len(written))
    begins, ends = environment.marks[::2], environment.marks[1::2]
    return Written(written, list(zip(begins, ends, strict=False)))


class _Generator(CodeGenerator):
    """Sends ``a ~ b`` through the sandbox, as Jinja itself does with ``a + b``."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.joined((")
        for operand in node.nodes:
            self.visit(operand, frame)
            self.write(", ")
        self.write("))")


class _Generation(Extension):
    """``{% generation %}…{% endgeneration %}``: notes where what the assistant says begins and ends."""

    tags = {"generation"}  # noqa: RUF012  Jinja has it so

    def parse(self, parser: Parser) -> list[nodes.Node]:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return [self._mark(line), *body, self._mark(line)]

    def _mark(self, line: int) -> nodes.Node:
        called = nodes.Call(nodes.EnvironmentAttribute("mark"), [], [], None, None)
        return nodes.ExprStmt(called).set_lineno(line)


class _Sandbox(ImmutableSandboxedEnvironment):
    code_generator_class = _Generator
    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=[LoopControlExtension, _Generation],
            finalize=self._printed,
            cache_size=0,
        )
        self.limits = Limits()
        self.printed = 0
        """Characters so far."""
        self.marks: list[int] = []
        """Where generation blocks begin and end, in turn."""
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters |= {"indent": self._indent, "join": self._join, "replace": self._replace}
        self.filters |= {"string": self._string, "tojson": self._tojson}
        self.globals = {name: self.globals[name] for name in ("dict", "namespace", "range")}
        self.globals |= {"raise_exception": _raise, "strftime_now": _now}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in list(tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock))):
            assert isinstance(node, nodes.For | nodes.Macro | nodes.CallBlock)
            called = nodes.Call(nodes.EnvironmentAttribute("tick"), [], [], None, None)
            tick = nodes.ExprStmt(called).set_lineno(node.lineno)
            tick.set_environment(self)
            node.body.insert(0, tick)
        return tree

    def tick(self) -> None:
        """A turn of a loop, or a call of a macro."""
        self.limits.tick()

    def mark(self) -> None:
        """The begin, or the end, of a generation block."""
        self.marks.append(self.printed)

    def joined(self, values: tuple[object, ...]) -> str:
        """``a ~ b``."""
        self.limits.expect_text_of(values)
        return "".join(map(str, values))

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        if isinstance(obj, str | list | tuple | dict) and callable(value) and attr not in _METHODS:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: object) -> Callable[..., str] | None:
        """``"{:999999999}".format(1)`` is no text of a conversation: it is refused like any other method."""
        return None

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> Any:
        if operator == "%" and isinstance(left, str | bytes):
            raise TypeError("strings have no % operator here")
        sized, number = (left, right) if isinstance(left, str | list | tuple) else (right, left)
        if operator == "*" and isinstance(sized, str | list | tuple) and isinstance(number, int):
            self.limits.expect(len(sized) * max(0, number))
        elif operator == "+" and isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
            self.limits.expect(len(left) + len(right))
        elif operator == "*" and isinstance(left, int) and isinstance(right, int):
            self.limits.expect_number(left.bit_length() + right.bit_length())
        elif operator == "**" and isinstance(left, int) and isinstance(right, int):
            self.limits.expect_number(left.bit_length() * abs(right))
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: object, *args: Any, **kwargs: Any) -> Any:
        owner, name = getattr(__obj, "__self__", None), getattr(__obj, "__name__", "")
        if isinstance(owner, str) and name == "replace":
            return __self._replace(owner, *args, **kwargs)
        if isinstance(owner, str) and name == "join":
            return __self._join(args[0] if args else (), owner)
        if isinstance(owner, str):
            __self.limits.expect(len(owner))
        return super().call(__context, __obj, *args, **kwargs)

    def _printed(self, value: object) -> object:
        """Each value that is printed."""
        if isinstance(value, list | tuple | dict):
            self.limits.expect_text_of((value,))
        return value

    def _string(self, value: object) -> str:
        return self.joined((value,))

    def _replace(self, value: object, old: str, new: str, count: int | None = None) -> str:
        text, old, new = str(value), str(old), str(new)
        occurrences = text.count(old)
        occurrences = occurrences if count is None or count < 0 else min(occurrences, count)
        self.limits.expect(len(text) + occurrences * max(0, len(new) - len(old)))
        return text.replace(old, new, occurrences)

    def _join(self, values: Iterable[object], between: str = "", attribute: str | int | None = None) -> str:
        items = list(values)
        if attribute is not None:
            items = [self.getitem(element, attribute) for element in items]
        self.limits.expect_text_of([*items, str(between) * min(1, len(items))])
        self.limits.expect(len(str(between)) * len(items))
        return str(between).join(map(str, items))

    def _indent(self, text: object, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
        lines = str(text).split("\n")
        margin = width if isinstance(width, str) else " " * min(max(0, width), 1000)
        self.limits.expect(len(str(text)) + len(margin) * len(lines))
        kept = [margin + line if (line or blank) and (index or first) else line for index, line in enumerate(lines)]
        return "\n".join(kept)

    def _tojson(
        self,
        value: object,
        ensure_ascii: bool = False,
        indent: int | None = None,
        separators: tuple[str, str] | None = None,
        sort_keys: bool = False,
    ) -> str:
        """JSON as it is, with no sign escaped for HTML."""
        self.limits.expect_text_of((value,))
        indent = None if indent is None else min(max(0, indent), 100)
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise(message: object) -> None:
    raise TemplateError(str(message))


def _now(format: str) -> str:
    return datetime.now().strftime(str(format)[:100])
