"""Functions on vectors in LLVM's language, written by Python's operators, and compiled for this machine's processor.

A :class:`Value` is a number or a vector of them; ``&``, ``>>``, ``*`` and the others append one line each to the
function. LLVM makes them the instructions that the processor has, in pieces where its vectors are shorter.
Language: https://llvm.org/docs/LangRef.html
"""

from __future__ import annotations

import ctypes
import functools
import platform
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadstone.transfer.memory import closed_mappings, forget, may_run


@dataclass(frozen=True)
class Value:
    """What a line gave: ``<16 x i8> %7``."""

    code: Code
    kind: str
    """Of each number: ``i8``, ``half``, ``float``, …"""
    count: int
    """0 for a number that is no vector."""
    name: str

    @property
    def type(self) -> str:
        return f"<{self.count} x {self.kind}>" if self.count else self.kind

    def __str__(self) -> str:
        return f"{self.type} {self.name}"

    def _with(self, operation: str, other: Value | int) -> Value:
        right = other.name if isinstance(other, Value) else _constant(self.kind, self.count, other)
        return self.code.value(self.kind, self.count, f"{operation} {self}, {right}")

    def __and__(self, other: Value | int) -> Value:
        return self._with("and", other)

    def __or__(self, other: Value | int) -> Value:
        return self._with("or", other)

    def __lshift__(self, bits: int) -> Value:
        return self._with("shl", bits)

    def __rshift__(self, bits: int) -> Value:
        """Of a number without a sign."""
        return self._with("lshr", bits)

    def __add__(self, other: Value | int) -> Value:
        return self._with("fadd" if self.kind == "float" else "add", other)

    def __sub__(self, other: Value | int) -> Value:
        return self._with("fsub" if self.kind == "float" else "sub", other)

    def __mul__(self, other: Value) -> Value:
        return self._with("fmul" if self.kind == "float" else "mul", other)

    def __neg__(self) -> Value:
        return self.code.value(self.kind, self.count, f"fneg {self}")

    def __getitem__(self, index: int) -> Value:
        """One number of a vector."""
        return self.code.value(self.kind, 0, f"extractelement {self}, i32 {index}")

    def joined(self, other: Value) -> Value:
        """The values of both."""
        return self.picked(other, range(2 * self.count))

    def picked(self, other: Value, indices: Sequence[int]) -> Value:
        """Some values of both, which are counted as if they stood in a row."""
        mask = ", ".join(f"i32 {index}" for index in indices)
        return self.code.value(
            self.kind, len(indices), f"shufflevector {self}, {other}, <{len(indices)} x i32> <{mask}>"
        )

    def repeated(self, count: int) -> Value:
        """A vector of one number."""
        one = self.code.value(self.kind, 1, f"insertelement <1 x {self.kind}> poison, {self}, i32 0")
        return one.picked(one, [0] * count)

    def to(self, operation: str, kind: str) -> Value:
        """Converted: ``zext``, ``uitofp``, ``fpext``, …"""
        to = f"<{self.count} x {kind}>" if self.count else kind
        return self.code.value(kind, self.count, f"{operation} {self} to {to}")

    def bits(self) -> Value:
        """The bits of one integer as a vector of 0 and 1, of bytes."""
        count = int(self.kind[1:])
        return self.code.value("i1", count, f"bitcast {self} to <{count} x i1>").to("zext", "i8")


def _constant(kind: str, count: int, number: int) -> str:
    return f"<{', '.join([f'{kind} {number}'] * count)}>" if count else str(number)


@dataclass
class Code:
    """The lines of a function."""

    prefix: str = "v"
    """Of the names of its values."""
    lines: list[str] = field(default_factory=list)

    def value(self, kind: str, count: int, line: str) -> Value:
        """Append a line that gives a value."""
        name = f"%{self.prefix}{len(self.lines)}"
        self.lines.append(f"{name} = {line}")
        return Value(self, kind, count, name)

    def load(self, kind: str, count: int, pointer: str, offset: int) -> Value:
        """Read values that lie ``offset`` bytes behind a pointer, wherever that is."""
        at = self.value("ptr", 0, f"getelementptr i8, ptr {pointer}, i64 {offset}")
        type = f"<{count} x {kind}>" if count else kind
        return self.value(kind, count, f"load {type}, {at}, align 1")

    def store(self, value: Value, pointer: str, offset: int) -> None:
        """Write values that many bytes behind a pointer."""
        at = self.value("ptr", 0, f"getelementptr i8, ptr {pointer}, i64 {offset}")
        self.lines.append(f"store {value}, {at}, align 1")


def compiled(text: str, name: str, arguments: Sequence[type[ctypes._CData]]) -> Callable[..., None] | None:
    """A function of a module as Python calls it, without the interpreter's lock; None where nothing can be compiled.

    That is without llvmlite, on processors other than those of PCs that have AVX2 (from about 2013 on), and where the
    system lets no process run what it wrote.
    """
    with _LOCK:
        if not _is_possible():
            return None
        import llvmlite.binding as llvm

        target = llvm.Target.from_triple(llvm.get_process_triple())
        features = llvm.get_host_cpu_features().flatten()
        machine = target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=3)
        # The engine takes both for its own, and ends them with itself.
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), machine)
        engine.finalize_object()
        function: Any = ctypes.CFUNCTYPE(None, *arguments)(engine.get_function_address(name))
        function.engine = engine  # The function's memory lives as long as this.
        forget(_library())
    return function


_LOCK = threading.Lock()


@functools.cache
def _library() -> list[tuple[int, int]]:
    """Where LLVM lies: 70 MB, which are needed for some milliseconds."""
    import llvmlite.binding as llvm

    return closed_mappings(Path(llvm.__file__).parent)


@functools.cache
def _is_possible() -> bool:
    """Whether LLVM is there, and makes for this processor what the functions here need."""
    try:
        import llvmlite.binding as llvm
    except ImportError:
        return False
    # Before LLVM 20 (llvmlite 0.45), pointers were written otherwise.
    if llvm.llvm_version_info[0] < 20 or platform.machine() not in ("x86_64", "AMD64"):
        return False
    # Without F16C, float16 values would come by a call into a library that may not be there.
    features = llvm.get_host_cpu_features()
    if not (features.get("f16c") and features.get("avx2") and may_run()):
        return False
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return True
