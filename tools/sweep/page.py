"""From results to words: the summary of a run, and ``docs/bridge.md``."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from .types import BARE, KINDS

_ORDER = ("crashed", "wrong", "refused", "right", "not built")
"""The first of these that any case of a type has is the type's verdict."""


def verdict(found: Mapping[str, Any]) -> str:
    """Of a model type: the worst of its cases; what could not be built says nothing where another case could."""
    verdicts = {each["verdict"] for each in found["cases"]}
    return next(each for each in _ORDER if each in verdicts)


def summary(results: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> str:
    """A table by kind, and a line for what is not right."""
    lines = [
        "| kind | model types | built | right | cases | cases right | forward equal |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for kind in (*KINDS, "all"):
        of = [found for found in results if kind in (found["kind"], "all")]
        if of:
            lines.append(_row(f"**{kind}**" if kind == "all" else kind, of))
    counted = Counter(verdict(found) for found in results)
    told = ", ".join(f"{counted[each]} {each}" for each in ("right", "refused", "wrong", "crashed", "not built"))
    lines += ["", f"Model types: {told}."]
    return "\n".join(lines)


def _row(title: str, results: Sequence[Mapping[str, Any]]) -> str:
    cases = [each for found in results for each in found["cases"] if each["verdict"] != "not built"]
    verdicts = [verdict(found) for found in results]
    numbers = (
        len(results),
        sum(each != "not built" for each in verdicts),
        verdicts.count("right"),
        len(cases),
        sum(each["verdict"] == "right" for each in cases),
        sum(each.get("forward") == "equal" for each in cases),
    )
    return f"| {title} | {' | '.join(str(number) for number in numbers)} |"


def text(results: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> str:
    """The page."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("transformers", "torch", "timm"))
    lines = [
        "# Models of transformers that Loadstone loads",
        "",
        "Where transformers is installed, `AutoModel….from_pretrained` loads every model type that it has:",
        "transformers gives the class, Loadstone fills it. This table has each type that some Auto class loads, with a",
        "tiny config and random values. *Right* means that transformers and Loadstone, given the same folder, hold the",
        f"same bits in every parameter and buffer, in the same dtypes, and share the same ones; {facts['dtype']} was",
        "asked for. *Forward* says whether one forward pass was compared too; where it was, it gave the same. A",
        "type is *not built* where transformers cannot make or load a tiny model of it here.",
        "",
        f"{facts['date']} · Python {platform.python_version()}, {versions} · {len(results)} model types in "
        f"{facts['elapsed_s'] / 60:.0f} minutes, {facts['jobs']} processes at a time",
        "",
        "Made by `make sweep`; do not edit.",
        "",
        summary(results, facts),
        "",
        "| model type | bare class | main head | verdict | forward | note |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_type_row(found) for found in results]
    return "\n".join(lines) + "\n"


def _type_row(found: Mapping[str, Any]) -> str:
    cases = found["cases"]
    bare = [each for each in cases if each["auto"] == BARE]
    heads = [each for each in cases if each["auto"] != BARE]
    forwards = [
        "yes" if each.get("forward") == "equal" else "no" for each in cases if each["verdict"] not in ("not built",)
    ]
    forward = forwards[0] if len(set(forwards)) == 1 else ", ".join(forwards) or "–"
    notes = [note for each in cases for note in each.get("notes", ())]
    notes += [each["why"] for each in cases if each.get("why")]
    cells = [
        f"`{found['type']}`",
        _class(bare),
        _class(heads),
        _verdicts(found),
        forward,
        "; ".join(_short(note) for note in _once(notes)),
    ]
    return f"| {' | '.join(cells)} |"


def _class(cases: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"`{each.get('model_class') or each['auto']}`" for each in cases) or "–"


def _verdicts(found: Mapping[str, Any]) -> str:
    each = [case["verdict"] for case in found["cases"]]
    return each[0] if len(set(each)) == 1 else ", ".join(each)


def _once(notes: Sequence[str]) -> list[str]:
    """The first of those that begin alike: a bare model and its head have the same parts under other names."""
    return list({" ".join(note.split()[:2]): note for note in reversed(notes)}.values())[::-1]


def _short(note: str) -> str:
    note = note.replace("|", "\\|").replace("<", "&lt;")
    return note if len(note) <= 200 else note[:199] + "…"
