"""The class of a family that makes vectors of texts: its encoder, below what ``modules.json`` lists.

No family declares it, since it is the same for all that read texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from loadstone.architectures.components.base import Component, Part, find
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.queries import vocabulary
from loadstone.architectures.components.sentence import SentenceModules, WeightedLayers
from loadstone.architectures.components.towers import Tower, Wrapped
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.sentence_modules import is_sparse, modules_of
from loadstone.architectures.tasks import BARE, MASKED_LM, SENTENCE_EMBEDDING, TASKS, TEXT_ENCODING
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig


def sentence_head(family: Family) -> HeadSpec | None:
    """A family's class for vectors of texts; None where it has nothing that reads one text."""
    if _KEPT not in family.__dict__:
        object.__setattr__(family, _KEPT, _made(family))
    made: HeadSpec | None = family.__dict__[_KEPT]
    return made


_KEPT = "_sentence_head"
"""Where a family keeps it once it is made, so that there is one."""


def _made(family: Family) -> HeadSpec | None:
    encoder = _encoder(family)
    if encoder is None:
        return None
    language = next((head for head in family.heads if head.task == MASKED_LM), None)

    def build(config: PretrainedConfig) -> Component:
        if is_sparse(config):
            return _over_logits(family, language, config)
        return _over_states(family, encoder, config)

    def tied(config: PretrainedConfig) -> Mapping[str, str]:
        if is_sparse(config):
            return {} if language is None else language.tied(config)
        under = f"{family.prefix}." if family.prefix else ""
        return {under + name: under + source for name, source in encoder.tied(config).items()}

    takes = (*encoder.of_task.inputs, "pooling_mask")
    inputs = tuple(name for name in TASKS[SENTENCE_EMBEDDING].inputs if name in takes)
    return HeadSpec(
        f"{family.stem}ForSentenceEmbedding",
        SENTENCE_EMBEDDING,
        build,
        tied=tied,
        stand_ins=() if language is None else language.stand_ins,
        body=encoder.task,
        differs={} if inputs == TASKS[SENTENCE_EMBEDDING].inputs else {"inputs": inputs},
        class_names={} if language is None else language.class_names,
    )


def encoder_name(family: Family, config: PretrainedConfig) -> str:
    """What the class of the encoder alone is called, which is all that ``config.json`` tells of in such a folder."""
    language = next((head for head in family.heads if head.task == MASKED_LM), None)
    encoder = language if is_sparse(config) else _encoder(family)
    assert encoder is not None  # for there is such a model
    return encoder.class_name


def _encoder(family: Family) -> HeadSpec | None:
    """The class of the encoder: of a family whose models also write what they read, the part that reads."""
    apart = next((head for head in family.heads if head.task == TEXT_ENCODING and head.config is None), None)
    bare = apart or next((head for head in family.heads if head.task == BARE and head.config is None), None)
    inputs = () if bare is None else bare.of_task.inputs
    is_pair = {"decoder_input_ids", "pixel_values"} & {*inputs}
    return None if not inputs or inputs[0] != "input_ids" or is_pair else bare


def _over_states(family: Family, encoder: HeadSpec, config: PretrainedConfig) -> Component:
    """The modules over hidden states."""
    bare = encoder.build(config)
    assert isinstance(bare, Tower | Wrapped)
    made = modules_of(config, bare.width, vocabulary(bare))
    modules = SentenceModules(made.steps, made.features)
    weighted = any(each.is_active for each in find(modules, WeightedLayers))
    # ``labels``: its vectors have a width of their own, and are none over the vocabulary.
    return Head(Part(family.prefix, bare), Part("", modules), labels=made.width, sees_all=weighted)


def _over_logits(family: Family, language: HeadSpec | None, config: PretrainedConfig) -> Component:
    """The modules over a language model's logits."""
    head = None if language is None else language.build(config)
    if not isinstance(head, Head):
        raise InvalidConfig(
            [Fault("modules.json, module 0", "an encoder whose family fills in masked tokens", family.stem)]
        )
    made = modules_of(config, 0, vocabulary(head.backbone.component))
    above = (head.output,) if head.project is None else (head.project, head.output)
    return replace(head, output=Part("", SentenceModules(made.steps, made.features, above)), project=None)
