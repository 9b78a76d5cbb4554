"""Text that is shown while it comes."""

from __future__ import annotations

import signal
import time
from typing import Any

import pytest

from loadstone.cli.console import Output
from loadstone.cli.streaming import Statistics, TokenStream, process_age_s, until_interrupted

END = 0


class Bytes:
    """A tokenizer whose tokens are bytes; 0 is special."""

    def decode(self, ids: list[int], **options: bool) -> str:
        return bytes(each for each in ids if each != END).decode("utf-8", "replace")


class Words:
    """A tokenizer in whose texts each word has a space before it, but for the first."""

    def decode(self, ids: list[int], **options: bool) -> str:
        return " ".join(f"w{each}" for each in ids)


class Tokens(list[Any]):
    def tolist(self) -> list[Any]:
        return list(self)


def put(stream: TokenStream, text: bytes, prompt: bytes = b"") -> None:
    stream.put(Tokens([list(prompt)]))
    for byte in text:
        stream.put(Tokens([byte]))


def test_a_sign_is_shown_only_when_it_is_whole() -> None:
    shown: list[str] = []
    stream = TokenStream(Bytes(), shown.append)
    put(stream, "aé😀b".encode() + b"\xc3", prompt=b"prompt")
    stream.end()
    assert shown == ["a", "é", "😀", "b", "\ufffd", "\n"]
    assert stream.text == "aé😀b\ufffd"


@pytest.mark.parametrize(("continues", "expected"), [(True, "w1 w2 w3"), (False, "w2 w3")])
def test_text_that_goes_on_with_the_prompt_is_shown_with_it_and_keeps_its_space(continues: bool, expected: str) -> None:
    stream = TokenStream(Words(), lambda text: None, continues=continues)
    stream.put(Tokens([[1]]))
    stream.put(Tokens([2]))
    stream.put(Tokens([3]))
    stream.end()
    assert stream.text == expected


def test_what_ends_a_text_is_neither_shown_nor_counted() -> None:
    stream = TokenStream(Words(), lambda text: None, ends=(7,))
    for value in ([[1]], [2], [7]):
        stream.put(Tokens(value))
    stream.end()
    assert (stream.text, stream.new_ids) == ("w2", [2])


@pytest.mark.parametrize(
    ("written", "shown", "is_stopped"),
    [
        ("one STOP two", "one ", True),
        ("one STO", "one STO", False),
        ("one STSTOP", "one ST", True),
        ("one. END", "one. ", True),
        ("nothing", "nothing", False),
    ],
)
def test_text_ends_before_a_stop_of_which_nothing_is_shown(written: str, shown: str, is_stopped: bool) -> None:
    pieces: list[str] = []
    stream = TokenStream(Bytes(), pieces.append, stops=("STOP", "END"))
    put(stream, written.encode())
    before = "".join(pieces)
    stream.end()
    assert not is_stopped or before == shown
    assert ("".join(pieces), stream.text, stream.is_stopped) == (f"{shown}\n", shown, is_stopped)


def test_ctrl_c_keeps_what_was_written_and_says_after_how_many_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    stream = TokenStream(Bytes(), output.piece, stops=("bus",))
    with until_interrupted(stream, output):
        put(stream, b"a\x1b[2Jb")
        raise KeyboardInterrupt
    assert stream.is_interrupted
    # A control character is spelled out; the b that might have begun a stop is shown.
    assert capsys.readouterr() == ("a\\x1b[2Jb\n", "interrupted after 6 tokens\n")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_in_a_finalizer_where_python_drops_what_is_raised_ends_the_text_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    output = Output()
    stream = TokenStream(Bytes(), output.piece)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with until_interrupted(stream, output):
            put(stream, b"ab")
            finalized = Finalized()
            del finalized
            put(stream, b"cd")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert stream.is_interrupted
    assert capsys.readouterr().out == "ab\n"


def test_interrupted_before_the_prompt_was_taken(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    stream = TokenStream(Bytes(), output.piece)
    with until_interrupted(stream, output):
        raise KeyboardInterrupt
    assert capsys.readouterr() == ("\n", "interrupted after 0 tokens\n")


def test_statistics_are_of_the_first_token_and_of_those_after_it() -> None:
    stream = TokenStream(Bytes(), lambda text: None)
    assert stream.statistics().time_to_first_token_s is None
    time.sleep(0.02)
    put(stream, b"a")
    assert stream.statistics().tokens_per_s is None
    for byte in b"bc":
        time.sleep(0.01)
        stream.put(Tokens([byte]))
    found = stream.statistics()
    assert found.new_tokens == 3
    assert found.time_to_first_token_s is not None and 0.02 <= found.time_to_first_token_s < 5
    assert found.tokens_per_s is not None and 0.2 < found.tokens_per_s <= 100
    assert found.from_process_start_s is None or found.from_process_start_s > found.time_to_first_token_s


def test_statistics_read_as_a_line() -> None:
    expected = "12 tokens, first after 0.25 s, 2.50 s after the start, 40.0 tokens/s"
    assert str(Statistics(12, 0.25, 2.5, 40.0)) == expected
    assert str(Statistics(1, None, None, None)) == "1 token"


def test_the_age_of_the_process_grows() -> None:
    before = process_age_s()
    if before is not None:  # Linux
        time.sleep(0.05)
        after = process_age_s()
        assert after is not None and 0.03 < after - before < 5
