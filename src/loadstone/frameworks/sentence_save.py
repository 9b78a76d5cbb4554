"""What of a model that makes vectors of texts goes where, in a folder of sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Self

from loadstone.architectures import components
from loadstone.architectures.components.sentence import SentenceModules
from loadstone.architectures.sentence_heads import encoder_name
from loadstone.architectures.sentence_modules import files_of
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.sources.sentence_files import KEY
from loadstone.transfer.outgoing import OutgoingTensor

if TYPE_CHECKING:
    from loadstone.architectures.family import Family
    from loadstone.frameworks.structure import ModelBase


class SentenceSave(NamedTuple):
    """The encoder's weights are the folder's own, under the names that the encoder alone has for them; each module with
    weights has a folder with a file."""

    config: PretrainedConfig
    family: Family
    prefix: str
    """What the names of the encoder's weights begin with, and is left out; nothing for a language model."""
    apart: tuple[str, ...]
    """The modules with weights."""
    main: components.Component
    """What the folder's own weights are of."""

    @classmethod
    def of(cls, model: ModelBase) -> Self | None:
        """None for any other model."""
        head = model.component
        if not isinstance(head, components.Head) or model.family_spec is None:
            return None
        modules = head.output.component
        if not isinstance(modules, SentenceModules):
            return None
        prefix = "" if modules.language or not head.backbone.name else f"{head.backbone.name}."
        apart = tuple(part.name for part in modules.steps if any(True for _ in components.slots(part.component)))
        return cls(model.config, model.family_spec, prefix, apart, head.backbone.component if prefix else head)

    def described(self, config: PretrainedConfig) -> dict[str, bytes]:
        """The files right in the folder that say which modules there are. ``config`` is the one to be saved, which says
        what class the encoder alone is of."""
        config.architectures = [encoder_name(self.family, self.config)]
        if config.get(KEY) is not None:
            delattr(config, KEY)
        return {name: content for name, content in files_of(self.config) if "/" not in name}

    def own_name(self, name: str) -> str:
        """What a tensor of the encoder is called in the folder's own file."""
        return name.removeprefix(self.prefix)

    def parted(
        self, tensors: Sequence[OutgoingTensor]
    ) -> tuple[list[OutgoingTensor], dict[str, bytes | Sequence[OutgoingTensor]]]:
        """The encoder's tensors, and the files in folders within."""
        within: dict[str, bytes | Sequence[OutgoingTensor]] = {}
        within |= {name: content for name, content in files_of(self.config) if "/" in name}
        own, by_module = [], {name: list[OutgoingTensor]() for name in self.apart}
        for tensor in tensors:
            module, _, rest = tensor.name.partition(".")
            if module in by_module:
                by_module[module].append(tensor._replace(name=rest))
            else:
                own.append(tensor._replace(name=self.own_name(tensor.name)))
        within |= {f"{name}/model.safetensors": each for name, each in by_module.items()}
        return own, within
