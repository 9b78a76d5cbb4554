"""GGUF files that Loadstone writes hold the model that they were made of, for every family that it reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
import transformers

import loadstone
from loadstone.errors import InvalidConfig

from .cases import Case
from .gguf_writing import ARCHITECTURES, TOKENIZERS, write_gguf
from .read_texts import PLAIN as PLAIN_TEXTS
from .reference import Store, assert_close, fill
from .test_gguf import CASES, KINDS, REARRANGED, WIDE, auto, case_of, outputs, reference_of

SMALL = ("position_embd", "token_types", "ffn_gate_inp", "_exps.bias")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def tokenizer_for(family: str) -> tuple[Any, dict[str, str]]:
    """A small tokenizer of the kind that the family has, and its special tokens."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    kind = TOKENIZERS.get(family, "gpt2")
    if kind == "bert":
        words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{letter}" for letter in "aeiou")]
        made = Tokenizer(models.WordPiece({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
        made.normalizer = normalizers.BertNormalizer(lowercase=True)
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        around = [("[CLS]", 2), ("[SEP]", 3)]
        made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=around)
        made.decoder = decoders.WordPiece()
        named = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    elif kind == "t5":
        pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
        made = Tokenizer(models.Unigram([*pieces, *((letter, -3.0) for letter in LETTERS)], unk_id=3))
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        made.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
        named = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    else:
        tokens = ["<s>", "<pad>", "</s>", "Ġ", *LETTERS, "th", "Ġth"]
        merges = [("t", "h"), ("Ġ", "th")]
        made = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, merges))
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
        named = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    made.add_special_tokens(list(named.values()))
    return made, named


def put_tokenizer(folder: Path, family: str) -> None:
    made, named = tokenizer_for(family)
    made.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", **named}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def folder_of(store: Store, case: Case, to: Path) -> Path:
    """The reference checkpoint, with a tokenizer beside it."""
    shutil.copytree(reference_of(store, case).folder, to)
    put_tokenizer(to, case.family)
    return to


REAL = [
    case_of("qwen2", "real", max_window_layers=1, sliding_window=32768, use_sliding_window=False),
    case_of("gemma", "real", hidden_act="gelu", hidden_activation="gelu_pytorch_tanh"),
]
"""What the Hub's files say, and no GGUF file has to."""


@pytest.mark.parametrize("case", [*CASES, *REAL], ids=lambda case: case.id)
def test_a_written_file_computes_what_the_checkpoint_does(store: Store, case: Case, tmp_path: Path) -> None:
    folder = folder_of(store, case, tmp_path / "a")
    path = tmp_path / "x.gguf"
    made = loadstone.convert(folder, path, format="gguf", gguf_type="f32", verify=True)
    assert made.files == (path,) and made.is_verified and not made.fallbacks
    assert all("pooler" in name or "lm_head" in name or "cls" in name or "head" in name for name in made.dropped)
    model = auto(case).from_pretrained(path, attn_implementation="eager")
    expected = reference_of(store, case).model
    assert model.config.model_type == case.family
    assert_close(outputs(model, case), outputs(expected, case), case.id)
    stored = reference_of(store, case).stored
    for name, tensor in model.state_dict().items():
        inexact = ("position_embeddings", "norm", "pooler")
        if name in stored and not any(part in name for part in inexact):
            torch.testing.assert_close(tensor, stored[name], rtol=0, atol=0, msg=name)


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        *((family, KINDS[0]) for family in ARCHITECTURES),
        *(pytest.param(family, kind, marks=pytest.mark.long) for family in REARRANGED for kind in KINDS[1:4]),
    ],
)
def test_the_file_is_the_one_that_the_converter_writes(store: Store, family: str, kind: str, tmp_path: Path) -> None:
    """Byte for byte, but for the matrices that are always in float32; and the same keys of the model."""
    case = case_of(family, "wide", **{key: width for key, width in WIDE.items() if key in case_of(family).config})
    folder, wanted = folder_of(store, case, tmp_path / "a"), gguf.GGMLQuantizationType[kind]
    made = loadstone.convert(folder, tmp_path / "x.gguf", format="gguf", gguf_type=kind.lower(), verify=True)
    assert bool(made.quantized) is (kind in ("Q8_0", "Q4_1"))
    theirs = gguf.GGUFReader(write_gguf(reference_of(store, case), tmp_path / "y.gguf", wanted))
    ours = gguf.GGUFReader(tmp_path / "x.gguf")
    expected = {tensor.name: tensor for tensor in theirs.tensors}
    assert {tensor.name for tensor in ours.tensors} == expected.keys()
    for tensor in ours.tensors:
        other, is_small = expected[tensor.name], any(name in tensor.name for name in SMALL)
        if tensor.name in made.fallbacks:
            assert tensor.tensor_type.name == "F16"
            assert np.array_equal(tensor.data, other.data.astype(np.float16))
        elif is_small or len(tensor.shape) < 2:
            assert tensor.tensor_type.name == "F32"
            assert np.array_equal(gguf.quants.quantize(tensor.data, other.tensor_type), other.data), tensor.name
        else:
            assert tensor.tensor_type.name == other.tensor_type.name == kind
            assert np.array_equal(tensor.data, other.data), tensor.name
    for key, field in theirs.fields.items():
        if not key.startswith(("GGUF.", "general.", "tokenizer.")):
            assert ours.fields[key].contents() == pytest.approx(field.contents()), key


_OTHER_BASE = dict(sliding_attention=dict(rope_type="default", rope_theta=300.0))
UNSAID: list[tuple[str, dict[str, Any], str]] = [
    ("olmo", dict(attention_bias=True), "attention_bias"),
    ("olmo3", dict(rope_parameters=_OTHER_BASE), "rope_parameters.sliding_attention.rope_theta"),
    ("starcoder2", dict(use_bias=False), "use_bias"),
    ("smollm3", dict(no_rope_layers=[1, 1, 1, 0, 0]), "no_rope_layers"),
    ("stablelm", dict(qk_layernorm=True), "qk_layernorm"),
    ("exaone4", dict(sliding_window=5, layer_types=["sliding_attention", "full_attention"]), "sliding_window"),
    ("ernie4_5", dict(use_bias=True), "use_bias"),
    ("cohere", dict(use_qk_norm=True), "use_qk_norm"),
    ("qwen2_moe", dict(decoder_sparse_step=2), "decoder_sparse_step"),
    ("olmoe", dict(clip_qkv=2.0), "clip_qkv"),
    ("gpt_oss", dict(swiglu_limit=5.0), "swiglu_limit"),
    ("olmoe", dict(num_key_value_heads=2), "num_key_value_heads"),
    ("cohere2", dict(tie_word_embeddings=False), "tie_word_embeddings"),
    ("glm", dict(head_dim=12), "head_dim"),
    ("gpt_bigcode", dict(multi_query=False), "multi_query"),
    ("phi", dict(qk_layernorm=True), "qk_layernorm"),
    ("falcon", dict(bias=True), "bias"),
    ("falcon", dict(alibi=True), "alibi"),
    ("falcon", dict(parallel_attn=False), "parallel_attn"),
    ("bloom", dict(apply_residual_connection_post_layernorm=True), "apply_residual"),
    ("mpt", dict(attn_config=dict(softmax_scale=0.5)), "softmax_scale"),
]
"""What llama.cpp has no key for, or takes otherwise than the file says."""


@pytest.mark.parametrize(("family", "changes", "key"), UNSAID, ids=[f"{family}-{key}" for family, _, key in UNSAID])
def test_what_llama_cpp_would_compute_otherwise_is_refused_by_name(
    store: Store, family: str, changes: dict[str, Any], key: str, tmp_path: Path
) -> None:
    folder = folder_of(store, case_of(family, f"unsaid-{key}", **changes), tmp_path / "a")
    with pytest.raises(InvalidConfig, match=key):
        loadstone.convert(folder, tmp_path / "x.gguf", format="gguf")
    assert not (tmp_path / "x.gguf").exists()


@pytest.mark.parametrize(
    ("stem", "kind", "again"), [("Camembert", "xlm-roberta", "XLMRoberta"), ("Data2VecText", "roberta", "Roberta")]
)
def test_what_computes_like_roberta_is_read_as_the_one_with_its_tokenizer(
    tmp_path: Path, stem: str, kind: str, again: str
) -> None:
    config = getattr(transformers, f"{stem}Config")(**PLAIN_TEXTS, hidden_dropout_prob=0.0)
    reference = getattr(transformers, f"{stem}Model")(config).eval()
    fill(reference, 1, norms_at=1.0)
    reference.save_pretrained(tmp_path)
    put_tokenizer(tmp_path, kind)
    loadstone.convert(tmp_path, tmp_path / "x.gguf", format="gguf", gguf_type="f32", verify=True)
    model = loadstone.AutoModel.from_pretrained(tmp_path / "x.gguf").eval()
    assert type(model).__name__ == f"{again}Model"
    given = {"input_ids": torch.arange(4, 20).view(2, 8), "attention_mask": torch.ones(2, 8, dtype=torch.long)}
    with torch.no_grad():
        found, expected = model(**given), reference(**given)
    assert_close(found.last_hidden_state, expected.last_hidden_state, stem)


@pytest.mark.parametrize(("network", "tied"), [("relu", True), ("gated-gelu", False)])
def test_t5(tmp_path: Path, network: str, tied: bool) -> None:
    sizes = {"vocab_size": 64, "d_model": 32, "d_kv": 7, "d_ff": 48, "num_layers": 2, "num_heads": 4}
    config = transformers.T5Config(
        **sizes, feed_forward_proj=network, tie_word_embeddings=tied, decoder_start_token_id=0, dropout_rate=0.0
    )
    reference = transformers.T5ForConditionalGeneration(config).eval()
    fill(reference, 1, norms_at=1.0)
    reference.save_pretrained(tmp_path)
    put_tokenizer(tmp_path, "xlm-roberta")
    loadstone.convert(tmp_path, tmp_path / "x.gguf", format="gguf", gguf_type="f32", verify=True)
    model = loadstone.AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "x.gguf").eval()
    given = {"input_ids": torch.arange(2, 20).view(2, 9), "decoder_input_ids": torch.arange(5, 13).view(2, 4)}
    with torch.no_grad():
        assert torch.equal(model(**given).logits, reference(**given).logits)
    values = json.loads((tmp_path / "config.json").read_text()) | {"relative_attention_max_distance": 64}
    (tmp_path / "config.json").write_text(json.dumps(values))
    with pytest.raises(InvalidConfig, match="relative_attention_max_distance"):
        loadstone.convert(tmp_path, tmp_path / "y.gguf", format="gguf")
