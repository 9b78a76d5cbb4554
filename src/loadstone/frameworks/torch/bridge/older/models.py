"""``PreTrainedModel`` as transformers 4 had it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import transformers
from torch import nn

from loadstone.frameworks.torch.transformers_compat.conventions import Conventions


class LoadedHere:
    """A class that came with a checkpoint, loaded by Loadstone wherever its ``from_pretrained`` is called."""

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: Any, *model_args: Any, **kwargs: Any) -> Any:
        """See :func:`loadstone.pipeline.load.from_pretrained`."""
        from loadstone.pipeline.load import from_pretrained

        return from_pretrained("torch", pretrained_model_name_or_path, cls, model_args, kwargs)


class OlderModel(LoadedHere):
    """Methods that a class written for transformers 4 inherited, and the ways in which it says what it is."""

    framework: ClassVar[str] = "pt"
    is_parallelizable: ClassVar[bool] = False
    model_parallel: ClassVar[bool] = False

    get_head_mask = Conventions.get_head_mask
    get_extended_attention_mask = Conventions.get_extended_attention_mask
    invert_attention_mask = Conventions.invert_attention_mask

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        adapt(cls)

    def __init__(self, config: Any, *inputs: Any, **kwargs: Any) -> None:
        super().__init__(config, *inputs, **kwargs)  # type: ignore[call-arg]
        self.warnings_issued: dict[str, bool] = {}

    def init_weights(self) -> None:
        """The older name of ``post_init``, for classes that call nothing else."""
        if "all_tied_weights_keys" in vars(self):
            super().init_weights()  # type: ignore[misc]
        else:
            self.post_init()  # type: ignore[attr-defined]

    def _init_weights(self, module: nn.Module) -> None:
        if not hasattr(module, "original_inv_freq"):  # which a rotary embedding has computed when it was made
            super()._init_weights(module)  # type: ignore[misc]

    def prune_heads(self, heads_to_prune: Mapping[int, Any]) -> None:
        """Take heads out of layers: layer → heads. The class itself does it, in ``_prune_heads``."""
        self.base_model._prune_heads(heads_to_prune)  # type: ignore[attr-defined]

    def get_expanded_tied_weights_keys(self, all_submodels: bool = False) -> dict[str, str]:
        """Slot → the slot that it is one with. A list of names, or none, means that the output embeddings are the input
        embeddings, where the config says so."""
        declared = self._tied_weights_keys  # type: ignore[attr-defined]
        if all_submodels or isinstance(declared, Mapping):
            ties: dict[str, str] = super().get_expanded_tied_weights_keys(all_submodels)  # type: ignore[misc]
            return ties
        model: Any = self
        is_asked = declared is not None or type(self).get_output_embeddings is not _OUTPUT  # type: ignore[attr-defined]
        if not is_asked or not getattr(model.config.get_text_config(decoder=True), "tie_word_embeddings", True):
            return {}
        try:
            pair = model.get_output_embeddings(), model.get_input_embeddings()
        except (NotImplementedError, AttributeError):
            return {}
        names = {id(module): name for name, module in model.named_modules()}
        output, table = (names.get(id(module)) for module in pair)
        if output is None or table is None or output == table or not all(hasattr(each, "weight") for each in pair):
            return {}
        return {f"{output}.weight": f"{table}.weight"}

    def tie_weights(self, *args: Any, **kwargs: Any) -> None:
        """What is declared, and what parts tie by hand in a ``_tie_weights`` of their own."""
        super().tie_weights(*args, **kwargs)  # type: ignore[misc]
        for module in self.modules():  # type: ignore[attr-defined]
            tie = getattr(module, "_tie_weights", None)
            if tie is not None:
                tie()

    def _tie_or_clone_weights(self, output_embeddings: nn.Module, input_embeddings: nn.Module) -> None:
        output_embeddings.weight = input_embeddings.weight
        self._adjust_bias(output_embeddings, input_embeddings.weight)  # type: ignore[attr-defined]


_OUTPUT = transformers.PreTrainedModel.get_output_embeddings


_SAYS_MORE = ("tie_weights", "prepare_inputs_for_generation")
"""Methods that transformers 5 calls with keywords which it did not have before."""
_SAYS = ("missing_keys", "recompute_mapping", "next_sequence_length", "is_first_iteration")


def adapt(cls: type) -> None:
    """Let methods of a class of code be called as transformers 5 calls them."""
    for name in _SAYS_MORE:
        own = vars(cls).get(name)
        if own is not None and not hasattr(own, "__wrapped__"):
            setattr(cls, name, _leniently(own))


def _leniently(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method that is not told what it has no name for."""
    unnamed = set(_SAYS) - inspect.signature(method).parameters.keys()

    @functools.wraps(method)
    def called(self: Any, *args: Any, **kwargs: Any) -> Any:
        return method(self, *args, **{name: value for name, value in kwargs.items() if name not in unnamed})

    return called


class PreTrainedModel(OlderModel, transformers.PreTrainedModel):
    """The base of models."""
