"""One tiny model of a few families twice, Loadstone's and transformers', whose texts are compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers

import loadstone

NEW = 8
IDS = torch.tensor([[0, 0, 7, 8, 9, 7, 8], [11, 12, 13, 11, 12, 13, 11], [0, 5, 6, 5, 6, 5, 6]])
PADDED = {"input_ids": IDS, "attention_mask": (IDS != 0).long()}
READ = torch.tensor([[7, 8, 9, 7, 8, 0, 0], [11, 12, 13, 11, 12, 13, 11], [5, 6, 5, 6, 5, 6, 0]])
ASKED = {"input_ids": READ, "attention_mask": (READ != 0).long()}

CONFIGS: dict[str, Any] = {
    "llama": lambda: transformers.LlamaConfig(
        vocab_size=37, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    ),
    "gpt2": lambda: transformers.GPT2Config(
        vocab_size=37, n_embd=16, n_layer=2, n_head=4, n_positions=64, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    ),
    "mamba": lambda: transformers.MambaConfig(
        vocab_size=37, hidden_size=16, state_size=4, num_hidden_layers=2, pad_token_id=0, eos_token_id=2,
    ),
    "t5": lambda: transformers.T5Config(
        vocab_size=37, d_model=16, d_kv=4, d_ff=24, num_layers=2, num_heads=4, decoder_start_token_id=0, eos_token_id=2,
    ),
}  # fmt: skip


class Pair:
    """One model twice, and what it reads."""

    def __init__(self, family: str, folder: Path) -> None:
        config = CONFIGS[family]()
        torch.manual_seed(0)
        self.asks = config.is_encoder_decoder
        auto = "AutoModelForSeq2SeqLM" if self.asks else "AutoModelForCausalLM"
        model = getattr(transformers, auto).from_config(config)
        for parameter in model.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.4)
        model.save_pretrained(folder)
        options = {} if family == "mamba" else {"attn_implementation": "eager"}
        self.theirs = getattr(transformers, auto).from_pretrained(folder, **options).eval()
        self.ours = getattr(loadstone, auto).from_pretrained(folder, **options).eval()
        self.inputs = ASKED if self.asks else PADDED
        self.folder, self.others = folder, {"torch": self.ours}

    def of(self, framework: str) -> Any:
        """The model in a framework, loaded once."""
        if framework not in self.others:
            auto = "AutoModelForSeq2SeqLM" if self.asks else "AutoModelForCausalLM"
            auto = {"flax": "Flax", "tensorflow": "TF"}[framework] + auto
            self.others[framework] = getattr(loadstone, auto).from_pretrained(self.folder)
        return self.others[framework]

    def agree(self, seed: int = 0, **options: Any) -> Any:
        """Both texts are alike; ours."""
        given = {"max_new_tokens": NEW, "eos_token_id": None, **self.inputs, **options}
        texts = []
        for model in (self.theirs, self.ours):
            torch.manual_seed(seed)
            texts.append(model.generate(**given))
        theirs, ours = texts
        assert ours.tolist() == theirs.tolist(), options
        return ours


class Pairs:
    """The pairs of a session, each made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, Pair] = {}

    def __call__(self, family: str) -> Pair:
        if family not in self.made:
            self.made[family] = Pair(family, self.folder / family)
        return self.made[family]
