"""What BART and its kin are given: texts padded on either side, each with two ends, and texts to be written."""

from __future__ import annotations

from typing import Any

import torch

PLAIN: dict[str, Any] = dict(
    vocab_size=37,
    d_model=16,
    encoder_layers=2,
    encoder_attention_heads=2,
    encoder_ffn_dim=20,
    decoder_layers=2,
    decoder_attention_heads=4,
    decoder_ffn_dim=24,
    max_position_embeddings=22,
    scale_embedding=True,
    pad_token_id=1,
    bos_token_id=0,
    eos_token_id=2,
    decoder_start_token_id=3,
    num_labels=3,
)
"""A tiny config."""

WIDE: dict[str, Any] = dict(vocab_size=160, d_model=96, encoder_ffn_dim=160, decoder_ffn_dim=160)
"""What of it is large where it is to tell how parameters start."""


def ids(*shape: int, seed: int) -> torch.Tensor:
    """Tokens that are none of the special ones."""
    return torch.randint(4, 37, shape, generator=torch.Generator().manual_seed(seed))


def numbers(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def read() -> dict[str, torch.Tensor]:
    """Two texts, the first padded on the right and the second on the left."""
    texts = ids(2, 9, seed=1)
    mask = torch.ones_like(texts)
    mask[0, 7:] = mask[1, :3] = 0
    texts[0, 2] = texts[0, 6] = texts[1, 5] = texts[1, 8] = 2
    texts[mask == 0] = 1
    return {"input_ids": texts, "attention_mask": mask}


def written() -> tuple[torch.Tensor, torch.Tensor]:
    """Two texts to be written, and the mask of what is not padding."""
    texts = ids(2, 6, seed=2)
    mask = torch.ones_like(texts)
    mask[0, 4:] = 0
    return texts, mask


def inputs(class_name: str, config: Any) -> dict[str, Any]:
    """A class → the arguments of a pass."""
    texts, mask = written()
    labels = torch.where(mask == 1, texts, -100)
    if class_name.endswith("ForCausalLM"):
        memory = {"encoder_hidden_states": numbers(2, 9, config.d_model, seed=3)}
        seen = {"encoder_attention_mask": read()["attention_mask"], "attention_mask": mask}
        return {"input_ids": texts, **memory, **seen, "labels": labels}
    if class_name.endswith("ForSequenceClassification"):
        return {**read(), "labels": torch.tensor([2, 0])}
    if class_name.endswith("ForQuestionAnswering"):
        return {**read(), "start_positions": torch.tensor([1, 2]), "end_positions": torch.tensor([3, 20])}
    if class_name.endswith("Model") and not class_name.endswith("MTModel"):
        return {**read(), "decoder_input_ids": texts, "decoder_attention_mask": mask}
    return {**read(), "labels": labels}


def prompt(class_name: str, config: Any) -> dict[str, Any]:
    """A class that writes → what it goes on from: of the decoder alone texts that are padded on the left."""
    if class_name.endswith("ForCausalLM"):
        texts, mask = written()
        return {"input_ids": torch.where(mask == 1, texts, 1).flip(1), "attention_mask": mask.flip(1)}
    return {**read(), "forced_bos_token_id": 7}
