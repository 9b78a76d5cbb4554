"""Checkpoints whose layers hold many experts, each expert under names of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shapes import nbytes_of

_COMMON: dict[str, object] = {
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "initializer_range": 0.02,
    "max_position_embeddings": 2048,
    "rms_norm_eps": 1e-05,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "use_cache": True,
}


@dataclass(frozen=True)
class Experts:
    """The sizes of a mixture of experts. ``inner`` is the width of one expert."""

    name: str
    hidden: int
    inner: int
    layers: int
    experts: int
    heads: int
    kv_heads: int
    vocab: int
    shards: int = 1

    @property
    def nbytes(self) -> int:
        """Bytes of all weights in bfloat16."""
        return nbytes_of(self.tensors())

    def tensors(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Every stored name with its shape, in layer order."""
        yield "model.embed_tokens.weight", (self.vocab, self.hidden)
        for index in range(self.layers):
            yield from self._layer(f"model.layers.{index}.")
        yield "model.norm.weight", (self.hidden,)
        yield "lm_head.weight", (self.vocab, self.hidden)

    def _layer(self, layer: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        hidden, head = self.hidden, self.hidden // self.heads
        for name, heads in (("q_proj", self.heads), ("k_proj", self.kv_heads), ("v_proj", self.kv_heads)):
            yield f"{layer}self_attn.{name}.weight", (heads * head, hidden)
        yield layer + "self_attn.o_proj.weight", (hidden, self.heads * head)
        yield layer + "input_layernorm.weight", (hidden,)
        yield layer + "post_attention_layernorm.weight", (hidden,)

    def _experts(self, block: str, names: tuple[str, str, str]) -> Iterator[tuple[str, tuple[int, ...]]]:
        """A router and its experts; ``names`` are those of the gate, the way back and the way up."""
        gate, down, up = names
        yield block + "gate.weight", (self.experts, self.hidden)
        for expert in range(self.experts):
            yield f"{block}experts.{expert}.{gate}.weight", (self.inner, self.hidden)
            yield f"{block}experts.{expert}.{down}.weight", (self.hidden, self.inner)
            yield f"{block}experts.{expert}.{up}.weight", (self.inner, self.hidden)

    def _sizes(self) -> dict[str, object]:
        return _COMMON | {
            "hidden_size": self.hidden,
            "num_attention_heads": self.heads,
            "num_experts_per_tok": 2,
            "num_hidden_layers": self.layers,
            "num_key_value_heads": self.kv_heads,
            "vocab_size": self.vocab,
        }


class Mixtral(Experts):
    """Few experts, large ones."""

    def _layer(self, layer: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield from super()._layer(layer)
        yield from self._experts(layer + "block_sparse_moe.", ("w1", "w2", "w3"))

    def config(self) -> dict[str, object]:
        return self._sizes() | {
            "architectures": ["MixtralForCausalLM"],
            "intermediate_size": self.inner,
            "model_type": "mixtral",
            "num_local_experts": self.experts,
            "sliding_window": None,
        }


class Qwen3Moe(Experts):
    """Many experts, small ones; queries and keys have a norm."""

    def _layer(self, layer: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield from super()._layer(layer)
        for name in ("q_norm", "k_norm"):
            yield f"{layer}self_attn.{name}.weight", (self.hidden // self.heads,)
        yield from self._experts(layer + "mlp.", ("gate_proj", "down_proj", "up_proj"))

    def config(self) -> dict[str, object]:
        return self._sizes() | {
            "architectures": ["Qwen3MoeForCausalLM"],
            "decoder_sparse_step": 1,
            "head_dim": self.hidden // self.heads,
            "intermediate_size": self.inner,
            "mlp_only_layers": [],
            "model_type": "qwen3_moe",
            "moe_intermediate_size": self.inner,
            "norm_topk_prob": True,
            "num_experts": self.experts,
        }


MIXTRAL = Mixtral("mixtral-8x8", 1024, 1792, 8, 8, 16, 4, 32000, shards=3)
QWEN3_MOE = Qwen3Moe("qwen3-moe-48x128", 64, 32, 48, 128, 4, 1, 2048)
QUICK_MIXTRAL = Mixtral("quick-mixtral", 256, 448, 4, 8, 4, 2, 4096, shards=2)
QUICK_QWEN3_MOE = Qwen3Moe("quick-qwen3-moe", 64, 32, 4, 32, 4, 1, 512)
