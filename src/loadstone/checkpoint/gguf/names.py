"""How llama.cpp names what the Hub's checkpoints hold: one entry for each architecture of GGUF that a family here has.

Data alone: which tensor is which, what was done to it, and which config keys follow from the file's. Sources:
``gguf-py/gguf/constants.py`` and ``tensor_mapping.py``, and ``convert_hf_to_gguf.py`` of
https://github.com/ggml-org/llama.cpp, as of ``gguf`` 0.19.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from loadstone.checkpoint.gguf import configs
from loadstone.checkpoint.gguf import decoder_configs as decoders
from loadstone.checkpoint.gguf import expert_configs as experts
from loadstone.checkpoint.gguf import older_decoder_configs as older
from loadstone.checkpoint.gguf.architecture import GgufArchitecture, Quirk
from loadstone.checkpoint.gguf.metadata import Facts, Values
from loadstone.errors import UnknownModelType

_OUTER = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_ATTENTION = {f"attn_{name}": f"self_attn.{name}_proj" for name in "qkv"} | {"attn_output": "self_attn.o_proj"}
_GATED = {f"ffn_{name}": f"mlp.{name}_proj" for name in ("gate", "up", "down")}
_PRE_NORMS = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
_HEAD_NORMS = {"attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"}
_POST_NORMS = {
    "post_attention_norm": "post_attention_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
}
_PAIRED: dict[str, Quirk] = {"attn_q": "paired", "attn_k": "paired"}


def _stacked(stem: str) -> dict[str, tuple[str, int, int]]:
    return {
        "ffn_gate_exps": (f"{stem}.experts.gate_up_proj", 0, 2),
        "ffn_up_exps": (f"{stem}.experts.gate_up_proj", 1, 2),
        "ffn_down_exps": (f"{stem}.experts.down_proj", 0, 1),
    }


def _plus_one(*names: str) -> dict[str, Quirk]:
    return dict.fromkeys(names, "plus one")


_QWEN2 = GgufArchitecture(configs.qwen2, _OUTER, "model.layers", _ATTENTION | _GATED | _PRE_NORMS)
_LLAMA = replace(_QWEN2, config=configs.llama, quirks=_PAIRED, read=("rope_freqs.weight",))
_MIXTRAL = replace(
    _LLAMA,
    layer=_ATTENTION
    | _PRE_NORMS
    | {"ffn_gate_inp": "block_sparse_moe.gate"}
    # Files from before experts were stacked.
    | {
        f"ffn_{name}.{number}": f"block_sparse_moe.experts.{number}.{to}"
        for number in range(8)
        for name, to in (("gate", "w1"), ("down", "w2"), ("up", "w3"))
    },
    experts=_stacked("block_sparse_moe"),
)
_GEMMA = replace(_QWEN2, config=configs.gemma, quirks=_plus_one("attn_norm", "ffn_norm", "output_norm"))
_GEMMA2 = replace(
    _GEMMA,
    config=configs.gemma2,
    layer=_ATTENTION | _GATED | _POST_NORMS | {"attn_norm": "input_layernorm", "ffn_norm": "pre_feedforward_layernorm"},
    quirks=_plus_one("attn_norm", "ffn_norm", "output_norm", *_POST_NORMS),
)
_BERT = GgufArchitecture(
    configs.bert,
    outer={
        "token_embd": "embeddings.word_embeddings",
        "position_embd": "embeddings.position_embeddings",
        "token_types": "embeddings.token_type_embeddings",
        "token_embd_norm": "embeddings.LayerNorm",
        "cls.output": "classifier",
    },
    layers="encoder.layer",
    layer={
        "attn_q": "attention.self.query",
        "attn_k": "attention.self.key",
        "attn_v": "attention.self.value",
        "attn_output": "attention.output.dense",
        "attn_output_norm": "attention.output.LayerNorm",
        "ffn_up": "intermediate.dense",
        "ffn_down": "output.dense",
        "layer_output_norm": "output.LayerNorm",
    },
)
_ROBERTA = replace(
    _BERT,
    config=configs.roberta,
    outer=_BERT.outer | {"cls": "classifier.dense", "cls.output": "classifier.out_proj"},
    quirks={"position_embd": "below"},
)
_DISTILBERT = replace(
    _BERT,
    config=configs.distilbert,
    outer=_BERT.outer | {"cls": "pre_classifier"},
    layers="transformer.layer",
    layer={
        "attn_q": "attention.q_lin",
        "attn_k": "attention.k_lin",
        "attn_v": "attention.v_lin",
        "attn_output": "attention.out_lin",
        "attn_output_norm": "sa_layer_norm",
        "ffn_up": "ffn.lin1",
        "ffn_down": "ffn.lin2",
        "layer_output_norm": "output_layer_norm",
    },
)
_NOMIC_BERT = GgufArchitecture(
    configs.nomic_bert,
    outer={
        "token_embd": "embeddings.word_embeddings",
        "token_types": "embeddings.token_type_embeddings",
        "token_embd_norm": "emb_ln",
    },
    layers="encoder.layers",
    layer={
        "attn_qkv": "attn.Wqkv",
        "attn_output": "attn.out_proj",
        "attn_output_norm": "norm1",
        "ffn_gate": "mlp.fc12",
        "ffn_up": "mlp.fc11",
        "ffn_down": "mlp.fc2",
        "layer_output_norm": "norm2",
    },
)
_JINA_BERT_V3 = replace(
    _NOMIC_BERT,
    config=configs.jina_embeddings_v3,
    layer={
        "attn_qkv": "mixer.Wqkv",
        "attn_output": "mixer.out_proj",
        "attn_output_norm": "norm1",
        "ffn_up": "mlp.fc1",
        "ffn_down": "mlp.fc2",
        "layer_output_norm": "norm2",
    },
)
_GPT2 = GgufArchitecture(
    configs.gpt2,
    outer={
        "token_embd": "transformer.wte",
        "position_embd": "transformer.wpe",
        "output_norm": "transformer.ln_f",
        "output": "lm_head",
    },
    layers="transformer.h",
    layer={
        "attn_norm": "ln_1",
        "attn_qkv": "attn.c_attn",
        "attn_output": "attn.c_proj",
        "ffn_norm": "ln_2",
        "ffn_up": "mlp.c_fc",
        "ffn_down": "mlp.c_proj",
    },
    quirks=dict.fromkeys(("attn_qkv", "attn_output", "ffn_up", "ffn_down"), "turned"),
)
_FALCON = GgufArchitecture(
    older.falcon,
    outer={"token_embd": "transformer.word_embeddings", "output_norm": "transformer.ln_f", "output": "lm_head"},
    layers="transformer.h",
    layer={
        "attn_norm": "input_layernorm",
        "attn_qkv": "self_attention.query_key_value",
        "attn_output": "self_attention.dense",
        "ffn_up": "mlp.dense_h_to_4h",
        "ffn_down": "mlp.dense_4h_to_h",
    },
    quirks={"attn_qkv": "sorted"},
)
_FALCON_TWO_NORMS = replace(_FALCON, layer=_FALCON.layer | {"attn_norm": "ln_mlp", "attn_norm_2": "ln_attn"})


def _t5(facts: Facts) -> GgufArchitecture:
    return _T5_GATED if any(name.endswith(".ffn_gate.weight") for name in facts.shapes) else _T5


def _t5_names(gated: bool) -> GgufArchitecture:
    """T5, with a gate or without."""
    up = {"ffn_gate": "wi_0", "ffn_up": "wi_1"} if gated else {"ffn_up": "wi"}
    maps = (*((f"attn_{name}", name) for name in "qkvo"), ("attn_rel_b", "relative_attention_bias"))

    def layer(*crossed: str) -> dict[str, str]:
        last = 1 + len(crossed)
        steps = {theirs: f"layer.0.SelfAttention.{ours}" for theirs, ours in maps} | {"attn_norm": "layer.0.layer_norm"}
        for prefix in crossed:
            steps |= {f"{prefix}{theirs}": f"layer.1.EncDecAttention.{ours}" for theirs, ours in maps}
            steps[f"{prefix}attn_norm"] = "layer.1.layer_norm"
        network = {theirs: f"layer.{last}.DenseReluDense.{ours}" for theirs, ours in (up | {"ffn_down": "wo"}).items()}
        return steps | network | {"ffn_norm": f"layer.{last}.layer_norm"}

    return GgufArchitecture(
        configs.t5,
        outer={
            "token_embd": "shared",
            "enc.output_norm": "encoder.final_layer_norm",
            "dec.output_norm": "decoder.final_layer_norm",
            "output": "lm_head",
        },
        layers="",
        layer={},
        stacks={"enc.blk.": ("encoder.block", layer()), "dec.blk.": ("decoder.block", layer("cross_"))},
    )


_T5, _T5_GATED = _t5_names(False), _t5_names(True)


def _llama(facts: Facts) -> GgufArchitecture:
    return _MIXTRAL if facts.number("expert_count", 0) else _LLAMA


_CORRECTION = {"exp_probs_b.bias": "mlp.gate.e_score_correction_bias"}
_SHARED = {f"ffn_{name}_shexp": f"mlp.shared_experts.{name}_proj" for name in ("gate", "up", "down")}
_GROUPED = replace(
    _QWEN2,
    config=experts.dots1,
    layer=_QWEN2.layer | _HEAD_NORMS | _SHARED | {"ffn_gate_inp": "mlp.gate"},
    experts=_stacked("mlp"),
    whole=_CORRECTION,
)
_DEEPSEEK_V2 = replace(
    _GROUPED,
    config=experts.deepseek_v2,
    layer=_GATED
    | _PRE_NORMS
    | _SHARED
    | {
        "attn_q": "self_attn.q_proj",
        "attn_q_a": "self_attn.q_a_proj",
        "attn_q_a_norm": "self_attn.q_a_layernorm",
        "attn_q_b": "self_attn.q_b_proj",
        "attn_kv_a_mqa": "self_attn.kv_a_proj_with_mqa",
        "attn_kv_a_norm": "self_attn.kv_a_layernorm",
        "attn_kv_b": "self_attn.kv_b_proj",
        "attn_output": "self_attn.o_proj",
        "ffn_gate_inp": "mlp.gate",
    },
    by_head={"attn_k_b": ("self_attn.kv_b_proj", True), "attn_v_b": ("self_attn.kv_b_proj", False)},
    whole={},
)
_DEEPSEEK_V3 = replace(_DEEPSEEK_V2, config=experts.deepseek_v3, whole=_CORRECTION)


def _deepseek(facts: Facts) -> GgufArchitecture:
    return _DEEPSEEK_V3 if experts.is_corrected(facts) else _DEEPSEEK_V2


_OLMO2 = replace(_QWEN2, config=configs.olmo2, layer=_ATTENTION | _GATED | _HEAD_NORMS | _POST_NORMS)
_OLMO3 = replace(_OLMO2, config=decoders.olmo3)
_COMMAND_R = replace(_QWEN2, config=decoders.cohere, layer=_ATTENTION | _GATED | {"attn_norm": "input_layernorm"})
_CHATGLM = replace(
    _QWEN2,
    config=decoders.glm,
    # What is fused here, and in old files queries, keys and values, too.
    layer=_ATTENTION
    | _PRE_NORMS
    | {"ffn_up": "mlp.gate_up_proj", "ffn_down": "mlp.down_proj", "attn_qkv": "self_attn.qkv_proj"},
    read=("rope_freqs.weight",),
)


def _falcon(facts: Facts) -> GgufArchitecture:
    return _FALCON_TWO_NORMS if "blk.0.attn_norm_2.weight" in facts.shapes else _FALCON


def _olmo2(facts: Facts) -> GgufArchitecture:
    """Two generations share a name; only the third has windows."""
    return _OLMO3 if facts.number("attention.sliding_window", 0) else _OLMO2


def _bert(facts: Facts) -> GgufArchitecture:
    """BERT and models like it share a name; the tokenizer and the segments tell them apart."""
    if facts.metadata.get("tokenizer.ggml.model") in ("gpt2", "t5"):
        return _ROBERTA
    return _BERT if "token_types.weight" in facts.shapes else _DISTILBERT


_ARCHITECTURES: dict[str, GgufArchitecture | Callable[[Facts], GgufArchitecture]] = {
    "llama": _llama,
    "qwen2": _QWEN2,
    "qwen3": replace(_QWEN2, config=configs.qwen3, layer=_QWEN2.layer | _HEAD_NORMS),
    "qwen3moe": replace(
        _QWEN2,
        config=configs.qwen3_moe,
        layer=_QWEN2.layer | _HEAD_NORMS | {"ffn_gate_inp": "mlp.gate"},
        experts=_stacked("mlp"),
    ),
    "qwen2moe": replace(
        _QWEN2,
        config=experts.qwen2_moe,
        layer=_QWEN2.layer
        | {f"ffn_{name}_shexp": f"mlp.shared_expert.{name}_proj" for name in ("gate", "up", "down")}
        | {"ffn_gate_inp": "mlp.gate", "ffn_gate_inp_shexp": "mlp.shared_expert_gate"},
        experts=_stacked("mlp"),
        quirks={"ffn_gate_inp_shexp": "row"},
    ),
    "olmoe": replace(
        _QWEN2,
        config=experts.olmoe,
        layer=_ATTENTION | _PRE_NORMS | _HEAD_NORMS | {"ffn_gate_inp": "mlp.gate"},
        experts=_stacked("mlp"),
    ),
    "granitemoe": replace(
        _LLAMA,
        config=experts.granitemoe,
        layer=_ATTENTION | _PRE_NORMS | {"ffn_gate_inp": "block_sparse_moe.router.layer"},
        experts=_stacked("block_sparse_moe"),
    ),
    "gpt-oss": replace(
        _QWEN2,
        config=experts.gpt_oss,
        layer=_ATTENTION
        | {"attn_norm": "input_layernorm", "post_attention_norm": "post_attention_layernorm"}
        | {"ffn_gate_inp": "mlp.router"},
        experts=_stacked("mlp")
        | {f"{theirs}.bias": (f"{ours}_bias", part, parts) for theirs, (ours, part, parts) in _stacked("mlp").items()}
        | {"attn_sinks": ("self_attn.sinks", 0, 1)},
        quirks={"ffn_gate_exps": "by turns", "ffn_up_exps": "by turns", "ffn_down_exps": "turned"},
    ),
    "gemma": _GEMMA,
    "gemma2": _GEMMA2,
    "gemma3": replace(
        _GEMMA2,
        config=configs.gemma3,
        layer=_GEMMA2.layer | _HEAD_NORMS,
        quirks=_GEMMA2.quirks | _plus_one(*_HEAD_NORMS),
    ),
    "olmo": replace(
        _QWEN2,
        config=decoders.olmo,
        outer={name: to for name, to in _OUTER.items() if name != "output_norm"},
        layer=_ATTENTION | _GATED,
        quirks=_PAIRED,
    ),
    "olmo2": _olmo2,
    "starcoder2": replace(
        _QWEN2,
        config=decoders.starcoder2,
        layer=_ATTENTION | _PRE_NORMS | {"ffn_up": "mlp.c_fc", "ffn_down": "mlp.c_proj"},
    ),
    "smollm3": replace(_LLAMA, config=decoders.smollm3),
    "granite": replace(_LLAMA, config=decoders.granite),
    "stablelm": replace(_QWEN2, config=decoders.stablelm),
    "exaone4": replace(_OLMO2, config=decoders.exaone4, read=("rope_freqs.weight",)),
    "ernie4_5": replace(_QWEN2, config=decoders.ernie4_5),
    "deepseek2": _deepseek,
    "glm4moe": replace(
        _GROUPED,
        config=experts.glm4_moe,
        layer={name: hub for name, hub in _GROUPED.layer.items() if name != "ffn_norm"}
        | {"post_attention_norm": "post_attention_layernorm"},
    ),
    "dots1": _GROUPED,
    "command-r": replace(_COMMAND_R, layer=_COMMAND_R.layer | _HEAD_NORMS),
    "cohere2": replace(_COMMAND_R, config=decoders.cohere2),
    "chatglm": _CHATGLM,
    "glm4": replace(
        _CHATGLM,
        config=decoders.glm4,
        layer=_CHATGLM.layer
        | {"post_attention_norm": "post_self_attn_layernorm", "post_ffw_norm": "post_mlp_layernorm"},
    ),
    "phi3": replace(
        _QWEN2,
        config=configs.phi3,
        layer=_PRE_NORMS
        | _ATTENTION
        | {"attn_qkv": "self_attn.qkv_proj", "ffn_up": "mlp.gate_up_proj", "ffn_down": "mlp.down_proj"},
        read=("rope_factors_long.weight", "rope_factors_short.weight"),
    ),
    "gpt2": _GPT2,
    "starcoder": replace(_GPT2, config=older.gpt_bigcode, quirks={}),
    "phi2": GgufArchitecture(
        older.phi,
        outer=_OUTER | {"output_norm": "model.final_layernorm"},
        layers="model.layers",
        layer=_ATTENTION
        | {"attn_norm": "input_layernorm", "attn_output": "self_attn.dense"}
        | {"attn_qkv": "self_attn.qkv_proj"}  # in files made of Microsoft's own code
        | {"ffn_up": "mlp.fc1", "ffn_down": "mlp.fc2"},
    ),
    "falcon": _falcon,
    "bloom": replace(
        _FALCON,
        config=older.bloom,
        outer=_FALCON.outer | {"token_embd_norm": "transformer.word_embeddings_layernorm"},
        layer=_FALCON.layer | {"ffn_norm": "post_attention_layernorm"},
    ),
    "mpt": GgufArchitecture(
        older.mpt,
        outer=_GPT2.outer | {"output_norm": "transformer.norm_f"},
        layers="transformer.blocks",
        layer={
            "attn_norm": "norm_1",
            "attn_qkv": "attn.Wqkv",
            "attn_output": "attn.out_proj",
            "ffn_norm": "norm_2",
            "ffn_up": "ffn.up_proj",
            "ffn_down": "ffn.down_proj",
        },
    ),
    "gptneox": GgufArchitecture(
        configs.gpt_neox,
        outer={"token_embd": "gpt_neox.embed_in", "output_norm": "gpt_neox.final_layer_norm", "output": "embed_out"},
        layers="gpt_neox.layers",
        layer={
            "attn_norm": "input_layernorm",
            "attn_qkv": "attention.query_key_value",
            "attn_output": "attention.dense",
            "ffn_norm": "post_attention_layernorm",
            "ffn_up": "mlp.dense_h_to_4h",
            "ffn_down": "mlp.dense_4h_to_h",
        },
        quirks={"attn_qkv": "sorted"},
    ),
    "bert": _bert,
    "nomic-bert": _NOMIC_BERT,
    "jina-bert-v3": _JINA_BERT_V3,
    "t5": _t5,
    "modern-bert": GgufArchitecture(
        configs.modernbert,
        outer={
            "token_embd": "model.embeddings.tok_embeddings",
            "token_embd_norm": "model.embeddings.norm",
            "output_norm": "model.final_norm",
            "cls": "head.dense",
            "cls.norm": "head.norm",
            "cls.output": "classifier",
        },
        layers="model.layers",
        layer={
            "attn_norm": "attn_norm",
            "attn_qkv": "attn.Wqkv",
            "attn_output": "attn.Wo",
            "ffn_norm": "mlp_norm",
            "ffn_up": "mlp.Wi",
            "ffn_down": "mlp.Wo",
        },
    ),
}
"""``general.architecture`` → what it is here."""

_WRITTEN: dict[str, tuple[str, GgufArchitecture]] = {
    **dict.fromkeys(("llama", "mistral"), ("llama", _LLAMA)),
    "mixtral": ("llama", _MIXTRAL),
    "deepseek_v2": ("deepseek2", _DEEPSEEK_V2),
    "deepseek_v3": ("deepseek2", _DEEPSEEK_V3),
    "olmo2": ("olmo2", _OLMO2),
    "olmo3": ("olmo2", _OLMO3),
    "bert": ("bert", _BERT),
    **dict.fromkeys(configs.ROBERTAS, ("bert", _ROBERTA)),
    "distilbert": ("bert", _DISTILBERT),
    "t5": ("t5", _T5),
    "falcon": ("falcon", _FALCON),
}
"""Model type → ``general.architecture``, and what it is here, where one name stands for several families."""
_OTHER_NAMES = {
    "cohere": "command-r",
    "gemma3_text": "gemma3",
    "glm": "chatglm",
    "glm4_moe": "glm4moe",
    "gpt_bigcode": "starcoder",
    "gpt_neox": "gptneox",
    "gpt_oss": "gpt-oss",
    "jina_embeddings_v3": "jina-bert-v3",
    "modernbert": "modern-bert",
    "nomic_bert": "nomic-bert",
    "phi": "phi2",
    "qwen2_moe": "qwen2moe",
    "qwen3_moe": "qwen3moe",
}


def written_architecture(config: Values) -> tuple[str, GgufArchitecture] | None:
    """``general.architecture`` of a family's files, and what is where in them; None where llama.cpp has no name for it.

    ``config``: all of one, defaults too.
    """
    model_type = str(config["model_type"])
    if model_type == "t5" and str(config["feed_forward_proj"]).startswith("gated"):
        return "t5", _T5_GATED
    if model_type == "falcon" and config["new_decoder_architecture"] and config.get("num_ln_in_parallel_attn") != 1:
        return "falcon", _FALCON_TWO_NORMS
    if model_type in _WRITTEN:
        return _WRITTEN[model_type]
    name = _OTHER_NAMES.get(model_type, model_type)
    found = _ARCHITECTURES.get(name)
    return (name, found) if isinstance(found, GgufArchitecture) and model_type in configs.CLASS_NAMES else None


def architecture(name: object) -> Callable[[Facts], GgufArchitecture]:
    """What tells how files of an architecture are to be read; :class:`UnknownModelType` lists those that are known."""
    architecture = _ARCHITECTURES.get(name) if isinstance(name, str) else None
    if architecture is None:
        raise UnknownModelType(
            f"general.architecture {name!r} is of no family that Loadstone knows. Known: {', '.join(_ARCHITECTURES)}."
        )
    return architecture if callable(architecture) else lambda facts: architecture
