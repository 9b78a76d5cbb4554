"""Weights of compressed-tensors that stay as they are stored: the package unpacks them when they are used.

Its 0.20 has no layer of its own any more that stays packed: it unpacks a whole model in the first forward pass. So the
layer is here, and holds the stored parts under their own names (``weight_packed``, ``weight_scale``, …); the values
are the package's, some rows at a time, and so is what becomes of inputs and outputs that are to be quantized too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from types import ModuleType
from typing import Protocol, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from loadstone.errors import ArgumentError, Fault, InvalidConfig
from loadstone.frameworks.registry import require_library
from loadstone.frameworks.torch.quantized.ggml_layers import Product
from loadstone.frameworks.torch.quantized.library import PackageLibrary
from loadstone.quantization.methods.compressed_tensors.read import (
    DIVISOR,
    PACKED,
    SCALE,
    SHAPE,
    WEIGHT,
    ZERO,
    Compressed,
)
from loadstone.quantization.packed import PackedTensor
from loadstone.quantization.requested import Quantization

_ELEMENTS, _ELEMENTS_ACCELERATED = 1 << 20, 1 << 25
"""Unpacked at once. The package makes several copies of these on the way; fewer at a time cost more calls."""
_WORD_BITS = 32
"""Zeros down the columns can be cut where as many rows fill whole words."""
_REFUSALS = (ArithmeticError, AttributeError, KeyError, RuntimeError, TypeError, ValueError)
"""How the package, and PyTorch under it, say that they cannot do something."""
_INSTEAD = "; or give dequantize=True, which dequantizes them."


class Scheme(Protocol):
    """The package's ``QuantizationScheme``: how a layer's weight, inputs and outputs are quantized."""

    format: str
    input_activations: object
    output_activations: object


class Compressor(Protocol):
    """One of the package's compressors."""

    def decompress(self, state_dict: Mapping[str, Tensor | torch.Size], scheme: Scheme, /) -> Mapping[str, Tensor]:
        """A layer's plain tensors from its stored parts."""
        ...


class CompressedTensors(PackageLibrary):
    """Runs weights as they are stored, each by what is stored with it."""

    def __init__(self, settings: Mapping[str, object], requested: Quantization | None) -> None:
        package = "compressed-tensors"
        self._compressors = require_library("compressed_tensors.compressors", package, _INSTEAD).BaseCompressor
        self._quantization = require_library("compressed_tensors.quantization", package, _INSTEAD)
        self._schemes: dict[str, Scheme] = {}

    def prepare(self, model: nn.Module, weights: Collection[str], compute_dtype: torch.dtype | None) -> None:
        """Put a layer in the place of each that has one of the weights; its bias moves there."""
        for name in weights:
            path = name.removesuffix(".weight")
            parent, _, leaf = path.rpartition(".")
            model.get_submodule(parent)._modules[leaf] = CompressedLinear(model.get_submodule(path))

    @staticmethod
    def is_packed_layer(module: nn.Module) -> bool:
        return isinstance(module, CompressedLinear)

    def quantize(self, module: nn.Module, weight: Tensor, dtype: torch.dtype) -> nn.Parameter:
        """:class:`ArgumentError`: plain weights are not compressed here."""
        raise ArgumentError("Loadstone does not quantize to compressed-tensors: use llm-compressor.")

    def rebuild(self, module: nn.Module, packed: PackedTensor, parts: Mapping[str, Tensor], dtype: torch.dtype) -> None:
        """Give a layer its parts. Raises :class:`InvalidConfig` where the package cannot compute with them."""
        assert isinstance(packed.inner, Compressed) and isinstance(module, CompressedLinear)
        try:
            if packed.note not in self._schemes:
                self._schemes[packed.note] = self._scheme(json.loads(packed.note))
            scheme = self._schemes[packed.note]
            compressor = self._compressors.get_value_from_registry(scheme.format)
            module.hold(packed.inner, parts, scheme, compressor, self._quantization)
            module.try_out(dtype)
        except _REFUSALS as error:
            message = str(error).partition("\n\n")[0][:300]
            raise InvalidConfig(
                [Fault(packed.parts[0].name, "what compressed-tensors can compute with", f"{packed.kind}: {message}")],
                hint="These weights cannot run as they are stored. dequantize=True dequantizes them.",
            ) from error

    def _scheme(self, note: Mapping[str, object]) -> Scheme:
        args = {
            key: self._quantization.QuantizationArgs(**settings)
            for key, settings in note.items()
            if isinstance(settings, Mapping)
        }
        scheme: Scheme = self._quantization.QuantizationScheme(targets=["Linear"], format=note["format"], **args)
        return scheme


class CompressedLinear(nn.Linear):
    """A linear map whose parameters are the parts of its weight, as they are stored.

    No cast reaches them, so that ``model.to(torch.float16)`` loses nothing: they follow to devices only. There are no
    gradients for them; through them there are, so that adapters can be trained. A rounding of inputs or outputs passes
    gradients as if it were none.
    """

    _packing: Compressed
    quantization_scheme: Scheme
    quantization_status: object

    def __init__(self, old: nn.Module) -> None:
        """In the place of ``old``, whose bias it takes; :meth:`hold` gives it a weight."""
        nn.Module.__init__(self)
        self.in_features, self.out_features = int(old.in_features), int(old.out_features)  # type: ignore[arg-type]
        self._parameters.update(old._parameters)
        self.packed_parts: tuple[str, ...] = ()
        self.train(old.training)

    def hold(
        self,
        packing: Compressed,
        parts: Mapping[str, Tensor],
        scheme: Scheme,
        compressor: Compressor,
        quantization: ModuleType,
    ) -> None:
        """The parts, by the names that they are stored under; the package's scheme of them, and what unpacks it."""
        del self._parameters[WEIGHT]
        for name, part in parts.items():
            self._parameters[name] = nn.Parameter(part, requires_grad=False)
        self.packed_parts = tuple(parts)
        self._packing, self._compressor = packing, compressor
        # These two names are the package's.
        self.quantization_scheme, self.quantization_status = scheme, quantization.QuantizationStatus.COMPRESSED
        self._forward_quantize = quantization.forward_quantize

    def try_out(self, dtype: torch.dtype) -> None:
        """Have the package compute with a few rows and with one token; what it cannot do, it raises."""
        rows = min(self._step, self.out_features)
        if self._rows(0, rows, dtype).shape != (rows, self.in_features):
            raise ValueError("rows of another length")
        device = _part(self._parameters, self.packed_parts[0]).device
        for base, width in (("input", self.in_features), ("output", self.out_features)):
            self._quantized(torch.ones(1, 1, width, dtype=dtype, device=device), base)

    @property
    def weight(self) -> nn.Parameter:  # type: ignore[override]
        """The codes, whatever they are stored under, for those who ask any linear layer where its weight lies."""
        codes = self._parameters[self.packed_parts[0] if self.packed_parts else WEIGHT]
        assert codes is not None
        return codes

    @property
    def packed_elements(self) -> dict[str, int]:
        """Parameter → values that it holds: the codes all of them, the parts beside them none."""
        codes, *others = self.packed_parts or (WEIGHT,)
        return {codes: self.in_features * self.out_features, **dict.fromkeys(others, 0)}

    def forward(self, input: Tensor) -> Tensor:
        bias: Tensor | None = self.bias
        with_gradient = torch.is_grad_enabled()
        if not (with_gradient and (input.requires_grad or (bias is not None and bias.requires_grad))):
            return self._quantized(self.product(self._quantized(input, "input"), bias), "output")
        output: Tensor = Product.apply(_Rounded.apply(input, self, "input"), self)  # type: ignore[no-untyped-call]
        output = output if bias is None else output + bias
        rounded: Tensor = _Rounded.apply(output, self, "output")  # type: ignore[no-untyped-call]
        return rounded

    def product(self, input: Tensor, bias: Tensor | None = None) -> Tensor:
        """(…, inputs) → (…, outputs), without gradients. Some rows at a time are unpacked and multiplied."""
        # Parts are put into what they are parts of at once: packed, they would lie between what is let go of.
        output = input.new_empty((*input.shape[:-1], self.out_features))
        for start, weight in self._unpacked(input.dtype):
            end = start + len(weight)
            output[..., start:end] = F.linear(input, weight, bias if bias is None else bias[start:end])
        return output

    def gradient(self, of_output: Tensor) -> Tensor:
        """The gradient of the inputs: (…, outputs) → (…, inputs)."""
        gradient = of_output.new_zeros((*of_output.shape[:-1], self.in_features))
        for start, weight in self._unpacked(of_output.dtype):
            gradient += of_output[..., start : start + len(weight)] @ weight
        return gradient

    def _quantized(self, value: Tensor, base: str) -> Tensor:
        """Inputs or outputs rounded as the scheme says, by the package."""
        args = getattr(self.quantization_scheme, f"{base}_activations")
        if args is None:
            return value
        rounded: Tensor = self._forward_quantize(self, value, base, args)
        return rounded.to(value.dtype)

    @property
    def _step(self) -> int:
        """Rows after which parts can be cut."""
        packing = self._packing
        has_packed_zeros = packing.zero is not None and packing.zero.code is not None
        return math.lcm(
            _WORD_BITS if has_packed_zeros else 1, packing.scheme.size[0] if packing.scheme.is_in_blocks else 1
        )

    def _unpacked(self, dtype: torch.dtype) -> Iterator[tuple[int, Tensor]]:
        """Some rows after the other: the number of the first, and (rows, inputs) of ``dtype``."""
        is_here = _part(self._parameters, self.packed_parts[0]).device.type == "cpu"
        most = _ELEMENTS if is_here else _ELEMENTS_ACCELERATED
        rows = max(most // max(self.in_features, 1) // self._step, 1) * self._step
        for start in range(0, self.out_features, rows):
            yield start, self._rows(start, min(start + rows, self.out_features), dtype)

    def _rows(self, start: int, stop: int, dtype: torch.dtype) -> Tensor:
        """Some rows of the weight by the package, which computes in the dtype of the scales; here at least in ours."""
        packing, parts = self._packing, self._parameters
        of_codes = WEIGHT if packing.code is None else PACKED
        state: dict[str, Tensor | torch.Size] = {
            of_codes: _part(parts, of_codes)[start:stop],
            SCALE: self._table(_scales(_part(parts, SCALE), dtype), start, stop),
            SHAPE: torch.Size((stop - start, self.in_features)),
        }
        if packing.zero is not None:
            zero = _part(parts, ZERO)
            if packing.zero.code is not None:
                bits = packing.scheme.bits
                first, last = start // _WORD_BITS * bits, -(-stop * bits // _WORD_BITS)
                state[ZERO] = zero[first:last]
            else:
                state[ZERO] = self._table(zero, start, stop)
        if packing.divisor is not None:
            state[DIVISOR] = _part(parts, DIVISOR)
        return self._compressor.decompress(state, self.quantization_scheme)[WEIGHT].to(dtype)

    def _table(self, table: Tensor, start: int, stop: int) -> Tensor:
        """What a table of scales or zeros says of some rows."""
        packing = self._packing
        if packing.scheme.is_whole:
            return table.reshape(1)
        height = packing.block[0]
        return table.reshape(packing.scale.rows, packing.scale.groups)[start // height : -(-stop // height)]

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        parts = {name: self._parameters.pop(name) for name in self.packed_parts}
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        for name, part in parts.items():
            assert part is not None
            moved = fn(part.detach())
            moved = moved if moved.dtype == part.dtype else part.detach().to(moved.device)
            self._parameters[name] = nn.Parameter(moved, requires_grad=False)
        return self

    def extra_repr(self) -> str:
        kind = f", {self._packing.kind}" if self.packed_parts else ""
        return f"{super().extra_repr()}{kind}"


class _Rounded(torch.autograd.Function):
    """Rounded inputs or outputs; gradients pass as they are."""

    @staticmethod
    def forward(ctx: FunctionCtx, value: Tensor, layer: CompressedLinear, base: str) -> Tensor:
        return layer._quantized(value, base)

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return gradients[0], None, None


def _part(parts: Mapping[str, Tensor | None], name: str) -> Tensor:
    part = parts[name]
    assert part is not None
    return part.detach()


def _scales(scale: Tensor, dtype: torch.dtype) -> Tensor:
    """Scales in a dtype in which products lose nothing that ``dtype`` holds; those in 8 bits as they are."""
    if scale.dtype.itemsize == 1:
        return scale.view(torch.uint8) if scale.dtype is torch.float8_e8m0fnu else scale
    return scale.to(torch.promote_types(scale.dtype, dtype))


LIBRARY = CompressedTensors
