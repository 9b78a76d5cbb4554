"""What is asked of a blueprint: its text tower, its vocabulary, its stems."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, find
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.encoder_decoder import EncoderDecoder
from loadstone.architectures.components.leaves import Embedding
from loadstone.architectures.components.merged import Merged
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.inputs import Axis


def text_tower(component: Component) -> Tower | None:
    """The tower that reads texts; the first, where there are several."""
    towers = find(component, Tower)
    return next((tower for tower in towers if any(find(tower.stem.component, Embeddings))), None)


def pair_in(component: Component) -> EncoderDecoder | None:
    """A model's encoder and decoder; None for what has no such pair."""
    return next(find(component, EncoderDecoder), None)


def frequencies_change_at(component: Component) -> int:
    """The length beyond which LongRoPE takes its other frequencies; -1 if they never change."""
    rotaries = (attention.rotary for attention in find(component, Attention))
    return next((rotary.limit for rotary in rotaries if rotary and rotary.kind == "longrope"), -1)


def readers(component: Component) -> dict[str, Embeddings]:
    """The stems that read texts, by what the names of their inputs begin with: of an encoder-decoder that of what is
    written by ``"decoder_"``, of all others one by ``""``."""
    pair = pair_in(component)
    if pair is None:
        stems = {"": next(find(component, Embeddings), None)}
    else:
        stems = {
            prefix: next(find(part.component, Embeddings), None)
            for prefix, part in (("", pair.encoder), ("decoder_", pair.decoder))
        }
    return {prefix: stem for prefix, stem in stems.items() if stem is not None}


def inputs_of(component: Component) -> Mapping[str, tuple[Axis, ...]]:
    """What the stems of a model read wherever nothing else is asked for: name → axes."""
    pair = pair_in(component)
    if pair is not None:
        written = inputs_of(pair.decoder.component)
        return {**inputs_of(pair.encoder.component), **{f"decoder_{name}": axes for name, axes in written.items()}}
    stems = (each for tower in find(component, Tower) for each in find(tower.stem.component, Component))
    return {name: axes for stem in stems for name, axes in stem.reads().items()}


def writer(component: Component) -> Tower | None:
    """The tower that reads in one direction, so that a cache saves a new token from all before it; None without one."""
    return next((tower for tower in find(component, Tower) if tower.is_causal), None)


def places_itself(component: Component, inputs: Collection[str]) -> bool:
    """Whether only the model knows a text's positions: they are more than its tokens counted, or ``position_ids`` are
    none of its ``inputs``."""
    return find_merged(component) is not None or "position_ids" not in inputs


def find_merged(component: Component) -> Merged | None:
    """What reads other things among the tokens of a text: the bare model, or what is below a head."""
    tops = (component, *(part.component for part in component.parts()))
    return next((top for top in tops if isinstance(top, Merged)), None)


def vocabulary(component: Component) -> int | None:
    """How many tokens the table has that a model looks up texts in, or of two the one for what it writes; None where it
    reads no texts."""
    pair = pair_in(component)
    embeddings = next(find(component if pair is None else pair.decoder.component, Embeddings), None)
    table = None if embeddings is None else embeddings.tokens.component
    return table.count if isinstance(table, Embedding) else None
