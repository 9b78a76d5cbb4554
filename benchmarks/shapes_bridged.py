"""A checkpoint of a family that Loadstone does not have: transformers gives the class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shapes import nbytes_of


@dataclass(frozen=True)
class Phi:
    """The sizes of a Phi model; every matrix has a bias."""

    name: str
    hidden: int
    inner: int
    layers: int
    heads: int
    vocab: int
    shards: int = 2

    @property
    def nbytes(self) -> int:
        """Bytes of all weights in bfloat16."""
        return nbytes_of(self.tensors())

    def tensors(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Every stored name with its shape, in layer order."""
        hidden, inner = self.hidden, self.inner
        yield "model.embed_tokens.weight", (self.vocab, hidden)
        for index in range(self.layers):
            layer = f"model.layers.{index}."
            for name in ("q_proj", "k_proj", "v_proj", "dense"):
                yield from _pair(f"{layer}self_attn.{name}", (hidden, hidden))
            yield from _pair(layer + "mlp.fc1", (inner, hidden))
            yield from _pair(layer + "mlp.fc2", (hidden, inner))
            yield from _pair(layer + "input_layernorm", (hidden,))
        yield from _pair("model.final_layernorm", (hidden,))
        yield from _pair("lm_head", (self.vocab, hidden))

    def config(self) -> dict[str, object]:
        return {
            "architectures": ["PhiForCausalLM"],
            "hidden_act": "gelu_new",
            "hidden_size": self.hidden,
            "intermediate_size": self.inner,
            "layer_norm_eps": 1e-05,
            "max_position_embeddings": 2048,
            "model_type": "phi",
            "num_attention_heads": self.heads,
            "num_hidden_layers": self.layers,
            "num_key_value_heads": self.heads,
            "partial_rotary_factor": 0.5,
            "rope_theta": 10000.0,
            "tie_word_embeddings": False,
            "torch_dtype": "bfloat16",
            "vocab_size": self.vocab,
        }


PHI = Phi("phi-2gb", 2048, 8192, 16, 32, 51200)
QUICK_PHI = Phi("quick-phi-60mb", 512, 2048, 4, 8, 20480)


def _pair(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield name + ".weight", shape
    yield name + ".bias", shape[:1]
