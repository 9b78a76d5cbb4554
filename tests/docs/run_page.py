"""Runs the Python blocks of a Markdown page in order, in one namespace; a process of its own for each page.

Usage: ``run_page.py PAGE``. A ``text`` block right after a Python block is what the latter must print (``…`` stands
for anything). A Python block whose fence says ``python raises=NAME`` must end with that error. One that says ``python
ranks=2`` is a script for two processes, and left to ``torchrun.py`` beside this file.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FENCE = re.compile(
    r"^```(?P<language>\w+)?(?: raises=(?P<raises>\w+))?(?P<ranks> ranks=2)?\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A Python block of a page."""

    code: str
    line: int
    raises: str | None
    prints: str | None


def blocks(page: str, *, for_ranks: bool = False) -> list[Block]:
    """The blocks for one process, or those for two."""
    found = list(FENCE.finditer(page))
    result = []
    for index, match in enumerate(found):
        if match["language"] != "python" or bool(match["ranks"]) is not for_ranks:
            continue
        after = found[index + 1] if index + 1 < len(found) else None
        shown = None
        if after is not None and after["language"] == "text" and not page[match.end() : after.start()].strip():
            shown = after["body"]
        result.append(Block(match["body"], page.count("\n", 0, match.start("body")), match["raises"], shown))
    return result


def run(block: Block, page: Path, namespace: dict[str, Any]) -> None:
    code = compile("\n" * block.line + block.code, str(page), "exec")
    printed = io.StringIO()
    raised: Exception | None = None
    with contextlib.redirect_stdout(printed):
        try:
            exec(code, namespace)
        except Exception as error:
            if block.raises is None:
                raise
            raised = error
    if block.raises is not None:
        names = [each.__name__ for each in type(raised).__mro__]
        assert block.raises in names, f"{page}:{block.line}: expected {block.raises}, got {raised!r}"
        print(f"{type(raised).__name__}: {raised}", file=printed)
    check(block, page, printed.getvalue())


def check(block: Block, page: Path, printed: str) -> None:
    """AssertionError where a block printed something else than the page shows, if it shows anything."""
    if block.prints is not None:
        # Blanks at line ends and between columns are typography; figures that vary are spelled `…`.
        got, wanted = (re.sub(r"[ \t]+", " ", text).strip() for text in (printed, block.prints))
        matched = doctest.OutputChecker().check_output(wanted.replace("…", "..."), got, doctest.ELLIPSIS)
        assert matched, f"{page}:{block.line} printed:\n{got}\n--- but the page says:\n{wanted}"


def main() -> None:
    page = Path(sys.argv[1])
    namespace: dict[str, Any] = {"__name__": "__page__"}
    found = blocks(page.read_text(encoding="utf-8"))
    for block in found:
        run(block, page, namespace)
    print(f"ran {len(found)} blocks")


if __name__ == "__main__":
    main()
