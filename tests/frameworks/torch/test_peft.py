"""Adapters of the ``peft`` library, which knows models only by the names and kinds of their modules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import peft
import pytest
import torch
import transformers
from frameworks.torch import tiny

import loadstone

MODELS = [
    ("LlamaForCausalLM", "llama", "CAUSAL_LM"),
    ("Qwen2ForCausalLM", "qwen2", "CAUSAL_LM"),
    ("BertForSequenceClassification", "bert", "SEQ_CLS"),
    ("RobertaForSequenceClassification", "roberta", "SEQ_CLS"),
]


def output(model: Any) -> torch.Tensor:
    with torch.no_grad():
        logits: torch.Tensor = model(input_ids=tiny.IDS).logits
    return logits


def train_a_little(model: Any) -> None:
    model.train()
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1.0)
    labels = (
        tiny.IDS if model.peft_type and model.peft_config["default"].task_type == "CAUSAL_LM" else torch.tensor([0, 1])
    )
    for _ in range(2):
        optimizer.zero_grad()
        model(input_ids=tiny.IDS, labels=labels).loss.backward()
        optimizer.step()
    model.eval()


@pytest.mark.parametrize(("class_name", "family", "task"), MODELS)
def test_lora_trains_saves_loads_and_merges(class_name: str, family: str, task: str, tmp_path: Path) -> None:
    changes = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0} if task == "SEQ_CLS" else {}
    base = tiny.saved(tiny.model(class_name, family, **changes), tmp_path / "base")
    cls = getattr(loadstone, class_name)
    plain = output(cls.from_pretrained(base))
    model = peft.get_peft_model(cls.from_pretrained(base), peft.LoraConfig(r=4, task_type=task))
    assert torch.equal(output(model), plain), "a fresh adapter changes nothing"
    train_a_little(model)
    adapted = output(model)
    assert not torch.allclose(adapted, plain)
    model.save_pretrained(tmp_path / "adapter")
    again = peft.PeftModel.from_pretrained(cls.from_pretrained(base), str(tmp_path / "adapter")).eval()
    assert torch.equal(output(again), adapted)
    assert not any(hasattr(module, "_hf_hook") for module in again.modules()), "nothing is moved between devices"
    merged = again.merge_and_unload()
    assert type(merged) is cls
    torch.testing.assert_close(output(merged), adapted, atol=1e-4, rtol=1e-4)
    merged.save_pretrained(tmp_path / "merged")
    torch.testing.assert_close(output(cls.from_pretrained(tmp_path / "merged")), adapted, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("class_name", "family", "task"), MODELS)
def test_an_adapter_of_transformers_gives_the_same_logits_on_our_model(
    class_name: str, family: str, task: str, tmp_path: Path
) -> None:
    base = tiny.saved(tiny.model(class_name, family), tmp_path / "base")
    theirs = peft.get_peft_model(
        getattr(transformers, class_name).from_pretrained(base), peft.LoraConfig(r=4, task_type=task)
    )
    train_a_little(theirs)
    theirs.save_pretrained(tmp_path / "adapter")
    model = getattr(loadstone, class_name).from_pretrained(base)
    ours = peft.PeftModel.from_pretrained(model, str(tmp_path / "adapter")).eval()
    torch.testing.assert_close(output(ours), output(theirs), atol=1e-5, rtol=1e-4)


def test_an_adapted_model_generates() -> None:
    model = peft.get_peft_model(tiny.llama(), peft.LoraConfig(r=4, task_type="CAUSAL_LM"))
    assert torch.equal(
        model.generate(input_ids=tiny.IDS, max_new_tokens=3), tiny.llama().generate(tiny.IDS, max_new_tokens=3)
    )


def test_adapters_work_with_gradient_checkpointing_on_a_frozen_model() -> None:
    model = tiny.llama().train()
    model.gradient_checkpointing_enable()
    model.enable_input_require_grads()
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=4, task_type="CAUSAL_LM"))
    adapted(input_ids=tiny.IDS, labels=tiny.IDS).loss.backward()
    assert all(p.grad is not None for name, p in adapted.named_parameters() if "lora_" in name)


@pytest.mark.parametrize(
    ("class_name", "family", "task"),
    [
        ("LlamaForCausalLM", "llama", "CAUSAL_LM"),
        ("GPTNeoXForCausalLM", "gpt_neox", "CAUSAL_LM"),
        ("GPT2LMHeadModel", "gpt2", "CAUSAL_LM"),
        ("BertForMaskedLM", "bert", None),
        ("RobertaForSequenceClassification", "roberta", "SEQ_CLS"),
    ],
)
def test_all_linear_adapts_what_it_does_on_transformers(
    class_name: str, family: str, task: str | None, tmp_path: Path
) -> None:
    base = tiny.saved(tiny.model(class_name, family), tmp_path)

    def adapted(library: Any) -> set[str]:
        model = getattr(library, class_name).from_pretrained(base)
        config = peft.LoraConfig(task_type=task, target_modules="all-linear")
        names = (name for name, _ in peft.get_peft_model(model, config).named_parameters())
        return {name for name in names if "lora_" in name}

    assert adapted(loadstone) == adapted(transformers)


def test_gpt2s_transposed_layers_are_adapted_as_on_transformers(tmp_path: Path) -> None:
    base = tiny.saved(tiny.model("GPT2LMHeadModel", "gpt2", attn_pdrop=0.0, resid_pdrop=0.0, embd_pdrop=0.0), tmp_path)
    cls = loadstone.GPT2LMHeadModel
    config = peft.LoraConfig(r=4, task_type="CAUSAL_LM", fan_in_fan_out=True)
    model = peft.get_peft_model(cls.from_pretrained(base), config)
    train_a_little(model)
    adapted = output(model)
    assert not torch.allclose(adapted, output(cls.from_pretrained(base)))
    model.save_pretrained(tmp_path / "adapter")
    again = peft.PeftModel.from_pretrained(cls.from_pretrained(base), str(tmp_path / "adapter")).eval()
    assert torch.equal(output(again), adapted)
    torch.testing.assert_close(output(again.merge_and_unload()), adapted, atol=1e-4, rtol=1e-4)
    theirs = transformers.GPT2LMHeadModel.from_pretrained(base)
    theirs = peft.PeftModel.from_pretrained(theirs, str(tmp_path / "adapter")).eval()
    torch.testing.assert_close(output(theirs), adapted, atol=1e-5, rtol=1e-4)


TUNED = {
    "prompt": lambda: peft.PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4),
    "p-tuning": lambda: peft.PromptEncoderConfig(task_type="CAUSAL_LM", num_virtual_tokens=4, encoder_hidden_size=16),
    "prefix": lambda: peft.PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4),
    "tasks": lambda: peft.MultitaskPromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4, num_tasks=2),
}


@pytest.mark.parametrize("kind", TUNED)
@pytest.mark.parametrize(("class_name", "family"), [("Qwen2ForCausalLM", "qwen2"), ("GPT2LMHeadModel", "gpt2")])
def test_a_tuned_prompt_generates_the_text_of_transformers(
    class_name: str, family: str, kind: str, tmp_path: Path
) -> None:
    """The prompt stands before the text in the cache, which so holds more tokens than there are ids."""
    ids = torch.tensor([[0, 0, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16]])
    heads = {} if family == "gpt2" else {"num_key_value_heads": 4}  # PEFT makes a prefix for each attention head
    base = tiny.saved(tiny.model(class_name, family, pad_token_id=0, eos_token_id=2, **heads), tmp_path / "base")
    texts = []
    for library in (loadstone, transformers):
        torch.manual_seed(0)
        model = peft.get_peft_model(getattr(library, class_name).from_pretrained(base), TUNED[kind]()).eval()
        generator = torch.Generator().manual_seed(3)
        for parameter in (each for each in model.parameters() if each.requires_grad):
            parameter.data = torch.randn(parameter.shape, generator=generator)
        options: dict[str, Any] = {"task_ids": torch.tensor([0, 1])} if kind == "tasks" else {}
        options |= {"input_ids": ids, "attention_mask": (ids != 0).long(), "max_new_tokens": 6}
        texts.append([model.generate(**options, use_cache=kept).tolist() for kept in (True, False)])
    assert texts[0] == texts[1]
    assert texts[0][0] == texts[0][1]
    plain = getattr(loadstone, class_name).from_pretrained(base).generate(ids, attention_mask=(ids != 0).long())
    assert plain[:, :12].tolist() != texts[0][0], "the prompt counts"


@pytest.mark.parametrize(
    ("class_name", "family"), [("Gemma2ForCausalLM", "gemma2"), ("Gemma3ForCausalLM", "gemma3_text")]
)
def test_a_prefix_stands_in_the_cache_of_layers_with_a_window(class_name: str, family: str, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"sliding_window": 4, "head_dim": 8, "num_key_value_heads": 4}
    base = tiny.saved(tiny.model(class_name, family, pad_token_id=0, eos_token_id=2, **changes), tmp_path)
    logits, texts = [], []
    for library in (loadstone, transformers):
        torch.manual_seed(0)
        model = peft.get_peft_model(getattr(library, class_name).from_pretrained(base), TUNED["prefix"]()).eval()
        given = {"input_ids": tiny.IDS, "attention_mask": torch.ones_like(tiny.IDS)}
        logits.append(model(**given).logits)
        texts.append(model.generate(**given, max_new_tokens=5).tolist())
    torch.testing.assert_close(*logits, atol=1e-5, rtol=1e-4)
    assert texts[0] == texts[1]


AROUND_T5 = {
    "prompt": lambda: peft.PromptTuningConfig(task_type="SEQ_2_SEQ_LM", num_virtual_tokens=4),
    "p-tuning": lambda: peft.PromptEncoderConfig(
        task_type="SEQ_2_SEQ_LM", num_virtual_tokens=4, encoder_hidden_size=16
    ),
    "prefix": lambda: peft.PrefixTuningConfig(task_type="SEQ_2_SEQ_LM", num_virtual_tokens=4),
    "lora": lambda: peft.LoraConfig(task_type="SEQ_2_SEQ_LM", target_modules="all-linear"),
}


@pytest.mark.parametrize("kind", AROUND_T5)
def test_adapters_of_an_encoder_decoder_give_what_they_do_on_transformers(kind: str, tmp_path: Path) -> None:
    ids, labels = torch.tensor([[5, 6, 7, 8, 9, 1], [11, 12, 13, 14, 1, 0]]), torch.tensor([[3, 4, 5, 1], [6, 7, 1, 2]])
    sizes = dict(vocab_size=64, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, dropout_rate=0.0)
    tokens = dict(decoder_start_token_id=0, pad_token_id=0, eos_token_id=1)
    torch.manual_seed(0)
    made = loadstone.T5ForConditionalGeneration(loadstone.AutoConfig.for_model("t5", **sizes, **tokens))
    base = tiny.saved(made, tmp_path)
    losses, texts = [], []
    for library in (loadstone, transformers):
        torch.manual_seed(0)
        plain = library.AutoModelForSeq2SeqLM.from_pretrained(base)
        model = peft.get_peft_model(plain, AROUND_T5[kind]()).eval()
        generator = torch.Generator().manual_seed(3)
        for parameter in (each for each in model.parameters() if each.requires_grad):
            parameter.data = torch.randn(parameter.shape, generator=generator)
        given: dict[str, Any] = {"input_ids": ids, "attention_mask": (ids != 0).long()}
        losses.append(model(**given, labels=labels).loss)
        texts.append(model.generate(**given, max_new_tokens=5).tolist())
    torch.testing.assert_close(*losses, atol=1e-5, rtol=1e-5)
    assert texts[0] == texts[1]
