"""What PyTorch users expect of any ``nn.Module``."""

from __future__ import annotations

import copy
import io
import pickle
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from frameworks.torch import tiny
from torch import nn

import loadstone
from loadstone.architectures import registry
from loadstone.architectures.tasks import MULTIPLE_CHOICE
from loadstone.errors import ArgumentError, UnknownArgument, UnsupportedDType


def logits(model: Any, **inputs: Any) -> torch.Tensor:
    with torch.no_grad():
        result: torch.Tensor = model(tiny.IDS, **inputs).logits
    return result


def test_a_loaded_model_is_in_eval_mode_and_a_made_one_in_training_mode(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(), tmp_path)
    assert not loadstone.LlamaForCausalLM.from_pretrained(folder).training
    assert loadstone.LlamaForCausalLM(tiny.config("llama")).training
    assert loadstone.AutoModelForCausalLM.from_config(tiny.config("llama")).training


def test_dropout_runs_in_training_mode_only() -> None:
    model = tiny.bert(hidden_dropout_prob=0.5)
    assert torch.equal(logits(model), logits(model))
    model.train()
    assert not torch.equal(logits(model), logits(model))


def test_state_dict_goes_round_through_load_state_dict() -> None:
    one, other = tiny.llama(0), tiny.llama(1)
    assert not torch.equal(logits(one), logits(other))
    assert other.load_state_dict(one.state_dict()) == ([], [])
    assert torch.equal(logits(one), logits(other))


def test_load_state_dict_with_assign_takes_the_tensors_themselves() -> None:
    one = tiny.llama()
    with torch.device("meta"):
        other = loadstone.LlamaForCausalLM(tiny.config("llama"))
    other.load_state_dict(one.state_dict(), assign=True)
    assert torch.equal(logits(one), logits(other.eval()))


def test_a_skeleton_moved_by_to_empty_has_its_rotary_frequencies() -> None:
    one = tiny.llama()
    with torch.device("meta"):
        other = loadstone.LlamaForCausalLM(tiny.config("llama"))
    other.to_empty(device="cpu").load_state_dict(one.state_dict())
    assert torch.equal(logits(one), logits(other.eval()))


def test_deep_copy_and_pickle_give_an_equal_model_of_its_own(tmp_path: Path) -> None:
    model = loadstone.LlamaForCausalLM.from_pretrained(tiny.saved(tiny.llama(), tmp_path))
    expected = logits(model)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert type(twin) is loadstone.LlamaForCausalLM
        assert torch.equal(logits(twin), expected)
        with torch.no_grad():
            twin.lm_head.weight.zero_()
        assert torch.equal(logits(model), expected)


def test_ties_survive_deep_copy_pickle_and_casts() -> None:
    model = tiny.llama(tie_word_embeddings=True)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), copy.deepcopy(model).half()):
        assert twin.lm_head.weight is twin.model.embed_tokens.weight


def test_classes_pickle_by_the_name_that_users_import() -> None:
    for name in ("LlamaForCausalLM", "BertPreTrainedModel", "GPT2Config"):
        cls = getattr(loadstone, name)
        assert pickle.loads(pickle.dumps(cls)) is cls


@pytest.mark.parametrize("cast", ["half", "bfloat16", "double"])
def test_casts_keep_rotary_frequencies_in_float32_and_exact(cast: str) -> None:
    model = tiny.llama()
    before = model.model.rotary_emb.inv_freq.clone()
    getattr(model, cast)()
    assert model.model.rotary_emb.inv_freq.dtype == torch.float32
    assert torch.equal(model.model.rotary_emb.inv_freq, before)
    assert logits(model).dtype == model.dtype == model.lm_head.weight.dtype
    model.to(torch.float32)
    assert torch.equal(model.model.rotary_emb.inv_freq, before)


def test_training_in_place_on_mapped_weights_does_not_change_the_file(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(), tmp_path)
    before = (folder / "model.safetensors").read_bytes()
    model = loadstone.LlamaForCausalLM.from_pretrained(folder).train()
    assert "100 % mapped" in str(model.load_report)
    old = tiny.numbers(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    model(tiny.IDS, labels=tiny.IDS).loss.backward()
    optimizer.step()
    assert all(not torch.equal(old[name], tensor) for name, tensor in model.state_dict().items())
    assert (folder / "model.safetensors").read_bytes() == before


def test_two_models_of_one_folder_share_no_memory(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(), tmp_path)
    one, other = (loadstone.LlamaForCausalLM.from_pretrained(folder) for _ in range(2))
    expected = tiny.numbers(other)
    with torch.no_grad():
        for parameter in one.parameters():
            parameter.add_(1)
    tiny.assert_same(other.state_dict(), expected)


@pytest.mark.parametrize("kind", ["llama", "bert"])
def test_gradient_checkpointing_gives_the_plain_gradients(kind: str) -> None:
    model = (tiny.llama() if kind == "llama" else tiny.bert()).train()

    def gradients() -> dict[str, torch.Tensor]:
        model.zero_grad()
        torch.manual_seed(0)
        model(tiny.IDS, labels=tiny.IDS).loss.backward()
        return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}

    plain = gradients()
    assert not model.is_gradient_checkpointing
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    assert model.is_gradient_checkpointing
    calls = 0

    def count(*_: Any) -> None:
        nonlocal calls
        calls += 1

    layers = model.model.layers if kind == "llama" else model.bert.encoder.layer
    handle = layers[0].register_forward_pre_hook(count)
    tiny.assert_same(gradients(), plain)
    assert calls == 2, "a layer is computed once more in the backward pass"
    handle.remove()
    model.gradient_checkpointing_disable()
    assert not model.is_gradient_checkpointing


def test_hooks_on_inner_modules_fire() -> None:
    seen: list[str] = []

    def watch(model: nn.Module, *names: str) -> None:
        for name in names:
            model.get_submodule(name).register_forward_hook(lambda *_, name=name: seen.append(name))

    llama, bert, gpt2 = tiny.llama(), tiny.bert(), tiny.model("GPT2LMHeadModel", "gpt2")
    inside = {
        llama: ["model", "model.embed_tokens", "model.layers.0", "model.layers.0.self_attn", "model.layers.0.mlp",
                "model.layers.0.self_attn.q_proj", "model.norm", "lm_head"],
        bert: ["bert.embeddings", "bert.encoder", "bert.encoder.layer.0.attention",
               "bert.encoder.layer.0.attention.self", "bert.encoder.layer.0.attention.output",
               "bert.encoder.layer.0.intermediate", "bert.encoder.layer.0.output",
               "cls", "cls.predictions", "cls.predictions.transform"],
        gpt2: ["transformer.wte", "transformer.h.0.attn.c_attn", "transformer.h.0.mlp.c_fc", "transformer.ln_f"],
    }  # fmt: skip
    for model, names in inside.items():
        watch(model, *names)
        model(tiny.IDS)
        assert sorted(seen) == sorted(names)
        seen.clear()


def test_a_hook_may_replace_what_a_layer_returns() -> None:
    """The same, whether it returns all that such a module does or its first alone."""
    found = []
    for replaced in (lambda output: (torch.zeros_like(output[0]), None), lambda output: torch.zeros_like(output[0])):
        model = tiny.llama()
        plain = logits(model)
        model.model.layers[1].self_attn.register_forward_hook(lambda module, inputs, output: replaced(output))  # noqa: B023
        found.append(logits(model))
        assert not torch.allclose(found[-1], plain)
    assert torch.equal(*found)


def test_a_hook_may_replace_what_a_layer_is_called_with() -> None:
    """Attention that is hidden from a token: by the mask, while all else goes on."""
    model, mask = tiny.llama(), torch.ones(1, 1, tiny.IDS.shape[1], tiny.IDS.shape[1], dtype=torch.bool).tril()
    mask[..., -1, 0] = False
    expected = logits(model, attention_mask=mask)
    for layer in model.model.layers:
        layer.self_attn.register_forward_pre_hook(
            lambda module, args, named: (args, {**named, "attention_mask": mask}), with_kwargs=True
        )
    torch.testing.assert_close(logits(model), expected)


def test_activations_are_patched_from_another_text() -> None:
    """Causal tracing: what one text gives at a layer, put into another from there on, is what it says in the end."""
    model, other = tiny.llama(), tiny.IDS.flip(1)
    kept = []
    handle = model.model.layers[0].register_forward_hook(lambda module, args, output: kept.append(output))
    expected = logits(model)
    handle.remove()
    model.model.layers[0].register_forward_hook(lambda module, args, output: kept[0])
    with torch.no_grad():
        torch.testing.assert_close(model(other).logits, expected)


@pytest.mark.parametrize("kind", ["llama", "bert"])
@pytest.mark.parametrize("backend", ["eager", pytest.param("inductor", marks=pytest.mark.long)])
def test_a_compiled_model_gives_equal_outputs_without_graph_breaks(kind: str, backend: str) -> None:
    model = tiny.llama(num_hidden_layers=1) if kind == "llama" else tiny.bert(num_hidden_layers=1)
    compiled = torch.compile(model, backend=backend, fullgraph=True)
    mask = torch.ones_like(tiny.IDS)
    mask[0, :2] = 0
    torch.testing.assert_close(logits(compiled), logits(model), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(
        logits(compiled, attention_mask=mask), logits(model, attention_mask=mask), atol=1e-5, rtol=1e-4
    )
    torch._dynamo.reset()


@pytest.mark.parametrize("kind", ["llama", "bert"])
def test_a_model_whose_layers_were_cut_runs_the_rest(kind: str) -> None:
    """People keep the first layers of a model so, in place of training a smaller one."""
    make = tiny.llama if kind == "llama" else tiny.bert
    whole, small = make(num_hidden_layers=3), make(num_hidden_layers=1)
    small.load_state_dict({name: whole.state_dict()[name] for name in small.state_dict()})
    base = whole.base_model if kind == "llama" else whole.base_model.encoder
    layers = "layers" if kind == "llama" else "layer"
    setattr(base, layers, getattr(base, layers)[:1])
    assert torch.equal(logits(whole), logits(small))


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_every_head_compiles_without_graph_breaks(family: str) -> None:
    model = tiny.llama(num_hidden_layers=1, pad_token_id=0) if family == "llama" else tiny.bert(num_hidden_layers=1)
    for head in registry.family(family).heads:
        inputs = {"input_ids": tiny.IDS, "attention_mask": torch.ones_like(tiny.IDS)}
        if head.task == MULTIPLE_CHOICE:
            inputs = {name: value[None] for name, value in inputs.items()}
        with_head = getattr(loadstone, head.class_name)(model.config).eval()
        compiled = torch.compile(with_head, backend="eager", fullgraph=True)
        with torch.no_grad():
            ours, plain = compiled(**inputs).to_tuple()[0], with_head(**inputs).to_tuple()[0]
        torch.testing.assert_close(ours, plain, atol=1e-5, rtol=1e-4)
        torch._dynamo.reset()


def test_a_compiled_model_decodes_the_same_tokens() -> None:
    model = tiny.llama(num_hidden_layers=1)
    plain = model.generate(tiny.IDS, max_new_tokens=4, eos_token_id=-1)
    model.forward = torch.compile(model.forward, backend="eager", dynamic=True)
    assert torch.equal(model.generate(tiny.IDS, max_new_tokens=4, eos_token_id=-1), plain)
    torch._dynamo.reset()


def test_torch_save_of_the_state_dict_holds_each_number_once(tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    nbytes = model.get_memory_footprint(return_buffers=False)
    loaded = loadstone.LlamaForCausalLM.from_pretrained(tiny.saved(model, tmp_path))
    for each in (model, loaded):
        file = io.BytesIO()
        torch.save(each.state_dict(), file)
        assert nbytes <= len(file.getbuffer()) < nbytes + 16_000


def test_safetensors_saves_the_state_dict_of_a_loaded_model(tmp_path: Path) -> None:
    model = loadstone.LlamaForCausalLM.from_pretrained(tiny.saved(tiny.llama(), tmp_path))
    safetensors.torch.save_file(model.state_dict(), tmp_path / "again.safetensors")
    tiny.assert_same(safetensors.torch.load_file(tmp_path / "again.safetensors"), dict(model.state_dict()))


def test_split_projections_can_be_saved_and_trained_one_by_one(tmp_path: Path) -> None:
    model = tiny.llama()
    state = tiny.numbers(model)
    for layer in range(2):
        stem = f"model.layers.{layer}"
        state[f"{stem}.self_attn.qkv_proj.weight"] = torch.cat(
            [state.pop(f"{stem}.self_attn.{name}_proj.weight") for name in "qkv"]
        )
        state[f"{stem}.mlp.gate_up_proj.weight"] = torch.cat(
            [state.pop(f"{stem}.mlp.{name}_proj.weight") for name in ("gate", "up")]
        )
    model.config.save_pretrained(tmp_path)
    safetensors.torch.save_file(state, tmp_path / "model.safetensors", {"format": "pt"})
    loaded = loadstone.LlamaForCausalLM.from_pretrained(tmp_path)
    tiny.assert_same(dict(loaded.state_dict()), dict(model.state_dict()))
    safetensors.torch.save_file(loaded.state_dict(), tmp_path / "split.safetensors")
    tiny.assert_same(safetensors.torch.load_file(tmp_path / "split.safetensors"), dict(model.state_dict()))


def test_embeddings_can_be_got_and_set_and_tied_slots_follow() -> None:
    model = tiny.llama(tie_word_embeddings=True)
    assert model.get_input_embeddings() is model.model.embed_tokens
    assert model.get_output_embeddings() is model.lm_head
    table = nn.Embedding(64, 32)
    model.set_input_embeddings(table)
    assert model.model.embed_tokens is table
    assert model.lm_head.weight is table.weight
    head = nn.Linear(32, 64, bias=False)
    model.set_output_embeddings(head)
    assert model.lm_head is head
    model.tie_weights()
    assert head.weight is table.weight
    classifier = tiny.model("BertForSequenceClassification", "bert")
    assert classifier.get_input_embeddings() is classifier.bert.embeddings.word_embeddings
    assert classifier.get_output_embeddings() is None
    with pytest.raises(ArgumentError, match="no output embeddings"):
        classifier.set_output_embeddings(head)


def test_inputs_can_be_made_to_require_gradients_and_back() -> None:
    model = tiny.llama().requires_grad_(False)
    model.enable_input_require_grads()
    assert model(tiny.IDS).logits.requires_grad
    model.disable_input_require_grads()
    assert not model(tiny.IDS).logits.requires_grad


def test_parameters_and_bytes_are_counted_once() -> None:
    model = tiny.llama(tie_word_embeddings=True)
    table = 64 * 32
    assert model.num_parameters() == sum(p.numel() for p in model.parameters())
    assert model.num_parameters(exclude_embeddings=True) == model.num_parameters() - table
    model.model.embed_tokens.requires_grad_(False)
    assert model.num_parameters(only_trainable=True) == model.num_parameters() - table
    assert model.get_memory_footprint(return_buffers=False) == 4 * model.num_parameters()
    assert model.bfloat16().get_memory_footprint(return_buffers=False) == 2 * model.num_parameters()


def test_from_config_leaves_the_config_alone_and_takes_dtype_and_attention() -> None:
    config = tiny.config("llama", torch_dtype="float16")
    before = copy.deepcopy(config)
    model = loadstone.AutoModelForCausalLM.from_config(config, torch_dtype=torch.bfloat16, attn_implementation="eager")
    assert model.dtype == torch.bfloat16
    assert model.config._attn_implementation == "eager"
    assert config == before
    assert config._attn_implementation is None
    assert loadstone.AutoModelForCausalLM.from_config(config).dtype == torch.float16
    assert loadstone.AutoModelForCausalLM.from_config(tiny.config("llama")).dtype == torch.float32


def test_from_config_refuses_integers_unknown_names_and_other_keywords() -> None:
    config = tiny.config("llama")
    with pytest.raises(UnsupportedDType, match="floating-point"):
        loadstone.AutoModelForCausalLM.from_config(config, torch_dtype=torch.int8)
    with pytest.raises(UnsupportedDType, match="bfloat17"):
        loadstone.AutoModelForCausalLM.from_config(config, dtype="bfloat17")
    with pytest.raises(UnknownArgument, match="low_cpu"):
        loadstone.AutoModelForCausalLM.from_config(config, low_cpu=True)
    with pytest.raises(ArgumentError, match="flash"):
        loadstone.AutoModelForCausalLM.from_config(config, attn_implementation="flash")


def test_a_class_called_with_a_path_says_how_to_load_one() -> None:
    with pytest.raises(ArgumentError, match=r"LlamaForCausalLM\.from_pretrained\('some/path'\)"):
        loadstone.LlamaForCausalLM("some/path")


def test_add_pooling_layer_false_leaves_the_pooler_out() -> None:
    assert tiny.model("BertModel", "bert")(tiny.IDS).pooler_output is not None
    bare = loadstone.BertModel(tiny.config("bert"), add_pooling_layer=False)
    assert not [name for name, _ in bare.named_parameters() if "pooler" in name]
    assert all(p.abs().sum() for name, p in bare.named_parameters() if name.endswith("dense.weight"))
    assert bare(tiny.IDS).pooler_output is None


def test_attention_can_be_switched_on_a_made_model() -> None:
    model = tiny.llama()
    plain = logits(model)
    model.set_attn_implementation("eager")
    assert model.model.config._attn_implementation == "eager"
    torch.testing.assert_close(logits(model), plain, atol=1e-5, rtol=1e-4)
    with pytest.raises(ArgumentError, match="'sdpa' and 'eager'"):
        model.set_attn_implementation("flash_attention_2")


def test_outputs_are_read_by_field_key_index_and_as_a_tuple() -> None:
    model = tiny.llama()
    out = model(tiny.IDS, labels=tiny.IDS, use_cache=False)
    assert out.loss is out["loss"] is out[0] is out.to_tuple()[0]
    assert out.logits is out["logits"] is out[1]
    assert list(out) == list(out.keys()) == ["loss", "logits"]
    assert "logits" in out and "past_key_values" not in out
    assert len(out) == 2 and len(out[1:]) == 1
    with pytest.raises(KeyError):
        out["past_key_values"]
    pair = model(tiny.IDS, labels=tiny.IDS, use_cache=False, return_dict=False)
    assert isinstance(pair, tuple) and torch.equal(pair[1], out.logits)


def test_both_or_neither_of_ids_and_embeddings_is_refused() -> None:
    model = tiny.llama()
    with pytest.raises(ArgumentError, match="either input_ids or inputs_embeds"):
        model()
    vectors = model.get_input_embeddings()(tiny.IDS)
    with pytest.raises(ArgumentError, match="either input_ids or inputs_embeds"):
        model(tiny.IDS, inputs_embeds=vectors)
    torch.testing.assert_close(model(inputs_embeds=vectors).logits, model(tiny.IDS).logits)
