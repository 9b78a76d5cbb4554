"""What a model class written against Transformers says of itself, and what it expects to inherit.

Such a class builds its own modules and has no blueprint. Its attributes (``_tied_weights_keys``,
``_keys_to_ignore_on_load_missing``, ``base_model_prefix``) and methods (``_init_weights``, ``get_output_embeddings``)
say what a family file says of a family.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.dtypes import dtype_name
from loadstone.core.recognized import Recognized
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.foreign import is_of_transformers
from loadstone.frameworks.torch.modeling.structure import TorchStructure


class Conventions(Recognized, TorchStructure):
    """Attributes and methods that custom model classes take for granted."""

    recognized_as = (("transformers.modeling_utils", "PreTrainedModel"),)
    framework: ClassVar[str] = "pt"
    is_parallelizable: ClassVar[bool] = False
    _tied_weights_keys: ClassVar[Sequence[str] | Mapping[str, str] | None] = None
    _keys_to_ignore_on_load_missing: ClassVar[Sequence[str] | None] = None
    _supports_sdpa: ClassVar[bool] = False
    _supports_flash_attn_2: ClassVar[bool] = False
    _supports_cache_class: ClassVar[bool] = False
    _auto_class: ClassVar[str | None] = None
    model_tags: list[str] | None = None
    """What trainers write into the card of a model."""

    @classmethod
    def register_for_auto_class(cls, auto_class: str | type = "AutoModel") -> None:
        """Have this class's code saved with its models, so that ``auto_class`` finds it there."""
        cls._auto_class = auto_class if isinstance(auto_class, str) else auto_class.__name__

    @classmethod
    def is_remote_code(cls) -> bool:
        """Whether the class's code is saved with its models."""
        return cls._auto_class is not None

    @classmethod
    def is_custom_code(cls) -> bool:
        """It is none of transformers' own classes, so that no name of a tensor is to be converted for those."""
        return True

    def add_model_tags(self, tags: Sequence[str] | str) -> None:
        """Add to :attr:`model_tags` those that are not there yet."""
        added = [tags] if isinstance(tags, str) else tags
        self.model_tags = list(dict.fromkeys([*(self.model_tags or ()), *added]))

    @property
    def warnings_issued(self) -> dict[str, bool]:
        """Where code notes that it has warned."""
        noted: dict[str, bool] = self.__dict__.setdefault("_warnings_issued", {})
        return noted

    @functools.cached_property
    def _keys_to_ignore_on_save(self) -> set[str]:
        """The slots that a saved model lacks, since they are tied: ``Trainer`` misses none of them when it resumes."""
        return set(self.tied_slots())

    @functools.cached_property
    def accepts_loss_kwargs(self) -> bool:
        """Whether ``num_items_in_batch`` may be given, which Transformers' ``Trainer`` wants to know.

        It would take any ``**keywords`` for a yes, and our own forward passes have them to refuse what is unknown.
        """
        parameters = inspect.signature(type(self).forward).parameters
        any_keyword = any(
            parameter.kind is parameter.VAR_KEYWORD and parameter.name != "unknown" for parameter in parameters.values()
        )
        return "num_items_in_batch" in parameters or any_keyword

    def init_weights(self) -> None:
        """The older name of ``post_init``."""
        self.post_init()  # type: ignore[operator]

    def get_head_mask(
        self, head_mask: Tensor | None, num_hidden_layers: int, is_attention_chunked: bool = False
    ) -> Tensor | list[None]:
        """Heads to keep, (heads,) or (layers, heads) → (layers, 1, heads, 1, 1), or None for each layer."""
        if head_mask is None:
            return [None] * num_hidden_layers
        if head_mask.dim() == 1:
            head_mask = head_mask[None].expand(num_hidden_layers, -1)
        mask = head_mask[:, None, :, None, None].to(dtype=self.dtype)
        return mask.unsqueeze(-1) if is_attention_chunked else mask

    def get_extended_attention_mask(
        self,
        attention_mask: Tensor,
        input_shape: tuple[int, ...],
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> Tensor:
        """A padding mask (batch, keys), or (batch, queries, keys), as values to add to the scores.

        Where the config says ``is_decoder``, the triangle is part of it.
        """
        dtype = self.dtype if dtype is None else dtype
        hidden = attention_mask == 0
        hidden = hidden[:, None] if hidden.dim() == 3 else hidden[:, None, None]
        if attention_mask.dim() == 2 and getattr(self.config, "is_decoder", False):
            keys, queries = attention_mask.shape[1], int(input_shape[1])
            places = torch.arange(keys, device=attention_mask.device)
            hidden = hidden | (places[None, :] > places[keys - queries :, None])
        return lowest_where(hidden, dtype)

    def invert_attention_mask(self, encoder_attention_mask: Tensor) -> Tensor:
        """The mask of an encoder's tokens, as values to add to the scores."""
        hidden = encoder_attention_mask == 0
        return lowest_where(hidden[:, None] if hidden.dim() == 3 else hidden[:, None, None], self.dtype)

    def warn_if_padding_and_no_attention_mask(self, input_ids: Tensor, attention_mask: Tensor | None) -> None:
        """Older code asks for this; Loadstone leaves it to the one who calls."""

    def prune_heads(self, heads_to_prune: Mapping[int, Sequence[int]]) -> None:
        """Take heads out of layers: layer → heads. The class itself does it, in ``_prune_heads``."""
        self.base_model._prune_heads(heads_to_prune)  # type: ignore[attr-defined]


def dtypes_as_objects(config: PretrainedConfig) -> None:
    """``torch_dtype`` of a config, and of those within it, as code from Transformers reads it: a ``torch.dtype``."""
    for _, each in config.configs():
        said = vars(each).get("torch_dtype")
        if isinstance(said, str) and said != "auto":
            vars(each)["torch_dtype"] = to_torch(dtype_name(said))


def declared_ties(model: Conventions) -> dict[str, str]:
    """Slot → the slot whose values it shares, as a class without a blueprint says it.

    A dict in ``_tied_weights_keys`` says it outright. A list, or nothing, means that the output embeddings are the
    input embeddings where ``config.tie_word_embeddings`` says so.
    """
    if not model.config.tie_word_embeddings:
        return {}
    declared = type(model)._tied_weights_keys
    if isinstance(declared, Mapping):
        slots = [name for name, _ in model.named_parameters(remove_duplicate=False)]
        return {name: source for pair in declared.items() for name, source in _matching(*pair, slots)}
    table, output = _embeddings(model, "get_input_embeddings"), _embeddings(model, "get_output_embeddings")
    names = {id(module): name for name, module in model.named_modules()}
    if table is None or output is None or id(table) not in names or id(output) not in names:
        return {}
    return {f"{names[id(output)]}.weight": f"{names[id(table)]}.weight"}


def _matching(tied: str, source: str, slots: Sequence[str]) -> list[tuple[str, str]]:
    """The slots that a pair of names, or of patterns which names begin with, makes one; by their order where several
    match both, as the weights and biases of modules do."""
    if tied in slots and source in slots:
        return [(tied, source)]
    sources = sorted(name for name in slots if re.match(source, name))
    matched = sorted(name for name in slots if re.match(tied, name) and name not in sources)
    if not sources or len(matched) % len(sources):
        return []
    return [(name, sources[index % len(sources)]) for index, name in enumerate(matched)]


def _embeddings(model: Conventions, method: str) -> nn.Module | None:
    """What an embedding method of the class gives; None where it has none, or says so by an error."""
    try:
        embeddings = getattr(model, method)()
    except (ArgumentError, NotImplementedError, AttributeError):
        return None
    return embeddings if isinstance(embeddings, nn.Module) and hasattr(embeddings, "weight") else None


def optional_groups(model: Conventions, slots: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of parts that a checkpoint may wholly lack, as a class without a blueprint says it.

    That is what ``_keys_to_ignore_on_load_missing`` matches, and the head: each part beside the bare model.
    """
    declared = [(name,) for name in ignored_where_missing(model, slots)]
    if not model.bare_prefix:
        return tuple(declared)
    parts = dict.fromkeys(name.partition(".")[0] for name in slots)
    return (*declared, *((part,) for part in parts if part != model.bare_prefix))


def ignored_where_missing(model: Conventions, slots: Iterable[str]) -> list[str]:
    """The slots that a checkpoint need not have, as ``_keys_to_ignore_on_load_missing`` says."""
    patterns = [re.compile(pattern) for pattern in type(model)._keys_to_ignore_on_load_missing or ()]
    return [name for name in slots if any(pattern.search(name) for pattern in patterns)]


def initialize_by_class(model: nn.Module, names: set[str]) -> list[str]:
    """Initial values by the ``_init_weights`` of the classes that have one; returns the names that none of them has.

    Such a method fills a whole module, so what is loaded already is put back.
    """
    leaves_of: dict[str, set[str]] = {}
    for name in sorted(names):  # a set has another order in each process, and a seed must give the same values
        owner, _, leaf = name.rpartition(".")
        leaves_of.setdefault(owner, set()).add(leaf)
    for holder, initializer in _initializers(model):
        for owner in [path for path in leaves_of if not holder or f"{path}.".startswith(f"{holder}.")]:
            _keeping(model.get_submodule(owner), leaves_of.pop(owner), initializer)
    return [f"{owner}.{leaf}" if owner else leaf for owner, leaves in leaves_of.items() for leaf in sorted(leaves)]


def _initializers(model: nn.Module) -> list[tuple[str, Callable[[nn.Module], None]]]:
    """The innermost first: a model within a model knows its own parts best."""
    models = [
        (name, module)
        for name, module in model.named_modules()
        if isinstance(module, Conventions) or is_of_transformers(module)
    ]
    named = [(name, getattr(module, "_init_weights", None)) for name, module in models]
    there = [(name, initializer) for name, initializer in named if initializer is not None]
    return sorted(there, key=lambda named_initializer: -len(named_initializer[0]))


@torch.no_grad()
def _keeping(module: nn.Module, leaves: set[str], initializer: Callable[[nn.Module], None]) -> None:
    slots = {**dict(module.named_parameters(recurse=False)), **dict(module.named_buffers(recurse=False))}
    kept = {name: slot.detach().clone() for name, slot in slots.items() if name not in leaves and not slot.is_meta}
    reset = getattr(module, "reset_parameters", None)
    if reset is not None:
        reset()  # what the method passes over must not stay as the memory was
    else:
        for name in leaves:
            slots[name].zero_()
    initializer(module)
    for name, numbers in kept.items():
        slots[name].copy_(numbers)


def set_checkpointing(model: nn.Module, on: bool) -> None:
    """Tell every module that asks ``self.gradient_checkpointing``, and give it the function that such code calls."""
    from torch.utils.checkpoint import checkpoint

    for module in model.modules():
        if hasattr(module, "gradient_checkpointing"):
            module.gradient_checkpointing = on  # type: ignore[assignment]
            module._gradient_checkpointing_func = functools.partial(checkpoint, use_reentrant=False)  # type: ignore[assignment]


def lowest_where(hidden: Tensor, dtype: torch.dtype) -> Tensor:
    """0 where seen, the lowest number where hidden."""
    return torch.zeros(hidden.shape, dtype=dtype, device=hidden.device).masked_fill(hidden, torch.finfo(dtype).min)
