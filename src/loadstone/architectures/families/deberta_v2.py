"""DeBERTa 2 and 3: disentangled attention over buckets of distances."""

from __future__ import annotations

from loadstone.architectures import disentangled, encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.disentangled import ConvolutionBeside, DisentangledAttention
from loadstone.architectures.components.leaves import Conv
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.errors import Fault

_MOST_BUCKETS = 1 << 16  # 256 in every model that there is


class DebertaV2Config(disentangled.DisentangledConfig):
    """The keys of a DeBERTa model of version 2 or 3. Defaults are those of DeBERTa 2 xlarge."""

    model_type = "deberta-v2"

    vocab_size: int = 128100
    hidden_size: int = 1536
    num_hidden_layers: int = 24
    num_attention_heads: int = 24
    intermediate_size: int = 6144
    attention_head_size: int | None = None
    position_buckets: int = -1
    share_att_key: bool = False
    norm_rel_ebd: str = "none"
    conv_kernel_size: int = 0
    conv_groups: int = 1
    conv_act: str = "tanh"

    @property
    def head_width(self) -> int:
        return self.attention_head_size or super().head_width

    def _faults(self) -> list[Fault]:
        faults, width = super()._faults(), self.hidden_size
        if self.num_attention_heads * self.head_width != width:
            expected = f"hidden_size / num_attention_heads = {width // self.num_attention_heads}"
            faults.append(Fault("config key 'attention_head_size'", expected, repr(self.attention_head_size)))
        if self.position_buckets > 0:
            most = min(_MOST_BUCKETS, 2 * self.farthest - 3)
            if not 2 <= self.position_buckets <= most:
                expected = f"2 to {most}, so that half of them are nearer than the farthest distance"
                faults.append(Fault("config key 'position_buckets'", expected, repr(self.position_buckets)))
        if self.conv_kernel_size > 0:
            if self.conv_kernel_size % 2 == 0 or self.conv_kernel_size > 1 << 10:
                expected = "an odd number, or 0 for no convolution"
                faults.append(Fault("config key 'conv_kernel_size'", expected, repr(self.conv_kernel_size)))
            if self.conv_groups < 1 or width % self.conv_groups:
                expected = f"a divisor of hidden_size = {width}"
                faults.append(Fault("config key 'conv_groups'", expected, repr(self.conv_groups)))
        return faults


def attention(config: DebertaV2Config, index: int) -> DisentangledAttention:
    """Attention of a layer; where ``share_att_key`` is set, its maps make keys and queries of distances too."""
    width, heads, dim = config.hidden_size, config.num_attention_heads, config.head_width
    terms = config.terms if config.relative_attention else ()
    own = {"c2p": "pos_key_proj", "p2c": "pos_query_proj"}
    maps = () if config.share_att_key else tuple(own[term] for term in terms)

    def part(name: str) -> Part:
        return Part(name, encoders.linear(config, width, width))

    return DisentangledAttention(
        heads=heads,
        kv_heads=heads,
        head_dim=dim,
        projections=tuple(part(f"{name}_proj") for name in ("query", "key", "value")),
        output=None,
        scale=(dim * (1 + len(config.terms))) ** -0.5,
        causal=False,
        dropout=config.attention_probs_dropout_prob,
        index=index,
        terms=terms,
        maps=tuple(map(part, maps)),
        distance_dropout=config.hidden_dropout_prob,
    )


def blueprint(config: DebertaV2Config) -> Tower:
    """The bare model."""
    width, size, buckets = config.hidden_size, config.conv_kernel_size, max(config.position_buckets, 0)
    convolution, norm = None, None
    if size > 0:
        conv = Conv(width, width, (size,), padding=size // 2, groups=config.conv_groups, std=config.initializer_range)
        beside = ConvolutionBeside(
            Part("conv", conv),
            Part("LayerNorm", encoders.layer_norm(config)),
            config.conv_act,
            config.hidden_dropout_prob,
        )
        convolution = Part("conv", beside)
    if "layer_norm" in [name.strip() for name in config.norm_rel_ebd.lower().split("|")]:
        norm = Part("LayerNorm", encoders.layer_norm(config))
    return disentangled.tower(
        config,
        lambda index: attention(config, index),
        2 * (buckets or config.farthest),
        norm=norm,
        convolution=convolution,
        buckets=buckets if config.relative_attention else 0,
        longest=config.farthest,
    )


FAMILY = Family(
    config=DebertaV2Config,
    stem="DebertaV2",
    prefix="deberta",
    heads=disentangled.heads("DebertaV2", blueprint),
    rules=encoders.RULES,
    leftovers=disentangled.LEFTOVERS,
    class_names=disentangled.class_names("DebertaV2"),
    sources="arXiv:2006.03654, arXiv:2111.09543",
)
