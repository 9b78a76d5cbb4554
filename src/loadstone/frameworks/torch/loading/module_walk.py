"""The modules and parameters of a model, with their names: PyTorch's own walks, without a generator for each level."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from loadstone.frameworks.torch.distributed.dtensors import local_part

_WALKS = ("named_modules", "named_parameters", "_named_members")


def modules_of(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """What ``named_modules(remove_duplicate=False)`` gives: each module under every name that it has."""
    modules = _walked(model)
    return list(model.named_modules(remove_duplicate=False)) if modules is None else modules


def parameters_of(model: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """What ``named_parameters(remove_duplicate=False)`` gives: each parameter under every name that it has."""
    modules = _walked(model)
    if modules is None:
        return list(model.named_parameters(remove_duplicate=False))
    return [
        (f"{path}.{name}" if path else name, slot)
        for path, module in modules
        for name, slot in module._parameters.items()
        if slot is not None
    ]


def bytes_of(tensor: Tensor) -> int:
    """What a tensor takes in this process; of a quantized one its parts, which are tensors of their own."""
    tensor = local_part(tensor)
    flatten = getattr(tensor, "__tensor_flatten__", None)
    if flatten is not None:
        return sum(getattr(tensor, name).nbytes for name in flatten()[0])
    state = getattr(tensor, "quant_state", None)  # of bitsandbytes, as is SCB
    nested = getattr(state, "state2", None)
    parts = [getattr(tensor, "SCB", None), getattr(state, "offset", None)]
    parts += [getattr(quant_state, name, None) for quant_state in (state, nested) for name in ("absmax", "code")]
    return tensor.nbytes + sum(part.nbytes for part in parts if part is not None)


def packed_elements(model: nn.Module) -> dict[int, int]:
    """Id of a weight that is kept as the bytes of its file → how many values these hold; of its other parts → 0."""
    elements: dict[int, int] = {}
    for module in model.modules():
        counts: Mapping[str, int] = getattr(module, "packed_elements", {})
        elements |= {id(module._parameters[name]): count for name, count in counts.items()}
    return elements


def _walked(model: nn.Module) -> list[tuple[str, nn.Module]] | None:
    """Every module and its name; None where one has a way of its own to tell what is in it."""
    modules: list[tuple[str, nn.Module]] = []
    _visit("", model, modules)
    for kind in {type(module) for _, module in modules}:
        if any(getattr(kind, walk) is not getattr(nn.Module, walk) for walk in _WALKS):
            return None
    return modules


def _visit(path: str, module: nn.Module, modules: list[tuple[str, nn.Module]]) -> None:
    modules.append((path, module))
    for name, child in module._modules.items():
        if child is not None:
            _visit(f"{path}.{name}" if path else name, child, modules)


def plain_class(module: nn.Module) -> type:
    """The class of a module, or, where that only bears a family's name, what it was made of: a class of modules that
    own parameters, or the kind of component."""
    made_of: tuple[type, str] | None = vars(type(module)).get("_made_of")
    return type(module) if made_of is None else made_of[0]
