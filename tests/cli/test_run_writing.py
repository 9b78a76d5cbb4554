"""``loadstone run`` of models that write: what is shown while it comes, what ends it, and what it is asked for."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hub_server import the_hub
from typer.testing import CliRunner, Result

from loadstone.cli.app import app
from loadstone.cli.run import import_framework
from loadstone.cli.streaming import TokenStream
from loadstone.cli.tasks import Options
from loadstone.cli.writing import finish_of
from loadstone.errors import FrameworkNotInstalled
from loadstone.pipeline.tasks.text_generation import Completion

Make = Callable[[str], Path]


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(
        app, ["run", *map(str, arguments), "--device", "cpu"], input=stdin, catch_exceptions=False
    )


def results(*arguments: str | Path, stdin: bytes | None = None) -> list[dict[str, Any]]:
    done = run(*arguments, "--json", stdin=stdin)
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    return found


@pytest.fixture
def llama(checkpoint: Make) -> Path:
    return checkpoint("LlamaForCausalLM")


@pytest.fixture
def bart(checkpoint: Make, tmp_path: Path) -> Path:
    """An encoder-decoder; a folder of the test's own."""
    return Path(shutil.copytree(checkpoint("BartForConditionalGeneration"), tmp_path / "bart"))


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the third token is on its way."""
    put = TokenStream.put

    def putting(stream: TokenStream, value: Any) -> None:
        if len(stream.new_ids) == 2:
            raise KeyboardInterrupt
        put(stream, value)

    monkeypatch.setattr(TokenStream, "put", putting)


def test_what_is_shown_is_what_json_tells_for_each_text(llama: Path) -> None:
    shown = run(llama, "the cat", "the mat .", "--max-new-tokens", "4")
    told = results(llama, "the cat", "the mat .", "--max-new-tokens", "4")
    assert shown.exit_code == 0
    assert shown.stdout == "{}\n\n{}\n".format(*(each["text"] for each in told))
    assert shown.stderr == ""
    assert told[0]["time_to_first_token_s"] > 0 and told[0]["tokens_per_s"] > 0
    assert told[0]["finish"] in ("end", "length")


def test_how_fast_it_was_is_told_on_standard_error_where_it_is_asked_for(llama: Path) -> None:
    done = run(llama, "the cat", "--max-new-tokens", "1", "--stats")
    assert done.stderr.startswith("1 token, first after ")
    assert "tokens/s" not in done.stderr


@pytest.mark.usefixtures("interrupted")
def test_ctrl_c_keeps_what_was_written(llama: Path) -> None:
    (whole,) = results(llama, "the cat", "--max-new-tokens", "2")
    done = run(llama, "the cat", "the mat", "--max-new-tokens", "9")
    assert (done.exit_code, done.stdout) == (130, f"{whole['text']}\n")
    assert done.stderr == "interrupted after 2 tokens\n"


@pytest.mark.usefixtures("interrupted")
def test_ctrl_c_leaves_one_whole_json_document(llama: Path) -> None:
    done = run(llama, "the cat", "the mat", "--max-new-tokens", "9", "--json")
    assert done.exit_code == 130
    (found,) = json.loads(done.stdout)["results"]
    assert (found["finish"], found["new_tokens"], found["prompt"]) == ("interrupted", 2, "the cat")


def test_a_text_ends_before_a_stop(llama: Path) -> None:
    (whole,) = results(llama, "the cat", "--max-new-tokens", "6")
    words = whole["text"].split()
    stop = words[4]
    new = whole["text"].removeprefix("the cat")
    assert stop in new
    (found,) = results(llama, "the cat", "--max-new-tokens", "6", "--stop", "nowhere", "--stop", stop)
    assert found["finish"] == "stop"
    assert found["text"] == "the cat" + new[: new.index(stop)]
    assert run(llama, "the cat", "--max-new-tokens", "6", "--stop", stop).stdout == f"{found['text']}\n"


@pytest.mark.parametrize(("stop", "finish"), [("bc", "stop"), ("cd", "stop"), ("ab", "length"), ("x", "length")])
def test_a_stop_that_is_not_shown_ended_the_text_too(stop: str, finish: str) -> None:
    """``generate`` finds it where it begins in the prompt, and where it is a special token."""

    class Letters:
        def decode(self, ids: list[int], **options: bool) -> str:
            return bytes(ids).decode()

    pipe = types.SimpleNamespace(tokenizer=Letters())
    completion = Completion(list(b"ab"), list(b"cd"), list(b"abcd"), ended=False)
    stream = TokenStream(Letters(), lambda text: None)
    assert finish_of(pipe, completion, stream, Options(stops=(stop,))) == finish


def test_penalties_reach_generate(llama: Path) -> None:
    import torch
    import transformers

    model = transformers.LlamaForCausalLM.from_pretrained(llama).eval()
    ids = torch.tensor([[2, 5, 6, 3]])
    for flags, keywords in (
        (("--repetition-penalty", "3"), {"repetition_penalty": 3.0}),
        (("--no-repeat-ngram-size", "1"), {"no_repeat_ngram_size": 1}),
    ):
        (found,) = results(llama, "the cat", "--max-new-tokens", "8", *flags)
        row = model.generate(ids, max_new_tokens=8, do_sample=False, eos_token_id=3, **keywords)[0, 4:].tolist()
        row = row[: row.index(3)] if 3 in row else row
        assert found["new_tokens"] == len(row)
        tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(llama)
        assert found["text"] == tokenizer.decode([2, 5, 6, 3, *row], skip_special_tokens=True)


def test_an_encoder_decoder_writes_as_transformers_does_and_is_shown_as_it_comes(bart: Path) -> None:
    import torch
    import transformers

    (found,) = results(bart, "the cat sat", "--max-new-tokens", "6")
    model = transformers.BartForConditionalGeneration.from_pretrained(bart).eval()
    row = model.generate(torch.tensor([[2, 5, 6, 7, 3]]), max_new_tokens=6, do_sample=False, num_beams=1)[0, 1:]
    new = row.tolist()
    new = new[: new.index(2)] if 2 in new else new
    assert found["new_tokens"] == len(new) and found["time_to_first_token_s"] > 0
    assert run(bart, "the cat sat", "--max-new-tokens", "6").stdout == f"{found['text']}\n"


def test_where_beams_are_searched_the_text_comes_at_once(bart: Path) -> None:
    path = bart / "generation_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"num_beams": 2}))
    (found,) = results(bart, "the cat sat", "--max-new-tokens", "6")
    assert found["time_to_first_token_s"] is None and found["tokens_per_s"] is None
    assert run(bart, "the cat sat", "--max-new-tokens", "6").stdout == f"{found['text']}\n"


def test_texts_come_from_arguments_a_pipe_and_files_with_their_inner_newlines(llama: Path, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_bytes(b"\xef\xbb\xbfthe mat\r\n\r\n  sat\r\n")
    arguments = (llama, "the", "-", "--file", tmp_path / "one.txt", "--max-new-tokens", "1")
    found = results(*arguments, stdin=b"the cat\n\nsat\n")
    assert [each["prompt"] for each in found] == ["the", "the cat\n\nsat", "the mat\n\n  sat"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read (No such file or directory)"), (b"\xff\xfe", "expected UTF-8, found byte 0xff at 0")],
)
def test_a_file_that_is_no_text_is_told_so(llama: Path, tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "text").write_bytes(content)
    done = run(llama, "--file", tmp_path / "text")
    assert done.exit_code == 1 and said in done.stderr


def test_a_file_that_never_ends_is_refused(llama: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadstone.cli.texts._MOST_BYTES", 1 << 20)
    done = run(llama, "--file", "/dev/zero")
    assert done.exit_code == 1 and "more than 1 MiB" in done.stderr


def test_a_model_of_the_hub_runs_at_a_revision(llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with the_hub(monkeypatch, tmp_path) as hub:
        files = {f"inner/{path.name}": path.read_bytes() for path in llama.iterdir()}
        hub.add("o/m", files, "a" * 40)
        hub.add("o/m", {"README.md": b""}, "b" * 40)
        (found,) = results("o/m", "the cat", "--revision", "a" * 40, "--subfolder", "inner")
    assert found["text"] == results(llama, "the cat")[0]["text"]


def test_where_and_how_a_model_is_loaded_is_said_by_options(llama: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def pipeline(task: str, path: str, **keywords: Any) -> Any:
        asked.update(keywords)
        raise KeyboardInterrupt

    monkeypatch.setattr("loadstone.cli.run.pipeline", pipeline)
    options = ("--keep-packed", "--quantize", "int8", "--module-to-not-convert", "lm_head", "--trust-remote-code")
    CliRunner().invoke(app, ["run", str(llama), "the", *options, "--max-memory", "cpu=1GB", "--offload-folder", "f"])
    how = asked.pop("model_kwargs")
    assert asked == {"trust_remote_code": True}
    assert how.pop("quantization_config").modules_to_not_convert == ["lm_head"]
    assert how == {
        "torch_dtype": "auto",
        "device_map": "auto",
        "max_memory": {"cpu": "1GB"},
        "offload_folder": "f",
        "dequantize": False,
    }


def test_garbage_is_looked_for_again_once_the_framework_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def failing(name: str) -> None:
        seen.append(gc.isenabled())
        raise FrameworkNotInstalled(name)

    monkeypatch.setattr("loadstone.cli.run.require_framework", failing)
    with pytest.raises(FrameworkNotInstalled):
        import_framework()
    assert seen == [False] and gc.isenabled()


def test_a_device_map_changes_nothing_in_the_text(llama: Path) -> None:
    places = {"model.embed_tokens": "cpu", "model.layers": "disk", "model.norm": "cpu", "lm_head": "cpu"}
    places |= {"model.rotary_emb": "cpu"}
    command = ["run", str(llama), "the cat", "--json", "--device-map", json.dumps(places)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["results"][0]["text"] == results(llama, "the cat")[0]["text"]
    done = CliRunner().invoke(app, [*command, "--device", "cpu"])
    assert done.exit_code == 1 and "give one of them" in done.output


def test_plan_foresees_the_dtype_that_run_loads(llama: Path, tmp_path: Path) -> None:
    import loadstone

    folder = Path(shutil.copytree(llama, tmp_path / "half"))
    loadstone.AutoModelForCausalLM.from_pretrained(llama, torch_dtype="float16").save_pretrained(folder)
    planned = CliRunner().invoke(app, ["plan", str(folder), "--json"])
    assert json.loads(planned.stdout)["dtype"] == "float16"
    done = run(folder, "the cat", "--report", "--max-new-tokens", "1")
    assert "(float16, cpu)" in done.stderr


def test_without_a_text_there_is_a_conversation(llama: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def converse(pipe: Any, sampling: dict[str, Any], output: Any, system: str | None = None) -> None:
        output.line(f"{type(pipe).__name__} {system} {sampling}")

    stub = types.ModuleType("loadstone.cli.chat")
    stub.converse = converse  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "loadstone.cli.chat", stub)
    done = run(llama, "--system", "Be brief.", "--temperature", "0.5", "--stop", "x")
    expected = {"do_sample": True, "stop_strings": ["x"], "temperature": 0.5}
    assert done.stdout == f"TextGenerationPipeline Be brief. {expected}\n"


@pytest.mark.parametrize(
    ("class_name", "arguments", "said"),
    [
        ("BertForMaskedLM", (), "TEXT is needed: this model is for masked-lm"),
        ("LlamaForCausalLM", ("--json",), "TEXT is needed: --json"),
        ("BertForMaskedLM", ("the", "--chat"), "--chat is for causal-lm"),
        ("LlamaForCausalLM", ("the", "--system", "x"), "--system stands before"),
        ("LlamaForCausalLM", ("the", "--stop", ""), "--stop: expected"),
        ("LlamaForCausalLM", ("-", "-"), "Only one TEXT can be -"),
        ("LlamaForCausalLM", ("the", "--module-to-not-convert", "x"), "goes with --quantize"),
        ("LlamaForCausalLM", ("the", "--max-memory", "x"), "expected DEVICE=SIZE"),
        ("BertForNextSentencePrediction", ("the",), "which run has no use for"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_loaded(
    checkpoint: Make, monkeypatch: pytest.MonkeyPatch, class_name: str, arguments: tuple[str, ...], said: str
) -> None:
    folder = checkpoint(class_name)
    monkeypatch.setattr("loadstone.cli.run.load", None)
    done = run(folder, *arguments)
    assert done.exit_code == 1 and said in done.output


@pytest.mark.long
def test_the_real_command_streams_and_keeps_what_was_written_when_it_is_interrupted(smollm2: Path) -> None:
    command = [sys.executable, "-m", "loadstone.cli", "run", str(smollm2), "Once upon a time", "--stats"]
    with subprocess.Popen(
        [*command, "--max-new-tokens", "1500", "--device", "cpu", "--dtype", "float32"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # where it is ignored, children inherit that
    ) as process:
        assert process.stdout is not None
        begin = os.read(process.stdout.fileno(), 16)
        while len(begin) < 60:  # some words, long before the end
            more = os.read(process.stdout.fileno(), 64)
            assert more, begin
            begin += more
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    text = (begin + rest).decode()
    assert text.startswith("Once upon a time") and text.endswith("\n")
    said, stats = errors.decode().splitlines()
    assert said.startswith("interrupted after ") and said.endswith(" tokens")
    assert "tokens/s" in stats


@pytest.mark.long
def test_a_gguf_file_kept_packed_begins_as_the_dequantized_one_does(smollm2: Path) -> None:
    arguments = (smollm2, "The capital of France is", "--max-new-tokens", "4")
    (packed,), (whole,) = results(*arguments, "--keep-packed"), results(*arguments, "--dequantize")
    assert packed["text"] == whole["text"]
    assert "Paris" in whole["text"]


@pytest.mark.long
def test_a_reader_that_goes_away_ends_it_without_a_traceback(smollm2: Path) -> None:
    command = f"{sys.executable} -m loadstone.cli run {smollm2} 'Once' --max-new-tokens 200 --device cpu | head -c 5"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120)
    assert len(done.stdout) == 5
    assert "Traceback" not in done.stderr
