"""Each row of docs/coming-from-transformers.md is so: a test for each, which runs both libraries.

A test's docstring is the first cell of its row; the last test holds the two lists together.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from cli.conftest import write_tokenizer
from safetensors import SafetensorError

import loadstone
from loadstone.errors import (
    ArgumentError,
    CorruptCheckpoint,
    LoadstoneError,
    MissingTensors,
    ShapeMismatch,
    StateMismatch,
    UnknownArgument,
    UnusedTensors,
)


class _Theirs:
    """transformers, which the first test that needs it imports."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what pytest looks for in everything that a file has
            raise AttributeError(name)
        import transformers

        return getattr(transformers, name)

    def __dir__(self) -> list[str]:
        import transformers

        return dir(transformers)


theirs: Any = _Theirs()
PAGE = Path(__file__).parents[2] / "docs" / "coming-from-transformers.md"
SIZES: dict[str, Any] = dict(
    vocab_size=32, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
    max_position_embeddings=48,
)  # fmt: skip
LABELS = {"calm": 0, "glad": 1, "cross": 2}
OURS = {
    *("Gemma3TextPreTrainedModel", "DPTBackboneConfig", "DepthAnythingBackboneConfig", "MptAttentionConfig"),
    "AutoModelForVision2Seq",
}
"""Names that transformers 5 has not: bases and configs within others, and one that it had until then."""
IDS = torch.tensor([[2, 5, 6, 7, 10]])


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama in bfloat16, with a tokenizer, as transformers saves it."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("llama")
    config = theirs.LlamaConfig(**SIZES, num_key_value_heads=1, bos_token_id=2, eos_token_id=3, pad_token_id=0)
    theirs.LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    write_tokenizer(folder)
    return folder


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny classifier, with a tokenizer."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("bert")
    config = theirs.BertConfig(**SIZES, id2label={0: "calm", 1: "glad", 2: "cross"}, label2id=LABELS)
    theirs.BertForSequenceClassification(config).save_pretrained(folder)
    write_tokenizer(folder)
    return folder


@pytest.fixture
def edited(llama: Path, tmp_path: Path) -> Callable[..., Path]:
    """A function: what to do with the tensors of the Llama → a folder with what it made of them."""
    from safetensors.torch import load_file, save_file

    def edit(act: Callable[[dict[str, torch.Tensor]], object], **config: Any) -> Path:
        tensors = load_file(llama / "model.safetensors")
        act(tensors)
        save_file(tensors, tmp_path / "model.safetensors", {"format": "pt"})
        values = json.loads((llama / "config.json").read_text()) | config
        (tmp_path / "config.json").write_text(json.dumps(values))
        return tmp_path

    return edit


def pair(folder: Path, name: str = "AutoModelForCausalLM", **keywords: Any) -> tuple[Any, Any]:
    """The same checkpoint by both libraries, in float32."""
    keywords = {"dtype": torch.float32, **keywords}
    ours = getattr(loadstone, name).from_pretrained(folder, **keywords)
    return ours.eval(), getattr(theirs, name).from_pretrained(folder, **keywords).eval()


# The same ------------------------------------------------------------------------------------------------


def test_names() -> None:
    """names of classes"""
    names = [name for name in dir(loadstone) if re.match(r"(Auto|[A-Z]).*(Model|For[A-Z]|Config$|Backbone)", name)]
    plain = {name for name in names if not name.startswith(("Flax", "TF")) and not name.endswith("SentenceEmbedding")}
    assert len(plain) > 300 and plain - set(dir(theirs)) == OURS


def test_paths(llama: Path) -> None:
    """module paths and `state_dict()` keys"""
    ours, their = pair(llama)
    assert list(ours.state_dict()) == list(their.state_dict())
    modules = [{name for name, module in model.named_modules() if list(module.parameters())} for model in (ours, their)]
    assert modules[0] == modules[1]


def test_config(llama: Path, tmp_path: Path) -> None:
    """`config.json`"""
    ours, their = loadstone.AutoConfig.from_pretrained(llama), theirs.AutoConfig.from_pretrained(llama)
    for name in (*SIZES, "num_key_value_heads", "head_dim", "rms_norm_eps", "tie_word_embeddings", "eos_token_id"):
        assert getattr(ours, name) == getattr(their, name), name
    assert ours.rope_parameters["rope_theta"] == their.rope_parameters["rope_theta"] == ours.rope_theta
    ours.save_pretrained(tmp_path)
    assert theirs.AutoConfig.from_pretrained(tmp_path).hidden_size == 16


def test_outputs(llama: Path) -> None:
    """outputs of a forward pass"""
    ours, their = (model(IDS, labels=IDS, output_hidden_states=True) for model in pair(llama))
    assert [name for name in their if name not in ours] == []
    assert torch.allclose(ours.logits, their.logits, atol=1e-5) and torch.allclose(ours.loss, their.loss, atol=1e-5)
    assert all(torch.allclose(*each, atol=1e-5) for each in zip(ours.hidden_states, their.hidden_states, strict=True))


def test_generate(llama: Path) -> None:
    """`generate`"""
    ours, their = pair(llama)
    for how in ({}, {"num_beams": 3}, {"repetition_penalty": 1.3}, {"do_sample": True, "top_p": 0.9}):
        texts = []
        for model in (ours, their):
            torch.manual_seed(1)
            texts.append(model.generate(IDS, max_new_tokens=8, **how).tolist())
        assert texts[0] == texts[1], how


def test_cache(llama: Path) -> None:
    """`DynamicCache` of transformers"""
    ours, _ = pair(llama)
    cache = theirs.DynamicCache(config=theirs.AutoConfig.from_pretrained(llama))
    ours(IDS[:, :3], past_key_values=cache)
    assert torch.allclose(ours(IDS[:, 3:], past_key_values=cache).logits, ours(IDS).logits[:, 3:], atol=1e-5)


def test_save(llama: Path, tmp_path: Path) -> None:
    """`save_pretrained`"""
    ours, their = pair(llama)
    ours.save_pretrained(tmp_path / "ours")
    their.save_pretrained(tmp_path / "theirs")
    again = theirs.AutoModelForCausalLM.from_pretrained(tmp_path / "ours").state_dict()
    back = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path / "theirs").state_dict()
    assert all(torch.equal(again[name], tensor) and torch.equal(back[name], tensor)
               for name, tensor in ours.state_dict().items())  # fmt: skip


def test_tokenizer(llama: Path) -> None:
    """`AutoTokenizer`"""
    ours, their = loadstone.AutoTokenizer.from_pretrained(llama), theirs.AutoTokenizer.from_pretrained(llama)
    texts = ["the cat sat", "where is the mat ?"]
    assert ours(texts, padding=True)["input_ids"] == their(texts, padding=True)["input_ids"]
    template = "{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}"
    chat = [{"role": "user", "content": "the cat"}]
    written = [each.apply_chat_template(chat, chat_template=template, tokenize=False) for each in (ours, their)]
    assert written == ["user: the cat"] * 2


def test_isinstance(llama: Path) -> None:
    """`isinstance(model, transformers.PreTrainedModel)`"""
    assert isinstance(loadstone.AutoModel.from_pretrained(llama), theirs.PreTrainedModel)


def test_loading_info(llama: Path) -> None:
    """`output_loading_info=True`"""
    (_, ours), (_, their) = (
        library.AutoModelForSequenceClassification.from_pretrained(llama, output_loading_info=True)
        for library in (loadstone, theirs)
    )
    assert set(ours) == set(their) | {"untied_keys"}
    assert set(ours["missing_keys"]) == set(their["missing_keys"]) == {"score.weight"}


def test_device_map(llama: Path) -> None:
    """`device_map=`, `max_memory=`"""
    ours, their = pair(llama, device_map="auto", max_memory={"cpu": "1GB"})
    assert ours.hf_device_map == {"": "cpu"} and {each.device.type for each in their.parameters()} == {"cpu"}
    ours, their = pair(llama, device_map={"model": "cpu", "lm_head": "cpu"})
    assert set(ours.hf_device_map.values()) == {"cpu"}


def test_quantization_config(llama: Path) -> None:
    """`quantization_config=`"""
    wanted = theirs.BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")
    model = loadstone.AutoModelForCausalLM.from_pretrained(llama, quantization_config=wanted)
    assert type(model.model.layers[0].mlp.up_proj).__name__ == "Linear4bit"


def test_attention(llama: Path) -> None:
    """`attn_implementation=`"""
    ours, their = (model(IDS, output_attentions=True) for model in pair(llama, attn_implementation="eager"))
    assert all(torch.allclose(*each, atol=1e-5) for each in zip(ours.attentions, their.attentions, strict=True))


def test_methods(llama: Path) -> None:
    """`resize_token_embeddings`, `get_input_embeddings`, `num_parameters`"""
    ours, their = pair(llama)
    assert ours.num_parameters() == their.num_parameters()
    for model in (ours, their):
        model.resize_token_embeddings(40)
        assert model.get_input_embeddings().weight.shape == (40, 16) == model.get_output_embeddings().weight.shape


def test_register(tmp_path: Path) -> None:
    """`AutoConfig.register`, `AutoModel.register`"""

    class MineConfig(loadstone.LlamaConfig):
        model_type = "mine-of-the-page"

    class Mine(loadstone.LlamaModel):
        config_class = MineConfig

    loadstone.AutoConfig.register("mine-of-the-page", MineConfig)
    loadstone.AutoModel.register(MineConfig, Mine)
    Mine(MineConfig(**SIZES)).save_pretrained(tmp_path)
    assert type(loadstone.AutoModel.from_pretrained(tmp_path)) is Mine


@pytest.mark.long
def test_trainer(llama: Path, tmp_path: Path) -> None:
    """`Trainer`"""
    rows = [{"input_ids": IDS[0].tolist(), "labels": IDS[0].tolist()}] * 4
    losses = []
    for model in pair(llama):
        settings = theirs.TrainingArguments(
            str(tmp_path), max_steps=2, use_cpu=True, report_to=[], disable_tqdm=True, save_strategy="no"
        )
        losses.append(theirs.Trainer(model, settings, train_dataset=rows).train().training_loss)
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)


def test_peft(llama: Path, tmp_path: Path) -> None:
    """PEFT"""
    import peft
    from safetensors.torch import load_file

    config = peft.LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False)
    names = []
    for number, model in enumerate(pair(llama)):
        peft.get_peft_model(model, config).save_pretrained(tmp_path / str(number))
        names.append(set(load_file(tmp_path / str(number) / "adapter_model.safetensors")))
    assert names[0] == names[1] and names[0]
    model = loadstone.AutoModelForCausalLM.from_pretrained(llama)
    model.add_adapter(config)
    assert model.active_adapters() == ["default"]


def test_accelerate(llama: Path) -> None:
    """accelerate"""
    import accelerate

    model = accelerate.Accelerator(cpu=True).prepare(loadstone.AutoModelForCausalLM.from_pretrained(llama))
    assert torch.isfinite(model(IDS).logits).all()


def test_their_pipeline(bert: Path) -> None:
    """`transformers.pipeline`"""
    model = loadstone.AutoModelForSequenceClassification.from_pretrained(bert)
    tokenizer = loadstone.AutoTokenizer.from_pretrained(bert)
    answer = theirs.pipeline("text-classification", model=model, tokenizer=tokenizer)("the cat sat")
    assert answer[0]["label"] in ("calm", "glad", "cross")


def test_our_pipeline(bert: Path) -> None:
    """`loadstone.pipeline`"""
    ours, their = (
        library.pipeline("text-classification", model=str(bert))("the cat sat") for library in (loadstone, theirs)
    )
    assert ours[0]["label"] == their[0]["label"] and ours[0]["score"] == pytest.approx(their[0]["score"], abs=1e-5)
    assert ours[0].keys() == their[0].keys()


# Different -----------------------------------------------------------------------------------------------


def test_dtype(llama: Path) -> None:
    """dtype where none is asked for"""
    assert theirs.AutoModelForCausalLM.from_pretrained(llama).dtype is torch.bfloat16
    assert loadstone.AutoModelForCausalLM.from_pretrained(llama).dtype is torch.float32
    assert loadstone.AutoModelForCausalLM.from_pretrained(llama, dtype="auto").dtype is torch.bfloat16


def test_missing(edited: Callable[..., Path]) -> None:
    """a weight is missing from the file"""
    names = ["model.norm.weight", "model.layers.1.mlp.up_proj.weight"]
    folder = edited(lambda tensors: [tensors.pop(name) for name in names])
    theirs.AutoModelForCausalLM.from_pretrained(folder)
    with pytest.raises(MissingTensors) as raised:
        loadstone.AutoModelForCausalLM.from_pretrained(folder)
    assert all(name in str(raised.value) for name in names)


def test_shape(edited: Callable[..., Path]) -> None:
    """a weight has another shape"""
    folder = edited(lambda tensors: tensors.update({"model.norm.weight": torch.zeros(3)}))
    with pytest.raises(RuntimeError):
        theirs.AutoModelForCausalLM.from_pretrained(folder)
    with pytest.raises(ShapeMismatch, match=r"model\.norm\.weight"):
        loadstone.AutoModelForCausalLM.from_pretrained(folder)
    loadstone.AutoModelForCausalLM.from_pretrained(folder, ignore_mismatched_sizes=True)


def test_unused(edited: Callable[..., Path]) -> None:
    """a stored tensor that nothing takes"""
    folder = edited(lambda tensors: tensors.update({"odd.weight": torch.zeros(3)}))
    theirs.AutoModelForCausalLM.from_pretrained(folder)
    assert loadstone.AutoModelForCausalLM.from_pretrained(folder).load_report.unused == ("odd.weight",)
    with pytest.raises(UnusedTensors, match=r"odd\.weight"):
        loadstone.AutoModelForCausalLM.from_pretrained(folder, strict=True)


def test_typo(llama: Path) -> None:
    """a keyword with a typo"""
    with pytest.raises(TypeError):
        theirs.AutoModelForCausalLM.from_pretrained(llama, torch_dtpye="auto")
    with pytest.raises(UnknownArgument, match="Did you mean 'torch_dtype'"):
        loadstone.AutoModelForCausalLM.from_pretrained(llama, torch_dtpye="auto")


def test_typo_of_generate(llama: Path) -> None:
    """a keyword of `generate` with a typo"""
    ours, their = pair(llama)
    with pytest.raises(ValueError, match="max_new_token"):
        their.generate(IDS, max_new_token=3)
    with pytest.raises(TypeError, match="Did you mean 'max_new_tokens'"):
        ours.generate(IDS, max_new_token=3)


def test_tied(edited: Callable[..., Path]) -> None:
    """tied weights that are stored with different values"""
    folder = edited(lambda tensors: None, tie_word_embeddings=True)
    ours, their = pair(folder)
    assert not any(torch.equal(each.lm_head.weight, each.model.embed_tokens.weight) for each in (ours, their))
    assert their.config.tie_word_embeddings and not ours.config.tie_word_embeddings and ours.load_report.untied


def test_damaged(edited: Callable[..., Path]) -> None:
    """a truncated or damaged file"""
    folder = edited(lambda tensors: None)
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(SafetensorError):
        theirs.AutoModelForCausalLM.from_pretrained(folder)
    with pytest.raises(CorruptCheckpoint, match=r"model\.safetensors"):
        loadstone.AutoModelForCausalLM.from_pretrained(folder)


def test_pickles(llama: Path) -> None:
    """`weights_only=False`"""
    with pytest.raises(ArgumentError, match="weights_only"):
        loadstone.AutoModelForCausalLM.from_pretrained(llama, weights_only=False)


def test_trust(llama: Path) -> None:
    """`trust_remote_code`"""
    loadstone.AutoModelForCausalLM.from_pretrained(llama, trust_remote_code=["owner/name"])


def test_state(llama: Path, tmp_path: Path) -> None:
    """saving a model whose state was changed"""
    ours, their = pair(llama)
    for model in (ours, their):
        model.model.norm.weight = torch.nn.Parameter(torch.zeros(3))
    their.save_pretrained(tmp_path / "theirs")
    with pytest.raises(StateMismatch, match=r"model\.norm\.weight"):
        ours.save_pretrained(tmp_path / "ours")


def test_no_model() -> None:
    """pipeline without a model"""
    from transformers.pipelines import SUPPORTED_TASKS

    assert SUPPORTED_TASKS["text-generation"]["default"]
    with pytest.raises(ArgumentError, match="None is chosen for you"):
        loadstone.pipeline("text-generation")


def test_too_long(bert: Path) -> None:
    """pipeline with a text that is too long"""
    with pytest.raises(RuntimeError, match="size of tensor"):
        theirs.pipeline("text-classification", model=str(bert))("cat " * 60)
    with pytest.raises(LoadstoneError, match="48"):
        loadstone.pipeline("text-classification", model=str(bert))("cat " * 60)


def test_errors(tmp_path: Path) -> None:
    """errors of a load"""
    for caught in (LoadstoneError, OSError):
        with pytest.raises(caught):
            loadstone.AutoModel.from_pretrained(tmp_path / "nothing")


# Absent --------------------------------------------------------------------------------------------------


def test_other_types(tmp_path: Path) -> None:
    """model types that Loadstone has no family of"""
    config = theirs.NystromformerConfig(**SIZES)
    theirs.NystromformerForMaskedLM(config).save_pretrained(tmp_path)
    model = loadstone.AutoModelForMaskedLM.from_pretrained(tmp_path)
    assert type(model) is theirs.NystromformerForMaskedLM and model.load_report.sources


def test_trainer_is_theirs() -> None:
    """`Trainer`, `TrainingArguments` and data collators"""
    for name in ("Trainer", "TrainingArguments", "DataCollatorForLanguageModeling"):
        assert hasattr(theirs, name) and not hasattr(loadstone, name)


def test_processors(tmp_path: Path) -> None:
    """processors of pictures and sound"""
    theirs.Wav2Vec2FeatureExtractor().save_pretrained(tmp_path)
    made = loadstone.AutoFeatureExtractor.from_pretrained(tmp_path)
    assert type(made) is theirs.Wav2Vec2FeatureExtractor


def test_other_pipelines(bert: Path) -> None:
    """pipelines for pictures, zero-shot classification, …"""
    with pytest.raises(ArgumentError, match="no pipeline for 'zero-shot-classification'"):
        loadstone.pipeline("zero-shot-classification", model=str(bert))
    model = loadstone.AutoModelForSequenceClassification.from_pretrained(bert)
    tokenizer = loadstone.AutoTokenizer.from_pretrained(bert)
    pipe = theirs.pipeline("zero-shot-classification", model=model, tokenizer=tokenizer)
    assert set(pipe("the cat", candidate_labels=["mat", "cat"])["labels"]) == {"mat", "cat"}


def test_flash(llama: Path) -> None:
    """`attn_implementation="flash_attention_2"`, `"flex_attention"`"""
    for name in ("flash_attention_2", "flex_attention"):
        with pytest.raises(ArgumentError, match="'sdpa' and 'eager'"):
            loadstone.AutoModel.from_pretrained(llama, attn_implementation=name)


def test_load_in(llama: Path) -> None:
    """`load_in_8bit=`, `load_in_4bit=`"""
    for name in ("load_in_8bit", "load_in_4bit"):
        with pytest.raises(UnknownArgument, match="quantization_config="):
            loadstone.AutoModel.from_pretrained(llama, **{name: True})


def test_older_keywords(llama: Path) -> None:
    """`use_auth_token=`, `use_flash_attention_2=`, `device=`"""
    instead = {"use_auth_token": "token=", "use_flash_attention_2": "attn_implementation=", "device": "device_map="}
    for name, named in instead.items():
        with pytest.raises(UnknownArgument, match=named):
            loadstone.AutoModel.from_pretrained(llama, **{name: "x"})


def test_other_methods(llama: Path) -> None:
    """methods that quantize while loading but torchao and bitsandbytes"""
    with pytest.raises(LoadstoneError, match="torchao"):
        loadstone.AutoModel.from_pretrained(llama, quantization_config={"quant_method": "hqq"})


def test_slow_tokenizers(llama: Path) -> None:
    """tokenizers in Python (`use_fast=False`)"""
    assert loadstone.AutoTokenizer.from_pretrained(llama, use_fast=False).is_fast


# Removed there, kept here --------------------------------------------------------------------------------


def test_frameworks() -> None:
    """TensorFlow and Flax classes"""
    for name in ("TFAutoModel", "FlaxLlamaForCausalLM"):
        assert name in dir(loadstone) and not hasattr(theirs, name)


def test_files_of_frameworks(llama: Path, tmp_path: Path) -> None:
    """`from_tf=`, `from_flax=`"""
    ours, _ = pair(llama)
    ours.save_pretrained(tmp_path, format="msgpack")
    again = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path, from_flax=True)
    assert torch.equal(again.lm_head.weight, ours.lm_head.weight)
    with pytest.raises(OSError, match="safetensors"):
        theirs.AutoModelForCausalLM.from_pretrained(tmp_path, from_flax=True)


def test_torch_dtype(llama: Path) -> None:
    """`torch_dtype=`"""
    assert loadstone.AutoModel.from_pretrained(llama, torch_dtype="auto").dtype is torch.bfloat16


def test_sharded(llama: Path, tmp_path: Path) -> None:
    """`load_sharded_checkpoint`"""
    from loadstone.modeling_utils import load_sharded_checkpoint

    assert load_sharded_checkpoint is loadstone.load_sharded_checkpoint
    assert not hasattr(theirs.modeling_utils, "load_sharded_checkpoint")
    ours, _ = pair(llama)
    ours.save_pretrained(tmp_path, max_shard_size="5KB")
    load_sharded_checkpoint(ours, tmp_path)


# Only here -----------------------------------------------------------------------------------------------


def test_report(llama: Path) -> None:
    """`model.load_report`"""
    model = loadstone.AutoModel.from_pretrained(llama)
    assert model.load_report.sources.keys() == model.state_dict().keys()


def test_plan(llama: Path) -> None:
    """`loadstone.plan`"""
    assert loadstone.plan(llama, max_memory={"cpu": "1GB"}).device_map == {"": "cpu"}


def test_lock(llama: Path, tmp_path: Path) -> None:
    """`lock=`, `loadstone lock`"""
    from cli.conftest import loadstone as command

    lock = tmp_path / "loadstone.lock"
    assert command("lock", llama, "--output", lock).returncode == 0
    loadstone.AutoModel.from_pretrained(llama, lock=lock)
    lock.write_text(re.sub(r"[0-9a-f]{64}", "0" * 64, lock.read_text()))
    with pytest.raises(LoadstoneError, match=r"config\.json"):
        loadstone.AutoModel.from_pretrained(llama, lock=lock)


def test_swap(llama: Path, edited: Callable[..., Path]) -> None:
    """`model.swap_weights`"""
    model = loadstone.AutoModelForCausalLM.from_pretrained(llama)
    model.swap_weights(edited(lambda tensors: tensors["model.norm.weight"].fill_(2)))
    assert (model.model.norm.weight == 2).all()


def test_addresses(llama: Path) -> None:
    """`s3://`, `gs://`, `az://`, `https://`"""
    from sources.range_server import RangeServer

    with RangeServer(llama) as store:
        found = loadstone.open_checkpoint(f"{store.url}/model.safetensors")
        assert "model.norm.weight" in found


def test_every_row_has_a_test_and_every_test_a_row() -> None:
    rows = re.findall(r"^\| (.+?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    described = [row for row in rows if row not in ("what", "---")]
    tests = [value.__doc__ for name, value in vars(sys.modules[__name__]).items() if name.startswith("test_")]
    assert sorted(described) == sorted(filter(None, tests))
