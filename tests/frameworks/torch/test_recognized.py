"""A model is a ``PreTrainedModel`` of transformers to ``isinstance``, wherever that is loaded, and stays what it is."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
import threading
from pathlib import Path
from typing import Any

import pytest
import tokenizers
import torch
import transformers
from forks import Forks
from frameworks.torch import tiny

import loadstone
from loadstone.core.recognized import twin
from loadstone.frameworks import outputs as loadstone_outputs
from loadstone.frameworks.torch.loading.foreign import is_of_transformers


@pytest.fixture(scope="module")
def llama() -> Any:
    return tiny.llama()


def test_models_of_every_kind_are_recognized(llama: Any) -> None:
    class Mine(loadstone.LlamaForCausalLM):
        pass

    for model in (llama, llama.model, tiny.bert(), Mine(llama.config)):
        plain = type(model)
        assert isinstance(model, transformers.PreTrainedModel)
        assert isinstance(model, plain) and not isinstance(model, transformers.GPT2PreTrainedModel)
        assert plain in inspect.getmro(model.__class__)
        names = ("__name__", "__qualname__", "__module__", "config_class", "base_model_prefix", "main_input_name")
        assert all(getattr(model.__class__, name) == getattr(plain, name) for name in names)
        assert inspect.signature(model.__class__.forward) == inspect.signature(plain.forward)
        assert model.__class__ is twin(plain), "made once"
        assert not issubclass(plain, transformers.PreTrainedModel)


def test_outputs_are_recognized_and_take_what_pipelines_add(llama: Any) -> None:
    with torch.no_grad():
        out = llama(tiny.IDS)
    assert isinstance(out, transformers.utils.ModelOutput) and type(out) is loadstone_outputs.CausalLMOutput
    known = torch.utils._pytree.SUPPORTED_NODES
    assert type(out) in known and out.__class__ not in known, "the twin is in no tree"
    out["input_ids"] = tiny.IDS
    assert out["input_ids"] is out.input_ids is out[-1] and "input_ids" in out
    for again in (pickle.loads(pickle.dumps(out)), copy.deepcopy(out)):
        assert type(again) is type(out) and list(again) == list(out)
        assert torch.equal(again.logits, out.logits) and torch.equal(again["input_ids"], tiny.IDS)


def test_tokenizers_are_recognized(tmp_path: Path) -> None:
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "?": 1}, unk_token="?"))
    made = loadstone.PreTrainedTokenizerFast(words, unk_token="?", pad_token="?")
    for each in (made, copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert type(each) is loadstone.PreTrainedTokenizerFast and each("a")["input_ids"] == [0]
        assert isinstance(each, transformers.PreTrainedTokenizerBase)
        assert isinstance(each, transformers.PreTrainedTokenizerFast)
    made.save_pretrained(tmp_path)
    assert type(made.__class__.from_pretrained(tmp_path)) is loadstone.PreTrainedTokenizerFast
    model = tiny.llama()
    collator = transformers.Trainer(
        model, transformers.TrainingArguments(str(tmp_path / "run"), use_cpu=True), processing_class=made
    )
    assert type(collator.data_collator) is transformers.DataCollatorWithPadding


def test_nothing_is_imported_and_models_made_before_are_recognized(forks: Forks) -> None:
    done = forks.run(
        "import sys, pickle, loadstone, torch\n"
        "config = loadstone.AutoConfig.for_model('llama', vocab_size=8, hidden_size=8, intermediate_size=8,"
        " num_hidden_layers=1, num_attention_heads=1)\n"
        "model = loadstone.LlamaForCausalLM(config)\n"
        "assert model.__class__ is type(model) and not isinstance(model, int)\n"
        "pickle.loads(pickle.dumps(model))\n"
        "assert not any(name.partition('.')[0] == 'transformers' for name in sys.modules)\n"
        "from transformers import PreTrainedModel\n"
        "assert isinstance(model, PreTrainedModel) and model.__class__ is not type(model)\n"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickled_models_come_back(llama: Any, protocol: int) -> None:
    again = pickle.loads(pickle.dumps(llama, protocol))
    assert type(again) is loadstone.LlamaForCausalLM
    tiny.assert_same(tiny.numbers(again), tiny.numbers(llama))


def test_copied_and_torch_saved_models_come_back(llama: Any) -> None:
    file = io.BytesIO()
    torch.save(llama, file)
    file.seek(0)
    for again in (copy.deepcopy(llama), copy.copy(llama), torch.load(file, weights_only=False)):
        assert type(again) is loadstone.LlamaForCausalLM
        tiny.assert_same(tiny.numbers(again), tiny.numbers(llama))


def test_the_twin_makes_and_loads_plain_models(llama: Any, tmp_path: Path) -> None:
    cls, folder = llama.__class__, tiny.saved(llama, tmp_path / "model")
    for made in (cls(llama.config), cls.from_pretrained(folder), cls._from_config(llama.config)):
        assert type(made) is loadstone.LlamaForCausalLM


def test_a_class_can_be_assigned(llama: Any) -> None:
    model = copy.deepcopy(llama)
    before = model.__class__
    model.__class__ = type("Wrapped", (before,), {"mark": 1})  # as FSDP2 does
    assert model.mark == 1 and isinstance(model, transformers.PreTrainedModel)
    assert model.__class__ is type(model)
    assert torch.equal(model(tiny.IDS).logits, llama(tiny.IDS).logits)
    assert type(copy.deepcopy(model)) is type(model)
    assert not is_of_transformers(model), "it is filled and saved as ours"
    model.__class__ = before
    assert type(model) is loadstone.LlamaForCausalLM


def test_a_compiled_model_is_traced_as_before(llama: Any) -> None:
    torch._dynamo.reset()  # type: ignore[no-untyped-call]
    compiled = torch.compile(llama, backend="eager", fullgraph=True)
    assert torch.equal(compiled(tiny.IDS).logits, llama(tiny.IDS).logits)


def test_threads_see_one_twin() -> None:
    for _ in range(20):
        cls = type("Raced", (loadstone.LlamaForCausalLM,), {})
        start, seen = threading.Barrier(4), []

        def look(cls: type = cls, start: threading.Barrier = start, seen: list[type] = seen) -> None:
            start.wait()
            seen.append(twin(cls))

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == 4 and len(set(seen)) == 1
