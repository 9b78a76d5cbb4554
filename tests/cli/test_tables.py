"""How a table and a text fit into a narrow terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from loadstone.cli.tables import aligned, print_table
from loadstone.cli.wrapping import WordWrap

HEADER = ["module", "bytes", "why"]
ROWS = [["model.embed_tokens", "131.07 kB", "two uses of it"], ["norm", "256 B", ""]]


def shown(columns: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    written = io.StringIO()
    print_table(Console(file=written, force_terminal=True, color_system=None), HEADER, ROWS, {1})
    return [line.rstrip() for line in written.getvalue().splitlines()]


def test_lines_are_aligned_by_column() -> None:
    assert aligned([HEADER, *ROWS], {1}) == [
        "module                  bytes  why",
        "model.embed_tokens  131.07 kB  two uses of it",
        "norm                    256 B",
    ]


def test_a_last_column_of_words_is_wrapped_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(60, monkeypatch) == aligned([HEADER, *ROWS], {1})
    assert shown(40, monkeypatch)[1:3] == ["model.embed_tokens  131.07 kB  two uses", f"{'of it':>36}"]


def test_where_words_would_be_broken_the_first_column_has_lines_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(30, monkeypatch) == [
        "module",
        "      bytes  why",
        "model.embed_tokens",
        "  131.07 kB  two uses of it",
        "norm",
        "      256 B",
    ]


def wrapped(pieces: list[str], columns: int) -> str:
    written: list[str] = []
    wrap = WordWrap(written.append, lambda: columns)
    for piece in [*pieces, "\n"]:
        wrap.show(piece)
    return "".join(written)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_text_in_pieces_is_broken_between_words(size: int) -> None:
    text = "The story goes that\n  in ancient Egypt, hieroglyphics were read."
    pieces = [text[begin : begin + size] for begin in range(0, len(text), size)]
    assert wrapped(pieces, 80) == f"{text}\n"
    assert wrapped(pieces, 13) == "The story\ngoes that\n  in ancient\nEgypt,\nhieroglyphics\nwere read.\n"


def test_a_word_is_shown_once_it_is_complete_and_wide_signs_at_once() -> None:
    written: list[str] = []
    wrap = WordWrap(written.append, lambda: 6)
    wrap.show("to")
    assert written == []
    wrap.show("day ")
    assert written == ["today"]
    wrap.show("月が明るい")
    assert "".join(written) == "today\n月が明\nるい"


def test_a_word_longer_than_a_line_and_a_code_that_steers_the_terminal() -> None:
    assert wrapped(["abcdefgh ij"], 5) == "abcdefgh\nij\n"
    assert wrapped(["\x1b[2J"], 40) == "\\x1b[2J\n"
