"""``loadstone run MODEL`` without a text: a conversation, here from a pipe."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from cli.conftest import WORDS, write_tokenizer

from loadstone.cli.chat import COMMANDS, converse
from loadstone.cli.console import Output
from loadstone.cli.conversation import Conversation
from loadstone.errors import ArgumentError, LoadstoneError, SaveError, TokenizerError
from loadstone.pipeline.tasks.factory import pipeline

TEMPLATE = (
    "{% for message in messages %}{% if message.role == 'system' and 'mat' in message.content %}"
    "{{ raise_exception('no mat') }}{% endif %}[CLS] {{ message.content }} [SEP] {% endfor %}"
    "{% if add_generation_prompt %}[CLS] {% endif %}"
)
GREEDY = {"do_sample": False, "max_new_tokens": 6}
Say = Callable[..., str]


def model_folder(folder: Path, template: str | None = TEMPLATE, positions: int = 256) -> Path:
    """A tiny Llama whose words are those of the tokenizer; random, and so never at an end of itself."""
    import torch
    import transformers

    torch.manual_seed(3)
    sizes = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}
    ends = {"bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0}
    config = transformers.LlamaConfig(vocab_size=len(WORDS), max_position_embeddings=positions, **sizes, **ends)
    model = transformers.LlamaForCausalLM(config)
    for weight in model.parameters():  # far apart, so that each context has its own likeliest word
        weight.data *= 8
    model.save_pretrained(folder)
    write_tokenizer(folder)
    if template is not None:
        (folder / "chat_template.jinja").write_text(template)
    return folder


def writing(folder: Path) -> Any:
    return pipeline("text-generation", folder, torch_dtype="float32", device_map="cpu")


@pytest.fixture(scope="module")
def pipe(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return writing(model_folder(tmp_path_factory.mktemp("chat")))


@pytest.fixture(scope="module")
def plain_pipe(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = model_folder(tmp_path_factory.mktemp("plain"), template=None, positions=48)
    return writing(folder)


def talk(pipe: Any, lines: Sequence[str] | bytes, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
    """A conversation whose turns come from a pipe."""
    written = lines if isinstance(lines, bytes) else "".join(f"{line}\n" for line in lines).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written), encoding="utf-8"))
    converse(pipe, {**GREEDY, **options.pop("sampling", {})}, Output(), **options)


def saved(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def asked(pipe: Any, *messages: str) -> str:
    """What the model says to messages in turn, each prompt read whole."""
    chat = [{"role": role, "content": text} for role, text in zip(["user", "assistant"] * 9, messages, strict=False)]
    ((completion,),) = pipe.completions([chat], GREEDY)
    text: str = pipe.tokenizer.decode(completion.new_ids, skip_special_tokens=True)
    return text


def test_each_line_of_a_pipe_is_a_turn_and_answers_know_the_turns_before(
    pipe: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    talk(pipe, ["the cat", "", "where is the cat ?", f"/save {tmp_path / 'talk.jsonl'}"], monkeypatch)
    first = asked(pipe, "the cat")
    second = asked(pipe, "the cat", first, "where is the cat ?")
    assert second != asked(pipe, "where is the cat ?")
    captured = capsys.readouterr()
    assert captured.out == f"{first}\n\n{second}\n"
    assert captured.err.count("cut off: --max-new-tokens") == 2
    assert saved(tmp_path / "talk.jsonl") == [
        {"role": "user", "content": "the cat"},
        {"role": "assistant", "content": first},
        {"role": "user", "content": "where is the cat ?"},
        {"role": "assistant", "content": second},
    ]


class Reads:
    """How many tokens each forward pass of a model reads."""

    def __init__(self, model: Any) -> None:
        self.counts: list[int] = []
        self._handle = model.register_forward_pre_hook(self._count, with_kwargs=True)

    def _count(self, _: Any, args: Any, kwargs: dict[str, Any]) -> None:
        self.counts.append(kwargs["input_ids"].shape[1])

    def close(self) -> list[int]:
        self._handle.remove()
        return self.counts


class Silent:
    """A streamer that shows nothing."""

    def put(self, value: Any) -> None: ...

    def end(self) -> None: ...


def spoken(talk: Conversation, text: str) -> tuple[list[int], int]:
    """The new tokens of an answer, and how many tokens the model read before the first."""
    reads = Reads(talk._pipe.model)
    completion = talk.answer(text, Silent())
    counts = reads.close()
    talk.keep(text, talk.tokenizer.decode(completion.new_ids, skip_special_tokens=True))
    return completion.new_ids, counts[0]


def test_a_turn_reads_only_what_is_new_and_answers_as_if_it_read_all(pipe: Any) -> None:
    talk = Conversation(pipe, GREEDY)
    first, _ = spoken(talk, "the cat sat on the mat")
    new, read = spoken(talk, "where is the cat ?")
    messages = [{"role": "user", "content": "the cat sat on the mat"}]
    messages += [{"role": "assistant", "content": pipe.tokenizer.decode(first, skip_special_tokens=True)}]
    messages += [{"role": "user", "content": "where is the cat ?"}]
    ((whole,),) = pipe.completions([messages], GREEDY)
    assert len(set(new)) > 2 and new == whole.new_ids
    assert read < 12 < len(whole.prompt_ids)


def test_states_that_cannot_forget_are_made_anew_where_they_would_have_to(tmp_path: Path) -> None:
    """Mamba keeps what it has read in a state: a turn goes on from it, and one that is taken back is read out anew."""
    import torch
    import transformers

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "state_size": 4, "num_hidden_layers": 2, "tie_word_embeddings": False}
    model = transformers.MambaForCausalLM(transformers.MambaConfig(vocab_size=len(WORDS), **sizes))
    for weight in model.parameters():  # far apart, so that each context has its own likeliest word
        weight.data *= 9 if weight.dim() > 1 else 1
    model.save_pretrained(tmp_path)
    write_tokenizer(tmp_path)
    (tmp_path / "chat_template.jinja").write_text(TEMPLATE)
    pipe = writing(tmp_path)
    words = {**GREEDY, "suppress_tokens": [0, 1, 2, 3, 4]}
    talk, anew = Conversation(pipe, words), Conversation(pipe, words)
    first, _ = spoken(talk, "the cat")
    second, read = spoken(talk, "where is the cat ?")
    messages = [{"role": "user", "content": "the cat"}]
    messages += [{"role": "assistant", "content": pipe.tokenizer.decode(first, skip_special_tokens=True)}]
    messages += [{"role": "user", "content": "where is the cat ?"}]
    ((whole,),) = pipe.completions([messages], words)
    assert len(set(second)) > 1 and second == whole.new_ids and read < len(whole.prompt_ids)
    talk.undo()
    assert spoken(anew, "the cat")[0] == first
    assert spoken(talk, "on the mat")[0] == spoken(anew, "on the mat")[0]


@pytest.mark.parametrize("change", ["undo", "reset", "instruct"])
def test_where_the_beginning_differs_what_was_read_of_it_is_forgotten(pipe: Any, change: str) -> None:
    talk, anew = Conversation(pipe, GREEDY), Conversation(pipe, GREEDY)
    spoken(talk, "the cat sat")
    spoken(talk, "on the mat .")
    if change == "undo":
        assert talk.undo() == "on the mat ."
        spoken(anew, "the cat sat")
    elif change == "reset":
        talk.reset()
    else:
        for each in (talk, anew):
            each.instruct("the cat is on")
        anew.messages = list(talk.messages)
    assert spoken(talk, "where is the cat ?")[0] == spoken(anew, "where is the cat ?")[0]
    assert talk.messages == anew.messages


def test_a_system_text_stands_first_and_one_that_the_template_refuses_changes_nothing(pipe: Any) -> None:
    talk = Conversation(pipe, GREEDY)
    talk.instruct("where is the cat")
    with pytest.raises(TokenizerError, match="no mat"):
        talk.instruct("on the mat")
    assert talk.all_messages() == [{"role": "system", "content": "where is the cat"}]
    assert talk.answer("the cat", Silent()).prompt_ids[:6] == [2, 10, 11, 5, 6, 3]
    talk.instruct(None)
    assert talk.all_messages() == []


def test_a_model_without_a_template_goes_on_with_one_plain_text(
    plain_pipe: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts: list[Any] = []
    completions = plain_pipe.completions
    monkeypatch.setattr(
        plain_pipe, "completions", lambda given, how: prompts.append(given[0]) or completions(given, how)
    )
    talk(plain_pipe, ["the cat", "on"], monkeypatch, system="where")
    captured = capsys.readouterr()
    first = captured.out.split("\n")[0]
    assert prompts == ["where\nthe cat", f"where\nthe cat {first}\non"]
    assert "no chat template" in captured.err


@pytest.mark.parametrize("pieces", [["▁the", "▁cat", "▁sat"], ["the", "▁cat", "▁sat"]])
def test_plain_text_keeps_the_blank_before_an_answer_once(plain_pipe: Any, pieces: list[str]) -> None:
    """The first tokenizer drops the blank that a text begins with, the second writes it."""

    class Tokenizer:
        def decode(self, ids: Sequence[int], skip_special_tokens: bool) -> str:
            text = "".join(pieces[each] for each in ids).replace("▁", " ")
            return text.removeprefix(" ") if pieces[0].startswith("▁") else text

    talk = Conversation(plain_pipe, GREEDY)
    talk.tokenizer, talk._prompt_ids = Tokenizer(), [0, 1]
    assert talk.joined(talk.tokenizer.decode([2], skip_special_tokens=True), [2]) == " sat"


def test_lines_are_joined_by_backslashes_and_fences(
    pipe: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["the cat \\", "sat", '"""', "/reset is no command here", "", "the mat", '"""', f"/save {tmp_path / 'a'}"]
    talk(pipe, lines, monkeypatch)
    said = [each["content"] for each in saved(tmp_path / "a") if each["role"] == "user"]
    assert said == ["the cat \nsat", "/reset is no command here\n\nthe mat"]


def test_commands_change_what_was_said(
    pipe: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    lines = ["/system the cat is", "the", "cat", "/undo", f"/save {one}", "/reset", "sat", "/system", f"/save {two}"]
    talk(pipe, [*lines, "/help", "/exit", "never said"], monkeypatch)
    assert [each["role"] for each in saved(one)] == ["system", "user", "assistant"]
    assert [each["content"] for each in saved(one)][:2] == ["the cat is", "the"]
    assert [each["content"] for each in saved(two)][:1] == ["sat"]
    captured = capsys.readouterr()
    assert all(command in captured.out for command in COMMANDS)
    assert "Taken back: cat" in captured.err


def test_an_answer_ends_before_a_stop(
    pipe: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = asked(pipe, "the cat").split()
    stop = words[2]
    talk(pipe, ["the cat"], monkeypatch, sampling={"stop_strings": [stop]})
    captured = capsys.readouterr()
    assert captured.out.split() == words[: words.index(stop)]
    assert "cut off" not in captured.err


@pytest.mark.parametrize(
    ("line", "error", "said"),
    [
        ("/rest", ArgumentError, r"/rest is no command, and was not sent; there are /reset"),
        ("/reset all", ArgumentError, "takes nothing after it, found 'all'"),
        ("/undo", ArgumentError, "no turn to take back"),
        ("/save", ArgumentError, "needs the name of a file"),
        ("/save nowhere", ArgumentError, "Nothing was said yet"),
        ("/system on the mat", TokenizerError, "no mat"),
        ('"""', ArgumentError, "block of lines has no end"),
    ],
)
def test_what_makes_no_sense_in_a_pipe_ends_it(
    pipe: Any, monkeypatch: pytest.MonkeyPatch, line: str, error: type[LoadstoneError], said: str
) -> None:
    with pytest.raises(error, match=said):
        talk(pipe, [line], monkeypatch)


def test_a_file_that_is_there_is_not_written_over(pipe: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("precious")
    with pytest.raises(SaveError, match="is there already"):
        talk(pipe, ["the", f"/save {there}"], monkeypatch)
    assert there.read_text() == "precious"
    with pytest.raises(SaveError, match="cannot be written"):
        talk(pipe, ["the", f"/save {tmp_path / 'no' / 'folder'}"], monkeypatch)


def test_bytes_that_are_no_text_are_named(pipe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match="expected UTF-8 text, found the byte 0xff"):
        talk(pipe, b"the \xff cat\n", monkeypatch)


def test_a_model_that_runs_full_says_so_before_it_fails(
    plain_pipe: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ArgumentError, match=r"has \d+ tokens, and the model works with 48 in all.*/undo.*/reset"):
        talk(plain_pipe, ["the cat sat on"] * 9, monkeypatch, sampling={"eos_token_id": 4})
    said = capsys.readouterr().err
    assert "of the 48 tokens that the model works with are used. Soon there is no room: /reset" in said
    assert "The answer was cut off: /reset" in said


def test_what_the_tokenizer_says_of_lengths_counts_too(pipe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Conversation(pipe, GREEDY)
    assert talk.most_tokens == 256
    monkeypatch.setattr(pipe.tokenizer, "model_max_length", 8)
    assert talk.most_tokens == 8
    with pytest.raises(ArgumentError, match=r"works with 8 in all.*/reset"):
        talk.answer("the cat sat on the mat", Silent())


def test_ctrl_c_in_a_pipe_ends_with_what_was_written(
    pipe: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(given: Any, how: dict[str, Any]) -> None:
        import torch

        how["streamer"].put(torch.tensor([[2, 5]]))
        how["streamer"].put(torch.tensor([6]))
        how["streamer"].put(torch.tensor([7]))
        raise KeyboardInterrupt

    monkeypatch.setattr(pipe, "completions", interrupted)
    with pytest.raises(typer.Exit) as left:
        talk(pipe, ["the", "cat"], monkeypatch)
    assert left.value.exit_code == 130
    assert capsys.readouterr().out.split() == ["cat", "sat"]


def typed(pipe: Any, keys: Sequence[str | type[BaseException]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversation in a terminal, as far as Python tells: lines, Ctrl-C and Ctrl-D."""
    presses = iter(keys)

    def line(prompt: str = "") -> str:
        key = next(presses)
        if isinstance(key, str):
            return key
        raise key

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", line)
    converse(pipe, GREEDY, Output())
    assert next(presses, None) is None


def test_in_a_terminal_errors_are_said_and_the_conversation_goes_on(
    pipe: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(pipe, ["/rest", "the cat", KeyboardInterrupt, "/undo", "/undo", EOFError], monkeypatch)
    captured = capsys.readouterr()
    assert Path(pipe.model.name_or_path).name + " listens" in captured.err
    assert "error: /rest is no command" in captured.err and "error: There is no turn to take back" in captured.err
    assert "Ctrl-C once more" in captured.err and "Taken back: the cat" in captured.err
    assert captured.out == f"{asked(pipe, 'the cat')}\n"


@pytest.mark.parametrize("keys", [[KeyboardInterrupt] * 2, ['"""', "the cat", EOFError], ["/exit"], [EOFError]])
def test_in_a_terminal_a_conversation_ends_without_sending_anything(
    pipe: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], keys: list[Any]
) -> None:
    typed(pipe, keys, monkeypatch)
    assert capsys.readouterr().out == ""


def test_ctrl_c_before_the_first_word_takes_the_message_back_and_later_keeps_what_there_is(
    pipe: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import torch

    completions, interrupted_after = pipe.completions, iter([0, 2, None])

    def interrupted(given: Any, how: dict[str, Any]) -> Any:
        count = next(interrupted_after)
        if count is None:
            return completions(given, how)
        for ids in ([[2, 5]], [6], [7])[: count + 1]:
            how["streamer"].put(torch.tensor(ids))
        raise KeyboardInterrupt

    monkeypatch.setattr(pipe, "completions", interrupted)
    typed(pipe, ["the", "the cat", "the mat", f"/save {tmp_path / 'a'}", EOFError], monkeypatch)
    monkeypatch.undo()
    assert "your message was taken back" in capsys.readouterr().err
    said = [each["content"] for each in saved(tmp_path / "a")]
    assert said == ["the cat", "cat sat", "the mat", asked(pipe, "the cat", "cat sat", "the mat")]


def test_a_model_that_does_not_write_holds_no_conversation(
    checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = pipeline("fill-mask", checkpoint("BertForMaskedLM"))
    with pytest.raises(ArgumentError, match=r"this one is for fill-mask\. Give it a TEXT"):
        talk(pipe, ["the"], monkeypatch)
