"""Weights of compressed-tensors that are to stay packed: what its library has to be told of each, and what lies beside.

A weight's scheme is known by what is stored (:mod:`loadstone.quantization.methods.compressed_tensors.read`); what
becomes of its layer's inputs and outputs, which may be quantized too, is said by the group of ``config_groups`` that
has this scheme.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import Fault, InvalidConfig
from loadstone.quantization.contents import Contents
from loadstone.quantization.methods.compressed_tensors.read import (
    OF_ACTIVATIONS,
    OF_WEIGHTS,
    PACKED,
    WEIGHT,
    Compressed,
)
from loadstone.quantization.methods.compressed_tensors.schemes import Scheme, flat, groups_of
from loadstone.quantization.packed import PackedTensor
from loadstone.quantization.problems import Problems

INPUT, OUTPUT = "input", "output"
_KEYS = ("num_bits", "type", "symmetric", "strategy", "group_size", "block_structure", "dynamic", "scale_dtype")
"""Of what is said of activations: all that their values depend on."""
_BESIDE = sorted((OF_WEIGHTS | {leaf for leaf in OF_ACTIVATIONS if leaf.startswith((INPUT, OUTPUT))}) - {PACKED})
_FLOATS = (DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32)
_ZEROS = (DType.INT8, DType.UINT8, DType.INT32, *_FLOATS, DType.FLOAT8_E4M3FN)
Activations = dict[str, dict[str, object]]
"""``"input_activations"``, ``"output_activations"`` → what is said of them."""
_WHERE = "config key 'quantization_config'"


def packed(
    stored: Contents, logical: Iterable[StoredTensor], settings: Mapping[str, object], where: str
) -> list[StoredTensor]:
    """The model's tensors, those that are packed with all that a layer needs to run them.

    Raises :class:`InvalidConfig` that lists what it lacks.
    """
    faults: list[Fault] = []
    tensors = list(_with_companions(stored, logical, settings, faults))
    if not any(isinstance(tensor.packing, PackedTensor) for tensor in tensors):
        faults.append(Fault(where, "none, as no weight is quantized", "'compressed-tensors'"))
    if faults:
        raise InvalidConfig(
            faults, hint="These weights cannot run as they are stored. dequantize=True dequantizes them."
        )
    return tensors


def _with_companions(
    stored: Contents, logical: Iterable[StoredTensor], settings: Mapping[str, object], faults: list[Fault]
) -> Iterator[StoredTensor]:
    activations = _activations(flat(settings), faults)
    used: set[str] = set()
    for tensor in logical:
        packing = tensor.packing
        used |= {tensor.name} if packing is None else {part.name for part in packing.parts}
        if not isinstance(packing, Compressed):
            if packing is not None:
                faults.append(
                    Fault(tensor.name, "a weight that the model has as (outputs, inputs)", "(inputs, outputs)")
                )
            yield tensor
            continue
        stem = tensor.name.removesuffix(WEIGHT)
        numbers = {part.name for part in packing.parts}
        companions = [stored.get(stem + leaf) for leaf in _BESIDE if stem + leaf not in numbers]
        beside = {companion.name: companion for companion in companions if companion is not None}
        used |= beside.keys()
        faults += _faults(tensor.name, packing, activations[packing.scheme], stem, beside)
        note = {"format": format_of(packing), **_weights(packing), **activations[packing.scheme]}
        yield tensor._replace(packing=PackedTensor(packing, json.dumps(note), stem, tuple(beside.values())))
    for name, tensor in stored.items():
        if name not in used:
            faults.append(Fault(f"{tensor.file}: tensor {name!r}", "nothing beside weights and their layers", "it"))


def format_of(packing: Compressed) -> str:
    """The package's name for the way in which such a weight is stored."""
    scale = packing.scale.tensor.dtype
    is_mx = scale in (DType.UINT8, DType.FLOAT8_E8M0FNU)
    if packing.code is None:
        return "mxfp8-quantized" if is_mx else "naive-quantized"  # of which int- and float-quantized are other names
    if not packing.scheme.is_float:
        return "pack-quantized"
    return f"mxfp{packing.scheme.bits}-pack-quantized" if is_mx else "nvfp4-pack-quantized"


def _weights(packing: Compressed) -> dict[str, object]:
    scheme = packing.scheme
    quantization_args: dict[str, object] = {"num_bits": scheme.bits, "type": "float" if scheme.is_float else "int"}
    quantization_args |= {"symmetric": packing.zero is None, "strategy": scheme.strategy}
    if scheme.is_in_whole_groups:
        quantization_args["group_size"] = scheme.size[1]
    elif scheme.is_in_blocks:
        quantization_args["block_structure"] = list(scheme.size)
    return {"weights": quantization_args}


def _activations(settings: Mapping[str, object], faults: list[Fault]) -> dict[Scheme, Activations]:
    """What is done with the inputs and outputs of layers whose weights are of a scheme."""
    by_scheme: dict[Scheme, Activations] = {}
    for scheme, group in groups_of(settings, Problems()):  # whose problems are known by now
        activations: Activations = {}
        for base in (INPUT, OUTPUT):
            quantization_args = group.get(f"{base}_activations")
            if quantization_args is not None and not isinstance(quantization_args, Mapping):
                faults.append(Fault(f"{_WHERE}, its '{base}_activations'", "an object", repr(quantization_args)[:120]))
            elif quantization_args is not None:
                activations[f"{base}_activations"] = {
                    key: quantization_args[key] for key in _KEYS if quantization_args.get(key) is not None
                }
        if scheme is None:
            faults.append(Fault(f"{_WHERE}, its 'config_groups'", "weights in each group", "activations alone"))
        elif by_scheme.setdefault(scheme, activations) != activations:
            expected = "schemes of weights that tell what is done with activations"
            faults.append(Fault(f"{_WHERE}, its 'config_groups'", expected, f"two ways for {scheme.kind}"))
    if settings.get("kv_cache_scheme") is not None:
        faults.append(Fault(f"{_WHERE}, its 'kv_cache_scheme'", "none: keys and values are not quantized", "one"))
    return by_scheme


def _faults(
    name: str, packing: Compressed, activations: Activations, stem: str, beside: Mapping[str, StoredTensor]
) -> Iterator[Fault]:
    """What the package, or a layer of it, could not compute with."""
    if packing.order is not None:
        yield Fault(name, "columns in order: compressed-tensors 0.20 runs no activation order", packing.order.name)
    if packing.zero is not None:
        is_packed = format_of(packing) == "pack-quantized" and packing.scheme.has_packed_zeros
        if is_packed is (packing.zero.code is None):
            yield Fault(name, "zeros in words" if is_packed else "zeros in int8", str(packing.zero.tensor.dtype))
    for base in (INPUT, OUTPUT):
        quantization_args = activations.get(f"{base}_activations")
        dynamic = False if quantization_args is None else quantization_args.get("dynamic", False)
        if quantization_args is None or dynamic is True:
            continue
        needs: dict[str, tuple[DType, ...]] = {f"{base}_scale": _FLOATS}
        if dynamic == "local":
            needs = {f"{base}_global_scale": (DType.FLOAT32,)}
        elif quantization_args.get("symmetric", True) is False:
            needs[f"{base}_zero_point"] = _ZEROS
        for leaf, dtypes in needs.items():
            tensor = beside.get(stem + leaf)
            is_one = tensor is not None and tensor.shape in ((), (1,)) and tensor.dtype in dtypes
            if tensor is None or not is_one:
                there = "none" if tensor is None else f"{tensor.dtype}, shape {tensor.shape}"
                yield Fault(stem + leaf, "one value for all activations", there)
