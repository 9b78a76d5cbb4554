"""Building one of transformers' models: parameters without memory whatever makes them, buffers for real.

Nothing of PyTorch or transformers is changed, or told of it: another thread builds what it likes meanwhile.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map
from transformers import PreTrainedModel

from loadstone.errors import Fault, InvalidConfig, MissingTensors

_EMPTY = frozenset({torch.empty, torch.empty_strided, torch.empty_permuted})
_WITH_DTYPE = _EMPTY | {torch.zeros, torch.ones, torch.rand, torch.randn, torch.linspace, torch.logspace, torch.eye}
"""What makes numbers in the default dtype, whatever it is given."""
_SAYS_DTYPE = frozenset(
    {"to", "float", "double", "half", "bfloat16", "type", "type_as", "view", "from_numpy", "__get__"}
)
"""Names of functions whose result has a dtype that is said, or that of what they are given."""
_OF_A_SHAPE = frozenset({torch.zeros, torch.ones, torch.rand, torch.randn})
"""What many parameters are made of that are then initialized."""
_LARGE_ELEMENTS = 1 << 16
_SIZED = frozenset({torch.full, torch.arange, torch.linspace, torch.logspace, torch.eye})
"""What else a number of a config may be the size of."""
_MOST_ELEMENTS = 1 << 28
"""Of a tensor that a class computes when it is made, a table of positions for instance."""
_INITIAL = frozenset(getattr(nn.init, name) for name in dir(nn.init) if name.endswith("_") and not name.startswith("_"))


@contextlib.contextmanager
def without_parameters(dtype: torch.dtype) -> Iterator[Callable[[nn.Module], None]]:
    """While inside, in this thread, what layers make parameters of has no memory, and what names no dtype is in
    ``dtype``.

    Gives a function to call with the model afterwards, which puts the other parameters on the meta device too, and
    gives large buffers their values.
    """
    depth = torch._C._len_torch_function_stack()
    mode = _Unfilled(dtype)
    try:
        with mode:
            yield mode.settle
    finally:
        while torch._C._len_torch_function_stack() > depth:  # an interrupt in a mode's own end keeps that mode on
            torch._C._pop_torch_function_stack()


class _Unfilled(TorchFunctionMode):
    """What layers make their parameters of has no memory, and is not initialized. What is computed is computed.

    Large tensors of zeros and the like may become either: they are made when something computes with them.
    """

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self._dtype, self._default = dtype, torch.get_default_dtype()
        self._later: dict[int, tuple[Tensor, Callable[[], Tensor]]] = {}
        """Id of a tensor on the meta device → that, and what makes it; called once."""
        self._computed: dict[int, StorageWeakRef] = {}
        """What functions made: the number of its memory → that, which no other gets while it is noted here."""

    def __torch_function__(
        self, func: Callable[..., Any], types: object, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        first = args[0] if args else None
        if func in _INITIAL:
            filled = given.get("tensor", first)  # half of these functions hand it on by keyword
            if isinstance(filled, nn.Parameter) or (isinstance(filled, Tensor) and filled.is_meta):
                return filled
        if func is torch.tensor and isinstance(first, list) and not first:
            # How transformers asks on which device it builds: on the meta device it initializes nothing.
            return func(*args, **{**given, "device": "meta"})
        if func in _EMPTY and given.get("device") is None:
            given["device"] = "meta"
        is_default = given.get("dtype") is None and not any(isinstance(value, torch.dtype) for value in args)
        if is_default and func in _WITH_DTYPE:
            given["dtype"] = self._dtype
        if func in _OF_A_SHAPE and given.get("device") is None:
            return self._noted(self._made_later(func, args, given), first)
        if self._later and func not in _ASKED:
            args, given = tree_map(self._real, (tuple(args), given))
        if func in _SIZED:
            _check_size(func, args, given)
        made = func(*args, **given)
        if is_default and self._is_default(made) and func.__name__ not in _SAYS_DTYPE:
            made = self._by_default(func, args, given, made)
        return self._noted(made, first)

    def _is_default(self, made: object) -> bool:
        return isinstance(made, Tensor) and made.dtype is self._default and self._default is not self._dtype

    def _noted(self, made: Any, first: Any) -> Any:
        """What a function made, noted as such; but for a view of what it is given, and what is done in place."""
        if self._is_default(made) and not made.is_meta:
            memory = StorageWeakRef(made.untyped_storage())  # type: ignore[no-untyped-call]
            if not isinstance(first, Tensor) or first.is_meta or first.untyped_storage()._cdata != memory.cdata:
                self._computed[memory.cdata] = memory
        return made

    def _by_default(
        self, func: Callable[..., Any], args: Sequence[Any], given: Mapping[str, Any], made: Tensor
    ) -> Tensor:
        """What a function gives in the default dtype, in this mode's: where numbers of Python or integers alone made
        it. Rounding what was computed from large integers would not give the same."""
        leaves = [leaf for leaf in tree_leaves((tuple(args), dict(given))) if hasattr(leaf, "dtype")]
        if any(not isinstance(leaf, Tensor) or leaf.is_floating_point() or leaf.is_complex() for leaf in leaves):
            return made

        def cast(leaf: Any) -> Any:
            is_number = isinstance(leaf, Tensor) and leaf.dtype is not torch.bool
            return leaf.to(self._dtype) if is_number else leaf

        if leaves:
            args, given = tree_map(cast, (tuple(args), dict(given)))
            made = func(*args, **given)
        return made.to(self._dtype)

    def is_computed(self, tensor: Tensor) -> bool:
        """Whether a function made it that could be seen here: not ``torch.Tensor(3)``, which asks nobody."""
        memory = self._computed.get(tensor.untyped_storage()._cdata)
        return memory is not None and not memory.expired()  # type: ignore[no-untyped-call]

    def _made_later(self, func: Callable[..., Tensor], args: Sequence[Any], given: Mapping[str, Any]) -> Tensor:
        empty = func(*args, **{**given, "device": "meta"})
        _check_elements(empty.numel())
        if empty.numel() < _LARGE_ELEMENTS:
            return func(*args, **given)
        self._later[id(empty)] = empty, functools.cache(lambda: func(*args, **given))
        return empty

    def _real(self, value: Any) -> Any:
        held = self._later.get(id(value)) if isinstance(value, Tensor) else None
        return value if held is None else held[1]()

    def dtype_of(self, tensor: Tensor) -> torch.dtype:
        """That of this mode for what PyTorch's constructor made in the default dtype; else its own."""
        return self._dtype if self._is_default(tensor) and not self.is_computed(tensor) else tensor.dtype

    def settle(self, model: nn.Module) -> None:
        """Parameters without memory, whatever made them; and what is none, and was left on the meta device, with the
        values that it was to have."""
        emptied: dict[int, tuple[nn.Parameter, nn.Parameter]] = {}
        for module in model.modules():
            for table in (module._buffers, vars(module)):
                table.update({name: self._real(value) for name, value in table.items() if id(value) in self._later})
            for name, buffer in module._buffers.items():
                if buffer is not None and not buffer.is_meta:
                    module._buffers[name] = buffer.to(self.dtype_of(buffer))
            for name, slot in module._parameters.items():
                if slot is not None and not slot.is_meta:
                    if id(slot) not in emptied:
                        emptied[id(slot)] = slot, self._emptied(slot)
                    module._parameters[name] = emptied[id(slot)][1]

    def _emptied(self, slot: nn.Parameter) -> nn.Parameter:
        empty = torch.empty_like(slot, device="meta", dtype=self.dtype_of(slot))
        made = nn.Parameter(empty, requires_grad=slot.requires_grad)
        made.__dict__.update(vars(slot))
        return made


_ASKED = frozenset(
    {Tensor.size, Tensor.dim, Tensor.numel, *(getattr(Tensor, name).__get__ for name in ("shape", "dtype", "device"))}
)
"""What tells of a tensor what its values have no part in."""


def _check_size(func: Callable[..., Tensor], args: Sequence[Any], given: Mapping[str, Any]) -> None:
    """:class:`InvalidConfig` before memory is taken for a tensor of such a size."""
    numbers = [value for value in (*args, *given.values()) if isinstance(value, int | float)]
    if any(abs(number) > _MOST_ELEMENTS >> 8 for number in numbers) or func in (torch.full, torch.eye):
        _check_elements(func(*args, **{**given, "device": "meta"}).numel())


def _check_elements(count: int) -> None:
    if count > _MOST_ELEMENTS:
        raise InvalidConfig(
            [Fault("config", f"sizes of which buffers have at most {_MOST_ELEMENTS} elements", f"one of {count}")],
            hint="Was config.json edited, or is it damaged?",
        )


@torch.no_grad()
def compute_again(model: nn.Module) -> None:
    """Have buffers that no file has computed by the class's own initialization once more, where it does that.

    There transformers computes them in PyTorch's default dtype, whatever the model's is, so that less is rounded.
    """
    for path, module in list(model.named_modules()):
        if any(
            module._buffers[name] is not None for name in module._non_persistent_buffers_set & module._buffers.keys()
        ):
            with contextlib.suppress(NotImplementedError):  # it asks for a value of a parameter, which has none
                _owner(model, path)._init_weights(module)  # type: ignore[no-untyped-call]


def cast_by_default(model: nn.Module, dtype: torch.dtype) -> None:
    """Cast the buffers of modules whose class asks PyTorch for its default dtype when it computes them.

    transformers makes the model's dtype that default for the whole process; here it stays what the caller has.
    """
    default = torch.get_default_dtype()
    asking = {kind: _asks_for_default(kind) for kind in {type(module) for module in model.modules()}}
    for module in model.modules():
        if asking[type(module)]:
            for name, buffer in module._buffers.items():
                if buffer is not None and buffer.dtype is default and not buffer.is_meta:
                    module._buffers[name] = buffer.to(dtype)


def _asks_for_default(kind: type) -> bool:
    """Whether one of a module's functions, but for its forward pass, names ``torch.get_default_dtype``."""
    own = [] if issubclass(kind, PreTrainedModel) else kind.__mro__[: kind.__mro__.index(nn.Module)]
    members = (member for base in own for name, member in vars(base).items() if name != "forward")
    functions = (getattr(member, "__func__", member) for member in members)
    codes = (getattr(function, "__code__", None) for function in functions)
    return any(code is not None and torch.get_default_dtype.__name__ in code.co_names for code in codes)


def compute_buffers(model: nn.Module) -> None:
    """Make the buffers that no file has and that only a class's own initialization computes.

    They are made twice, of memory with other contents, so that what a class leaves as it was is found.

    Raises :class:`MissingTensors` for those that it does not make either.
    """
    saved = model.state_dict(keep_vars=True)
    lost: list[str] = []
    for path, module in list(model.named_modules()):
        names = [
            name
            for name, buffer in module._buffers.items()
            if buffer is not None and buffer.is_meta and f"{path}.{name}".lstrip(".") not in saved
        ]
        if names:
            first, second = (_computed(model, path, module, names, byte) for byte in (0x00, 0x5A))
            lost += [
                f"{path}.{name}".lstrip(".") for name in names if not _same_bytes(first.get(name), second.get(name))
            ]
            module._buffers.update(first)
    if lost:
        raise MissingTensors(
            [
                Fault(name, "a value", "a buffer that no checkpoint stores and its class does not compute")
                for name in lost
            ]
        )


def _same_bytes(one: Tensor | None, other: Tensor | None) -> bool:
    if one is None or other is None or one.is_meta or other.is_meta:
        return False
    return torch.equal(one.contiguous().view(-1).view(torch.uint8), other.contiguous().view(-1).view(torch.uint8))


@torch.no_grad()
def _computed(model: nn.Module, path: str, module: nn.Module, names: Sequence[str], byte: int) -> dict[str, Tensor]:
    """The buffers of one module as its class makes them, in memory that was full of one byte."""
    before = dict(module._buffers)
    for name in names:
        empty = before[name]
        assert empty is not None
        real = torch.full((max(1, empty.numel() * empty.element_size()),), byte, dtype=torch.uint8)
        module._buffers[name] = real[: empty.numel() * empty.element_size()].view(empty.dtype).view(empty.shape)
    # Of its parameters, which have no memory, nothing comes.
    _owner(model, path)._init_weights(module)  # type: ignore[no-untyped-call]
    if hasattr(module, "init_non_persistent_buffers"):  # timm's, which asks its parameters for their device
        with _standing_on_the_cpu(module):
            module.init_non_persistent_buffers()  # type: ignore[operator]
    made = {name: buffer for name in names if (buffer := module._buffers[name]) is not None}
    module._buffers.update(before)
    return made


@contextlib.contextmanager
def _standing_on_the_cpu(module: nn.Module) -> Iterator[None]:
    """While inside, the parameters below a module are on the CPU, each one number as often as it takes."""
    held = [(table, dict(table)) for table in (each._parameters for each in module.modules())]
    for table, slots in held:
        for name, slot in slots.items():
            if slot is not None:
                numbers = torch.zeros(1, dtype=slot.dtype).expand(slot.shape)
                table[name] = nn.Parameter(numbers, requires_grad=False)
    try:
        yield
    finally:
        for table, slots in held:
            table.update(slots)


def _owner(model: nn.Module, path: str) -> PreTrainedModel:
    """The innermost of transformers' models that holds a module."""
    parts = path.split(".") if path else []
    for end in range(len(parts), -1, -1):
        holder = model.get_submodule(".".join(parts[:end]))
        if isinstance(holder, PreTrainedModel):
            return holder
    raise AssertionError("the model itself is one")
