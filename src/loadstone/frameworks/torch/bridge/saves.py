"""``save_pretrained`` of one of transformers' models: Loadstone's, with what writes imported when it is called."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import Tensor
from transformers import PreTrainedModel

from loadstone.frameworks.saves import Saves

if TYPE_CHECKING:
    from loadstone.frameworks.save_model import Written
    from loadstone.saving.checkpoint import SaveOptions


class BridgedSaves(Saves):
    """:meth:`save_pretrained` of a model, in place of its class's own. It is always written as safetensors."""

    _other_formats = ()

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model

    @property
    def _title(self) -> str:
        return f"Upload {type(self._model).__name__}"

    def _write_pretrained(
        self, folder: str | os.PathLike[str], state_dict: Mapping[str, Tensor] | None, options: SaveOptions
    ) -> Written:
        from loadstone.frameworks.torch.bridge.saving import write

        return write(self._model, folder, state_dict, options)
