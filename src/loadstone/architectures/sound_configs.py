"""The keys of the families that read sound frame by frame, and checks of them: wav2vec 2.0's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures import declarations, speech
from loadstone.architectures.components.base import check_activation
from loadstone.architectures.decoders import divide
from loadstone.configs.keys import Refusal, Rule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

_MOST = 1 << 20
"""No width, kernel or step of a convolution is larger."""


class SoundConfig(speech.SpeechConfig):
    """The keys of all that read sound frame by frame. Defaults are those of wav2vec 2.0 base."""

    vocab_size: int | None = 32
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    hidden_dropout: float = 0.1
    activation_dropout: float = 0.1
    attention_dropout: float = 0.1
    feat_proj_dropout: float = 0.0
    final_dropout: float = 0.1
    layerdrop: float = 0.1
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-5
    ctc_loss_reduction: str = "sum"
    ctc_zero_infinity: bool = False
    pad_token_id: int | None = 0
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2

    positive: ClassVar[tuple[str, ...]] = (
        *speech.SpeechConfig.positive,
        *("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"),
    )
    refused: ClassVar[Mapping[str, Refusal]] = {
        **declarations.REFUSED,
        **declarations.WITHOUT_ROPE,
        "tie_last_hidden_states": Refusal((False,), "the last of hidden_states is the last layer's output"),
    }
    irrelevant: ClassVar[Mapping[str, str]] = {
        **declarations.IRRELEVANT,
        "is_decoder": "frames see each other, whatever is said",
        "tie_word_embeddings": "no text is read",
    }

    def check_together(self) -> None:
        divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)
        check_one_of(self, "ctc_loss_reduction", "sum", "mean", "none")
        check_activation(self.hidden_act)
        if "tdnn_dim" in self.fields():
            check_alike(self, "tdnn_dim", "tdnn_kernel", "tdnn_dilation")


class WaveformConfig(SoundConfig):
    """The keys of those that read it as it is sampled, too."""

    feat_extract_norm: str = "group"
    feat_extract_activation: str = "gelu"
    conv_dim: list[int] = [512] * 7
    conv_stride: list[int] = [5, 2, 2, 2, 2, 2, 2]  # noqa: RUF012
    conv_kernel: list[int] = [10, 3, 3, 3, 3, 2, 2]  # noqa: RUF012
    conv_bias: bool = False
    num_feat_extract_layers: int | None = None
    num_conv_pos_embeddings: int = 128
    num_conv_pos_embedding_groups: int = 16
    do_stable_layer_norm: bool = False

    positive: ClassVar[tuple[str, ...]] = (
        *SoundConfig.positive,
        *("num_conv_pos_embeddings", "num_conv_pos_embedding_groups"),
    )
    follows: ClassVar[Mapping[str, Rule]] = {
        "num_feat_extract_layers": Rule(lambda config, given: len(config.conv_dim)),
    }
    irrelevant: ClassVar[Mapping[str, str]] = {
        **SoundConfig.irrelevant,
        "num_feat_extract_layers": "conv_dim has one entry for each",
    }

    @property
    def inputs_to_logits_ratio(self) -> int:
        """How many samples there are to a frame."""
        return math.prod(self.conv_stride)

    def check_together(self) -> None:
        super().check_together()
        divide("hidden_size", self.hidden_size, "num_conv_pos_embedding_groups", self.num_conv_pos_embedding_groups)
        check_alike(self, "conv_dim", "conv_stride", "conv_kernel")
        if "feat_extract_norm" in self.fields():
            check_one_of(self, "feat_extract_norm", "group", "layer")
        check_activation(self.feat_extract_activation)


class SpeakerKeys(PretrainedConfig):
    """The keys of those that tell speakers apart."""

    tdnn_dim: list[int] = [512, 512, 512, 512, 1500]  # noqa: RUF012
    tdnn_kernel: list[int] = [5, 3, 3, 1, 1]  # noqa: RUF012
    tdnn_dilation: list[int] = [1, 2, 3, 1, 1]  # noqa: RUF012
    xvector_output_dim: int = 512


class SpeakerConfig(SpeakerKeys, WaveformConfig):
    """All of these together."""

    positive: ClassVar[tuple[str, ...]] = (*WaveformConfig.positive, "xvector_output_dim")
    follows: ClassVar[Mapping[str, Rule]] = WaveformConfig.follows
    refused: ClassVar[Mapping[str, Refusal]] = WaveformConfig.refused
    irrelevant: ClassVar[Mapping[str, str]] = WaveformConfig.irrelevant


class QuantizedConfig(PretrainedConfig):
    """The keys of those whose pretraining tells vectors of a codebook apart, too."""

    feat_quantizer_dropout: float = 0.0
    num_codevectors_per_group: int = 320
    num_codevector_groups: int = 2
    contrastive_logits_temperature: float = 0.1
    num_negatives: int = 100
    codevector_dim: int = 256
    proj_codevector_dim: int = 256
    diversity_loss_weight: float = 0.1

    positive: ClassVar[tuple[str, ...]] = (
        *("num_codevectors_per_group", "num_codevector_groups", "codevector_dim", "proj_codevector_dim"),
    )
    irrelevant: ClassVar[Mapping[str, str]] = {"num_negatives": "the caller draws them"}


class AdaptedConfig(PretrainedConfig):
    """The keys of those that may have convolutions after the layers, too."""

    add_adapter: bool = False
    adapter_kernel_size: int = 3
    adapter_stride: int = 2
    num_adapter_layers: int = 3
    output_hidden_size: int | None = None

    positive: ClassVar[tuple[str, ...]] = (
        *("adapter_kernel_size", "adapter_stride", "num_adapter_layers", "output_hidden_size"),
    )
    follows: ClassVar[Mapping[str, Rule]] = {
        "output_hidden_size": Rule(lambda config, given: given or config.hidden_size),
    }

    @property
    def adapter_padding(self) -> int:
        """How many zeros the adapter's convolutions have at each end."""
        return 1


def check_alike(config: Any, *names: str) -> None:
    """:class:`InvalidConfig` unless the keys are lists of sizes, with as many in each."""
    faults, lengths = [], {name: len(getattr(config, name)) for name in names}
    for name in names:
        sizes = getattr(config, name)
        if not sizes or min(sizes) < 1 or max(sizes) > _MOST:
            faults.append(Fault(f"config key {name!r}", f"sizes from 1 to {_MOST}", repr(sizes)))
    if len(set(lengths.values())) > 1:
        keys, found = ", ".join(map(repr, names)), ", ".join(map(str, lengths.values()))
        faults.append(Fault(f"config keys {keys}", "lists of one length", found))
    if faults:
        raise InvalidConfig(faults)


def check_one_of(config: Any, name: str, *allowed: str) -> None:
    """:class:`InvalidConfig` for a key that says something else."""
    if getattr(config, name) not in allowed:
        expected = " or ".join(map(repr, allowed))
        raise InvalidConfig([Fault(f"config key {name!r}", expected, repr(getattr(config, name)))])


def check_buckets(config: Any, buckets: str, distance: str) -> None:
    """:class:`InvalidConfig` where the buckets of distances leave none for those far away."""
    near = getattr(config, buckets) // 4
    if near < 1 or getattr(config, distance) <= near:
        found = f"{getattr(config, buckets)} and {getattr(config, distance)}"
        expected = "at least 4, and more than a quarter of that"
        raise InvalidConfig([Fault(f"config keys {buckets!r} and {distance!r}", expected, found)])


def said(config: Any, name: str, default: object) -> Any:
    """What a config says for a key; the default where its family has no such key."""
    return getattr(config, name) if name in config.fields() else default
