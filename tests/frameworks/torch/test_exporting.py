"""Programs made of models: torch.export, ONNX, traces."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from torch.export import Dim

KINDS = {
    "llama": ("LlamaForCausalLM", "llama"),
    "gpt2": ("GPT2LMHeadModel", "gpt2"),
    "bert": ("BertForMaskedLM", "bert"),
    "mpnet": ("MPNetForMaskedLM", "mpnet"),
}
of_each_kind = pytest.mark.parametrize("kind", KINDS)


def made(kind: str, **changes: Any) -> Any:
    return tiny.model(*KINDS[kind], **changes)


def padded(rows: int, tokens: int) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(rows * tokens)
    ids = torch.randint(4, 60, (rows, tokens), generator=generator)
    mask = torch.ones_like(ids)
    mask[0, -2:] = 0
    return {"input_ids": ids, "attention_mask": mask}


def close(found: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.long
@pytest.mark.parametrize("strict", [True, False])
@of_each_kind
def test_an_exported_program_takes_other_batches_and_lengths(kind: str, strict: bool) -> None:
    model, sizes = made(kind), {0: Dim("batch", min=1, max=64), 1: Dim("length", min=2, max=32)}
    dynamic = dict.fromkeys(("input_ids", "attention_mask"), sizes)
    program = torch.export.export(model, (), padded(2, 6), dynamic_shapes=dynamic, strict=strict)
    with torch.no_grad():
        for shape in ((3, 9), (1, 4)):
            close(program.module()(**padded(*shape)).logits, model(**padded(*shape)).logits)


@pytest.mark.long
def test_an_exported_program_goes_on_from_caches_of_other_sizes() -> None:
    model, (first, rest) = tiny.llama(), tiny.IDS.split([4, 2], dim=1)
    given = {"input_ids": rest, "past_key_values": model(first).past_key_values}
    grows = {0: Dim.AUTO, 2: Dim.AUTO}
    dynamic = {"input_ids": {0: Dim.AUTO, 1: Dim.AUTO}, "past_key_values": [[grows] * 2] * 2}
    program = torch.export.export(model, (), given, dynamic_shapes=dynamic, strict=False)
    ids = padded(3, 8)["input_ids"]
    found = program.module()(input_ids=ids[:, 5:], past_key_values=model(ids[:, :5]).past_key_values)
    close(found.logits, model(ids).logits[:, 5:])
    assert found.past_key_values.get_seq_length() == 8


@pytest.mark.long
@pytest.mark.parametrize("kind", ["llama", "bert"])
def test_onnx_runtime_gives_the_same_for_other_batches_and_lengths(kind: str, tmp_path: Path) -> None:
    import onnxruntime

    model, sizes = made(kind), {0: "batch", 1: "length"}
    model.config.use_cache = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            (),
            kwargs=padded(2, 6),
            dynamo=True,
            dynamic_shapes=dict.fromkeys(("input_ids", "attention_mask"), sizes),
            verbose=False,
        )
    assert program is not None
    program.save(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for shape in ((3, 9), (1, 4)):
        given = padded(*shape)
        (found,) = session.run(None, {name: value.numpy() for name, value in given.items()})
        close(torch.from_numpy(found), model(**given).logits)


@of_each_kind
def test_a_trace_is_saved_and_takes_other_batches_and_lengths(kind: str) -> None:
    model, file = made(kind, return_dict=False), io.BytesIO()
    model.config.use_cache = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is checked once, for the example
        torch.jit.save(torch.jit.trace(model, tuple(padded(2, 6).values())), file)  # type: ignore[no-untyped-call]
    file.seek(0)
    trace = torch.jit.load(file)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for shape in ((3, 9), (1, 4)):
            close(trace(*padded(*shape).values())[0], model(**padded(*shape))[0])


def test_a_trace_of_a_model_that_names_its_outputs_gives_a_dict() -> None:
    model = made("bert")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trace: Any = torch.jit.trace(model, tuple(padded(2, 6).values()), strict=False)  # type: ignore[no-untyped-call]
    found = trace(*padded(3, 9).values())
    assert isinstance(found, dict)
    close(found["logits"], model(**padded(3, 9)).logits)
