"""mT5."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily


def texts() -> dict[str, torch.Tensor]:
    """Two texts, the first padded on the right and the second on the left, each with two ends."""
    ids = torch.randint(2, 97, (2, 13), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[0, 9:] = mask[1, :3] = 0
    ids[mask == 0] = 0
    ids[0, 2] = ids[0, 8] = ids[1, 5] = ids[1, 12] = 1
    return {"input_ids": ids, "attention_mask": mask}


def written() -> torch.Tensor:
    return torch.randint(2, 97, (2, 7), generator=torch.Generator().manual_seed(2))


def inputs(class_name: str, config: Any) -> Inputs:
    """What a class of a family that reads one text and writes another is given."""
    labels, mask = written(), torch.ones(2, 7, dtype=torch.int64)
    labels[1, 3:] = -100
    mask[0, 5:] = 0
    answers = {"start_positions": torch.tensor([1, 2]), "end_positions": torch.tensor([3, 20])}
    more: dict[str, dict[str, torch.Tensor]] = {
        "Model": {"decoder_input_ids": written(), "decoder_attention_mask": mask},
        "ForConditionalGeneration": {"labels": labels},
        "EncoderModel": {},
        "ForSequenceClassification": {"labels": torch.tensor([1, 2])},
        "ForTokenClassification": {"labels": texts()["input_ids"] % 3},
        "ForQuestionAnswering": answers,
    }
    return {**texts(), **next(more[each] for each in sorted(more, key=len, reverse=True) if class_name.endswith(each))}


SIZES: dict[str, Any] = dict(
    vocab_size=97,
    d_model=24,
    d_kv=5,
    d_ff=19,
    num_layers=2,
    num_heads=3,
    relative_attention_num_buckets=9,
    relative_attention_max_distance=11,
    dropout_rate=0.0,
    num_labels=3,
)
AWKWARD = {"plain feed-forward": dict(feed_forward_proj="relu", num_layers=1, num_decoder_layers=2, num_heads=2)}


def kin(family: str, stem: str) -> ModalFamily:
    """A family with the modules of T5."""
    return ModalFamily(
        family=family,
        config=f"{stem}Config",
        plain=SIZES,
        inputs=inputs,
        main=f"{stem}ForConditionalGeneration",
        awkward=AWKWARD,
        changes={f"{stem}ForQuestionAnswering": dict(num_labels=2)},
        # An encoder looks at no other: transformers gives an empty tuple of such attentions.
        unlike={f"{stem}EncoderModel": ("cross_attentions",), f"{stem}ForTokenClassification": ("cross_attentions",)},
        wide=dict(
            d_model=96,
            d_kv=16,
            d_ff=120,
            num_heads=6,
            relative_attention_num_buckets=32,
            relative_attention_max_distance=128,
        ),
        prompt=lambda class_name, config: texts(),
    )


PARITY = kin("mt5", "MT5")
