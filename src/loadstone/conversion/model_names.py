"""What a conversion has to know of the model that a checkpoint's config names; most conversions need not know any."""

from __future__ import annotations

from collections.abc import Sequence

from loadstone.architectures import components, registry
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.flax_layout import flax_layout
from loadstone.architectures.naming import naming_of
from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.flax.layout import FlaxLeaf
from loadstone.checkpoint.flax.read import name_of
from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.configs.nested import layer_counts
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.conversion.origin import Origin
from loadstone.core.tensors import StoredTensor
from loadstone.errors import Fault, InvalidConfig
from loadstone.pipeline.quantized_checkpoint import settings_keys
from loadstone.planning.finder import taken_names


def model_of(origin: Origin, tensors: int, hint: str) -> tuple[Family, PretrainedConfig]:
    """The family and the config that the weights belong to. ``hint``: why that has to be known."""
    config = dict(origin.config or {})
    model_type = config.get("model_type")
    if not registry.is_family(model_type):
        found = f"model_type {model_type!r}" if origin.config is not None else "none"
        raise InvalidConfig(
            [Fault(str(origin.folder / CONFIG_NAME), "the config of a family that Loadstone knows", found)], hint=hint
        )
    spec = registry.family(str(model_type))
    for key in settings_keys():
        config.pop(key, None)
    values = registry.config_class(str(model_type)).from_dict(config)
    for key, layers in layer_counts(values):
        if layers <= tensors:  # as many would be made
            continue
        where, expected = f"{origin.folder / CONFIG_NAME}: {key!r}", f"at most {tensors}, as many as tensors"
        raise InvalidConfig(
            [Fault(where, expected, str(layers))], hint="Do config.json and the weights belong together?"
        )
    return spec, values


def head_of(spec: Family, config: PretrainedConfig) -> HeadSpec | None:
    """That of the class that the config names, if it is one of the family's."""
    named = config.architectures or ()
    return next((head for head in spec.heads if head.class_name in named), None)


def spare_names(origin: Origin, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Of tensors that are there only since quantizers add them, those that the model has no place for.

    None where no model is known: nothing is lost if they stay.
    """
    names = [name for name, tensor in checkpoint.items() if tensor.is_spare]
    if not names or not registry.is_family((origin.config or {}).get("model_type")):
        return ()
    spec, config = model_of(origin, len(checkpoint), "")
    head = head_of(spec, config)
    if head is None:
        return ()
    component = head.blueprint(config)
    naming = naming_of(spec, head, component, config)
    taken = taken_names(list(components.slots(component)), checkpoint, naming).names
    return tuple(name for name in names if name not in taken)


def flax_names(origin: Origin, tensors: Sequence[StoredTensor]) -> dict[str, FlaxLeaf]:
    """Name → path and layout in Flax's files, as the model that the config names has them."""
    hint = "Names and layouts in Flax's files depend on the model; write safetensors instead."
    spec, values = model_of(origin, len(tensors), hint)
    named = values.get("architectures") or ()
    heads = [head for head in spec.heads if head.class_name in named] or spec.heads_of(values.model_type)
    layout: dict[str, FlaxLeaf] = {}
    for head in heads:
        layout = {**flax_layout(head.blueprint(values)), **layout}
    faults = []
    for tensor in tensors:
        name = tensor.name
        path = layout[name].path if name in layout else name.replace(".", "/")
        is_strange = name not in layout and len(tensor.shape) > 1 and name.endswith(".weight")
        if is_strange or name_of(path) != name:
            faults.append(
                Fault(f"{tensor.file}: tensor {name!r}", f"a name that a {spec.model_type} model has", "another")
            )
    if faults:
        raise InvalidConfig(faults, hint="Flax's files have no place for them; write safetensors instead.")
    return layout
