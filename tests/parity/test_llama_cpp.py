"""llama.cpp loads the files that Loadstone writes, and answers from them with the same greedy tokens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import torch
import transformers
import xllamacpp
from text.gguf.samples import byte_level, corpus

import loadstone
from loadstone.text.gguf import tokenizer_json

from .reference import fill
from .test_gguf_written import put_tokenizer, tokenizer_for

pytestmark = pytest.mark.long
TOKENS = 24
TEXT = "The words of a tensor: 12 rows,\n\n  and its naïve café."


def answer(path: Path, text: str, tokens: int) -> tuple[str, int]:
    """llama.cpp's greedy text, and how many tokens the prompt has there; keys and values are kept in float32."""
    params: Any = xllamacpp.CommonParams()
    params.model.path, params.n_ctx, params.n_gpu_layers, params.warmup = str(path), 256, 0, False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    asked = {"prompt": text, "max_tokens": tokens, "temperature": 0, "ignore_eos": True, "cache_prompt": False}
    said: Any = xllamacpp.Server(params).handle_completions(asked)
    return said["choices"][0]["text"], said["usage"]["prompt_tokens"]


def assert_same_answer(path: Path, text: str = TEXT, tokens: int = TOKENS) -> None:
    tokenizer = loadstone.AutoTokenizer.from_pretrained(path)
    model = loadstone.AutoModelForCausalLM.from_pretrained(path, torch_dtype="float32")
    ids = tokenizer.encode(text)
    made = model.generate(
        torch.tensor([ids]), max_new_tokens=tokens, min_new_tokens=tokens, do_sample=False, eos_token_id=None
    )
    ours = tokenizer.decode(made[0].tolist())[len(tokenizer.decode(ids)) :]
    theirs, count = answer(path, text, tokens)
    assert count == len(ids)
    # What ends within a character is held back there.
    assert theirs.rstrip("\ufffd") == ours.rstrip("\ufffd")


def byte_tokens(folder: Path, pre: str) -> int:
    content, settings = tokenizer_json(byte_level(pre), "a sample")
    (folder / "tokenizer.json").write_text(content)
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", **settings}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return 1504


def pieces(folder: Path, prefix: bool) -> int:
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for text in corpus()[:40] for line in text.splitlines()),
        model_prefix=str(folder / "tokenizer"),
        model_type="bpe",
        vocab_size=900,
        byte_fallback=True,
        add_dummy_prefix=prefix,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        control_symbols=["<|endoftext|>"],  # which Phi-3 has
        minloglevel=2,
    )
    settings = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"add_bos_token": True, "legacy": True}))
    return 900


SIZES = dict(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2)
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32, beta_fast=32, beta_slow=1)
GROUPED = SIZES | dict(
    n_routed_experts=8,
    n_shared_experts=1,
    moe_intermediate_size=64,
    num_experts_per_tok=3,
    n_group=4,
    topk_group=2,
    first_k_dense_replace=1,
    max_position_embeddings=256,
)
LATENT = dict(
    num_key_value_heads=4, kv_lora_rank=32, q_lora_rank=48, qk_rope_head_dim=16, qk_nope_head_dim=32, v_head_dim=32
)
CASES: dict[str, dict[str, Any]] = {
    "llama": SIZES
    | dict(rope_scaling=LLAMA3 | dict(original_max_position_embeddings=8192), max_position_embeddings=65536),
    "mixtral": SIZES | dict(num_local_experts=4, num_experts_per_tok=2, sliding_window=None),
    "qwen2": SIZES | dict(tie_word_embeddings=True),
    "qwen3_moe": SIZES
    | dict(head_dim=32, num_experts=8, num_experts_per_tok=2, moe_intermediate_size=64, norm_topk_prob=True),
    "deepseek_v2": GROUPED | LATENT | dict(topk_method="greedy", n_group=1, topk_group=1),
    "deepseek_v3": GROUPED | LATENT | dict(rope_scaling=YARN | dict(mscale=0.7, mscale_all_dim=0.7)),
    "glm4_moe": GROUPED | dict(head_dim=32, use_qk_norm=True, num_nextn_predict_layers=0),
    "dots1": GROUPED | dict(head_dim=32, num_key_value_heads=4, sliding_window=None),
    "qwen2_moe": SIZES
    | dict(num_experts=8, num_experts_per_tok=2, moe_intermediate_size=64, shared_expert_intermediate_size=96),
    "olmoe": SIZES | dict(num_experts=8, num_experts_per_tok=2, num_key_value_heads=4),
    "granitemoe": SIZES
    | dict(num_local_experts=8, embedding_multiplier=3.0, logits_scaling=2.5, residual_multiplier=0.6)
    | dict(attention_multiplier=0.2),
    "gpt_oss": SIZES
    | dict(num_local_experts=8, num_experts_per_tok=2, head_dim=32, sliding_window=8)
    | dict(rope_parameters=dict(rope_type="default", rope_theta=10000.0)),
    "gemma2": SIZES | dict(head_dim=32, query_pre_attn_scalar=32, sliding_window=64),
    "gemma3_text": SIZES | dict(head_dim=32, query_pre_attn_scalar=32, sliding_window=64, num_hidden_layers=7),
    "olmo2": SIZES,
    "olmo": SIZES | dict(clip_qkv=1.0),
    "olmo3": SIZES | dict(num_hidden_layers=5, sliding_window=8),
    "starcoder2": SIZES,
    "smollm3": SIZES | dict(num_hidden_layers=5),
    "granite": SIZES
    | dict(embedding_multiplier=3.0, logits_scaling=2.5, residual_multiplier=0.6, attention_multiplier=0.2),
    "stablelm": SIZES | dict(use_qkv_bias=True),
    "exaone4": SIZES | dict(num_hidden_layers=64, sliding_window=8),
    "ernie4_5": SIZES | dict(head_dim=32),
    "cohere": SIZES,
    "cohere2": SIZES | dict(num_hidden_layers=5, sliding_window=8),
    "gpt_bigcode": dict(n_embd=64, n_layer=2, n_head=4, n_positions=256, activation_function="gelu"),
    "phi": SIZES | dict(num_key_value_heads=4),
    "falcon": dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, num_kv_heads=2)
    | dict(new_decoder_architecture=True),
    "bloom": dict(hidden_size=64, n_layer=2, n_head=4),
    "mpt": dict(d_model=64, n_layers=2, n_heads=4, max_seq_len=256),
    "glm": SIZES | dict(head_dim=16),
    "glm4": SIZES | dict(head_dim=32),
    "phi3": SIZES | dict(num_key_value_heads=4),
    "gpt2": dict(n_embd=64, n_layer=2, n_head=4, n_positions=256),
    "gpt_neox": dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128, rotary_pct=0.5),
}

PIECES = ("llama", "mixtral", "phi3", "gemma2", "gemma3_text")
"""Families whose tokenizers are SentencePiece's."""


def _closest(model: Any, family: str, seed: int, ids: torch.Tensor, known: int) -> float:
    """Gives the model weights by a seed; by how much, at the least, a token of its answer is ahead of all others.

    Where two are as good as equal, the order of a sum decides, which is another in llama.cpp. By nothing, where it says
    a token that is not among the ``known`` first, which the tokenizer has: llama.cpp makes up a name for that.
    """
    fill(model, seed, norms_at=0.0 if family.startswith("gemma") else 1.0)
    if family in PIECES and not model.config.tie_word_embeddings:
        # Bytes that are no text are decoded in two ways: none is written, as their logits are 0.
        with torch.no_grad():
            model.lm_head.weight[:260] = 0
    text = model.generate(ids, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False, eos_token_id=None)
    if int(text.max()) >= known:
        return 0.0
    with torch.no_grad():
        best = model(text).logits[0, ids.shape[1] - 1 : -1].topk(2).values
    return float((best[:, 0] - best[:, 1]).min())


@pytest.mark.parametrize("family", CASES)
def test_a_model_of_every_family_answers_as_here(family: str, tmp_path: Path) -> None:
    if family in PIECES:
        vocabulary = pieces(tmp_path, not family.startswith("gemma"))
    else:
        vocabulary = byte_tokens(tmp_path, "qwen2" if family.startswith("qwen") else "gpt-2")
    special = dict(bos_token_id=1, eos_token_id=2, pad_token_id=0)
    config = transformers.AutoConfig.for_model(family, **CASES[family] | special, vocab_size=vocabulary)
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    tokenizer = loadstone.AutoTokenizer.from_pretrained(tmp_path)
    ids = torch.tensor([tokenizer.encode(TEXT)])
    seed = 7
    while _closest(model, family, seed, ids, len(tokenizer)) < 0.005:
        seed += 1
    model.save_pretrained(tmp_path)
    loadstone.convert(tmp_path, tmp_path / "x.gguf", format="gguf", gguf_type="f32", verify=True)
    assert_same_answer(tmp_path / "x.gguf")


def test_a_trained_model_answers_as_here(smollm2: Path, tmp_path: Path) -> None:
    loadstone.convert(smollm2, tmp_path / "a", dtype="float16")
    for kind in ("f16", "q8_0"):
        path = tmp_path / f"{kind}.gguf"
        loadstone.convert(tmp_path / "a", path, format="gguf", gguf_type=kind, verify=True)
        assert_same_answer(path, "The capital of France is", 24)


def assert_same_vector(path: Path, text: str) -> None:
    """The mean of what is said of all tokens."""
    params: Any = xllamacpp.CommonParams()
    params.model.path, params.n_ctx, params.n_gpu_layers, params.warmup = str(path), 256, 0, False
    params.embedding, params.pooling_type = True, xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    said: Any = xllamacpp.Server(params).handle_embeddings({"input": text, "model": "x"})
    ids = loadstone.AutoTokenizer.from_pretrained(path).encode(text)
    with torch.no_grad():
        ours = loadstone.AutoModel.from_pretrained(path)(torch.tensor([ids])).last_hidden_state[0].mean(0)
    theirs = torch.tensor(said["data"][0]["embedding"])
    assert said["usage"]["prompt_tokens"] == len(ids)
    assert torch.nn.functional.cosine_similarity(ours, theirs, 0) > 0.99999


def test_a_sentence_encoder_embeds_as_here(minilm: Path, tmp_path: Path) -> None:
    loadstone.convert(minilm, tmp_path / "x.gguf", format="gguf", gguf_type="f32", verify=True)
    assert_same_vector(tmp_path / "x.gguf", "The cat sits on the mat; naïve!")


@pytest.mark.parametrize("family", ["nomic_bert", "jina_embeddings_v3", "camembert", "data2vec-text"])
def test_an_encoder_embeds_as_here(family: str, tmp_path: Path) -> None:
    kind = {"camembert": "xlm-roberta", "data2vec-text": "roberta"}.get(family, family)
    made, named = tokenizer_for(kind)
    put_tokenizer(tmp_path, kind)
    special = {f"{name}_id": made.token_to_id(token) for name, token in named.items() if name != "unk_token"}
    sizes = dict(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4)
    config = transformers.AutoConfig.for_model(family, **sizes, **special, vocab_size=made.get_vocab_size())
    model = transformers.AutoModel.from_config(config).eval()
    fill(model, 7, norms_at=1.0)
    model.save_pretrained(tmp_path)
    loadstone.convert(tmp_path, tmp_path / "x.gguf", format="gguf", gguf_type="f32", verify=True)
    assert_same_vector(tmp_path / "x.gguf", "a cat sits on the mat")
