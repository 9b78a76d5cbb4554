"""A blueprint with other sizes: the slots that differ get new memory, and keep what they had."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.head import like
from loadstone.architectures.components.leaves import Weight
from loadstone.architectures.components.walk import walk
from loadstone.errors import ArgumentError
from loadstone.frameworks.resizing import say_vocabulary, vocabulary_size
from loadstone.frameworks.torch.modeling.build import build
from loadstone.frameworks.torch.modeling.initialize import fill_lone
from loadstone.frameworks.torch.modeling.leaves import initialize_leaf
from loadstone.frameworks.torch.modeling.tying import Tying


def resize_vocabulary(model: Tying, tokens: int | None, multiple: int | None, *, to_mean: bool) -> None:
    """Make room for so many ``tokens``, rounded up to a ``multiple``; the config follows.

    New rows are initialized, or the mean of the old.
    """
    assert model.component is not None and model.head_spec is not None
    config = model.config.get_text_config()
    count = vocabulary_size(tokens, multiple, config.get("vocab_size"))
    if count == config.vocab_size:
        return
    if any(hasattr(slot, "device_mesh") for slot in model.parameters()):
        raise ArgumentError(
            f"{type(model).__name__} is spread over a mesh, where its vocabulary keeps its size, {config.vocab_size}. "
            "Resize it in one process, save it, and load that over the mesh."
        )
    say_vocabulary(model.config, count)
    held = model._ties_that_hold()
    new = like(model.head_spec.blueprint(model.config), model.component)
    _resize(model, model.component, new, to_mean)
    model.component = new
    _follow(model, new)
    model._tie_again(held)


def _follow(model: nn.Module, component: Component, prefix: str = "") -> None:
    """Tell every module within ``model`` that is composed of others what it is made of by now."""
    for name, child in component.parts():
        full = ".".join(filter(None, (prefix, name)))
        if name and child.parts():
            model.get_submodule(full).component = child  # type: ignore[assignment]
        _follow(model, child, full)


def _resize(model: nn.Module, old: Component, new: Component, to_mean: bool) -> None:
    """Give each leaf of ``model`` whose component is another in ``new`` its new size.

    The modules stay the same objects, so that hooks on them stay too. Old rows are kept, as many as there is room for.
    """
    components = dict(walk(new))
    for name, component in walk(old):
        if components[name] == component:
            continue
        if isinstance(component, Weight):
            owner, _, leaf = name.rpartition(".")
            module, leaves = model.get_submodule(owner), [leaf]
        else:
            module = model.get_submodule(name)
            leaves = [leaf for leaf, _ in module.named_parameters(recurse=False)]
        slots: dict[str, Tensor] = {leaf: getattr(module, leaf) for leaf in leaves}
        if not all(slot.is_floating_point() for slot in slots.values()):
            raise ArgumentError(
                f"{name} is a packed weight, which cannot be resized. Load the checkpoint with dequantize=True."
            )
        initialized = _initialized(components[name], next(iter(slots.values())))
        # A lone bias goes with a tied table, and starts at 0, as in transformers.
        averaged = to_mean and not isinstance(component, Weight)
        for leaf, slot in slots.items():
            source = initialized if isinstance(initialized, Tensor) else initialized.get_parameter(leaf)
            grown = _grown(source, slot, averaged)
            if leaf in module._buffers:
                module.register_buffer(leaf, grown)
            else:
                module.register_parameter(leaf, nn.Parameter(grown, requires_grad=slot.requires_grad))
        if isinstance(initialized, nn.Module):
            module.component = components[name]  # type: ignore[assignment]
            for size in ("num_embeddings", "padding_idx", "out_features"):
                if hasattr(module, size):
                    setattr(module, size, getattr(initialized, size))


def _initialized(component: Component, old: Tensor) -> nn.Module | Tensor:
    """A leaf with random initial values, in the dtype and on the device of ``old``."""
    with torch.device(old.device):
        leaf = build(component)
    leaf = leaf.to(old.dtype)
    if isinstance(component, Weight):
        assert isinstance(leaf, Tensor)
        fill_lone(leaf, component)
        return leaf
    assert isinstance(leaf, nn.Module)
    initialize_leaf(leaf, {name for name, _ in leaf.named_parameters()})
    return leaf


def _grown(initialized: Tensor, old: Tensor, to_mean: bool) -> Tensor:
    """``initialized`` with the rows that ``old`` has, and with their mean for the others if so asked.

    Rows lie along the axis whose size changes.
    """
    sizes = zip(initialized.shape, old.shape, strict=True)
    axis = next((axis for axis, (new, before) in enumerate(sizes) if new != before), 0)
    rows = min(initialized.shape[axis], old.shape[axis])
    grown, old = initialized.detach(), old.detach()
    grown.narrow(axis, 0, rows).copy_(old.narrow(axis, 0, rows))
    if to_mean:
        mean = old.mean(dim=axis, keepdim=True, dtype=torch.float32).to(old.dtype)
        grown.narrow(axis, rows, grown.shape[axis] - rows).copy_(mean)
    return grown
