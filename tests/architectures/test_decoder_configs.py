"""What the configs of Llama's descendants say of their layers: windows, positions, and what files leave unsaid."""

from __future__ import annotations

from typing import Any

import pytest

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import find
from loadstone.architectures.registry import families
from loadstone.errors import InvalidConfig

SIZES = {"vocab_size": 99, "hidden_size": 32, "intermediate_size": 44, "num_attention_heads": 4}
SIZES |= {"num_key_value_heads": 2, "num_hidden_layers": 6}
FAMILIES = families()


def made(family: str, **changes: Any) -> Any:
    return FAMILIES[family].config.from_dict({**SIZES, **changes})


def layers(family: str, **changes: Any) -> str:
    """A letter for each layer: windowed or full; a capital where it has positions."""
    attentions = find(FAMILIES[family].heads[0].blueprint(made(family, **changes)), Attention)
    letters = ((("f" if each.window is None else "w"), each.rotary) for each in attentions)
    return "".join(letter if rotary is None else letter.upper() for letter, rotary in letters)


@pytest.mark.parametrize(
    ("family", "changes", "expected"),
    [
        ("olmo3", {}, "WWWFWW"),
        ("cohere2", {}, "WWWfWW"),
        ("cohere2", {"sliding_window_pattern": 2}, "WfWfWf"),
        ("exaone4", {}, "WWWfWW"),
        ("exaone4", {"sliding_window_pattern": "LG"}, "WfWfWf"),
        ("exaone4", {"sliding_window_pattern": "LLGL"}, "WWfWWf"),  # the last always sees all
        ("exaone4", {"sliding_window": None}, "FFFFFF"),
        ("exaone4", {"sliding_window_pattern": None, "sliding_window": None}, "FFFFFF"),
        ("smollm3", {}, "FFFfFF"),
        ("smollm3", {"no_rope_layer_interval": 3}, "FFfFFf"),
        ("smollm3", {"use_sliding_window": True, "sliding_window": 5}, "FFFwFF"),
        ("smollm3", {"no_rope_layers": [0, 1, 1, 1, 1, 1, 1, 1]}, "fFFFFF"),
        ("starcoder2", {"sliding_window": 5}, "WWWWWW"),
    ],
)
def test_layers_have_windows_and_positions_by_the_pattern(family: str, changes: dict[str, Any], expected: str) -> None:
    assert layers(family, **changes) == expected


def test_a_pattern_follows_the_number_of_layers() -> None:
    config = made("smollm3")
    config.num_hidden_layers = 9
    assert config.no_rope_layers == [1, 1, 1, 0, 1, 1, 1, 0, 1] and len(config.layer_types) == 9


def test_a_base_of_an_older_file_is_for_both_kinds_of_layers_and_its_scaling_for_one() -> None:
    scaling = {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 64}
    config = made("olmo3", rope_theta=700.0, rope_scaling=scaling)
    assert config.rope_parameters == {
        "full_attention": scaling | {"rope_theta": 700.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 700.0},
    }
    again = type(config).from_dict(config.to_dict())
    assert again.rope_parameters == config.rope_parameters
    own = {"sliding_attention": {"rope_type": "default", "rope_theta": 300.0}}
    assert made("olmo3", rope_parameters=own).rope_parameters["sliding_attention"]["rope_theta"] == 300.0
    assert made("olmo3").rope_parameters["sliding_attention"]["rope_theta"] == 500000.0


@pytest.mark.parametrize(
    ("family", "changes", "key"),
    [
        ("olmo", {"clip_qkv": -1.0}, "clip_qkv"),
        ("olmo3", {"layer_types": ["full_attention"]}, "layer_types"),
        ("smollm3", {"no_rope_layers": [1]}, "no_rope_layers"),
        ("smollm3", {"no_rope_layers": [3] * 6}, "no_rope_layers"),
        ("smollm3", {"no_rope_layer_interval": 0}, "no_rope_layer_interval"),
        ("granite", {"logits_scaling": 0}, "logits_scaling"),
        ("stablelm", {"head_dim": 12}, "hidden_size"),
        ("exaone4", {"sliding_window_pattern": "LLX"}, "sliding_window_pattern"),
        ("exaone4", {"sliding_window_pattern": -1}, "sliding_window_pattern"),
        ("cohere2", {"sliding_window": None}, "sliding_window"),
        ("helium", {"head_dim": 12}, "hidden_size"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(family: str, changes: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidConfig, match=f"config key '{key}'"):
        FAMILIES[family].heads[0].blueprint(made(family, **changes))
