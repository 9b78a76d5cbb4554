"""RoFormer."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily


def texts() -> dict[str, torch.Tensor]:
    """Two texts, the first padded on the left and the second on the right."""
    ids = torch.randint(4, 97, (2, 13), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[0, :3] = mask[1, 9:] = 0
    ids[mask == 0] = 0
    return {"input_ids": ids, "attention_mask": mask}


def inputs(class_name: str, config: Any) -> Inputs:
    """What a class of an encoder is given, with segments where it knows any."""
    given, place = texts(), torch.arange(13)
    if class_name.endswith("ForCausalLM"):  # before a text that is padded on the left are places that see nothing
        given = {name: value[1:].expand(2, 13).clone() for name, value in given.items()}
    if getattr(config, "type_vocab_size", 0) > 1:
        given["token_type_ids"] = (place > 6).long().expand(2, 13).clone()
    more: dict[str, dict[str, torch.Tensor]] = {
        "Model": {},
        "ForMaskedLM": {"labels": torch.where(place % 3 == 0, given["input_ids"], -100)},
        "ForCausalLM": {"labels": torch.where(given["attention_mask"] > 0, given["input_ids"], -100)},
        "ForSequenceClassification": {"labels": torch.tensor([1, 2])},
        "ForTokenClassification": {"labels": given["input_ids"] % 3},
        "ForQuestionAnswering": {"start_positions": torch.tensor([4, 2]), "end_positions": torch.tensor([6, 20])},
        "ForMultipleChoice": {"labels": torch.tensor([1, 0])},
    }
    given |= next(more[each] for each in sorted(more, key=len, reverse=True) if class_name.endswith(each))
    if class_name.endswith("ForMultipleChoice"):
        twice = {name: torch.stack((value, value.flip(0)), 1) for name, value in given.items() if value.dim() == 2}
        given |= twice
    return given


def prompt() -> Inputs:
    """The same texts, only the first of which is padded."""
    given = texts()
    return {name: torch.stack((value[0], value[1].roll(4))) for name, value in given.items()}


SIZES: dict[str, Any] = dict(
    vocab_size=97,
    hidden_size=24,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=19,
    max_position_embeddings=64,
    num_labels=3,
)

PARITY = ModalFamily(
    family="roformer",
    config="RoFormerConfig",
    plain=SIZES,
    inputs=inputs,
    main="RoFormerForMaskedLM",
    changes={"RoFormerForCausalLM": dict(is_decoder=True), "RoFormerForQuestionAnswering": dict(num_labels=2)},
    awkward={
        # Narrower embeddings, values that turn, two heads, a summary with a projection.
        "turned values": dict(
            embedding_size=10,
            rotary_value=True,
            num_attention_heads=2,
            hidden_act="relu",
            type_vocab_size=3,
            summary_use_proj=True,
            summary_activation="tanh",
            tie_word_embeddings=False,
            max_position_embeddings=17,
        ),
    },
    wide=dict(hidden_size=96, intermediate_size=160, embedding_size=64, max_position_embeddings=128),
    prompt=lambda class_name, config: prompt(),
)
