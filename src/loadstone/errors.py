"""Every error that Loadstone raises on purpose, under one root.

::

    LoadstoneError
    ├── ArgumentError (ValueError)           arguments that are invalid or contradict each other
    │   ├── UnknownArgument (TypeError)      an unknown keyword; names the nearest known one
    │   ├── InvalidDeviceMap                 a map with missing or unknown modules, a split block, contradictions
    │   └── InvalidMesh                      a mesh over whose devices a model cannot be split, all slots listed
    ├── DoesNotFit (MemoryError)             more bytes than a budget, or the machine, has
    ├── ConfigError (ValueError)             a config that cannot be used
    │   ├── ConfigNotFound (OSError)         no config.json where one was expected
    │   ├── InvalidConfig                    keys of the wrong type or out of range, all listed
    │   └── UnknownModelType                 a model_type, class or head that no family here has
    ├── CheckpointError (ValueError)         a checkpoint that cannot be used
    │   ├── CheckpointNotFound (OSError)     no weights where they were expected
    │   ├── CorruptCheckpoint                files that contradict themselves or each other
    │   ├── UnsafeCheckpoint                 a file that asks for more than weights: code, a path outside
    │   ├── MissingTensors                   slots that no stored tensor fills
    │   ├── ShapeMismatch                    stored tensors whose shape is not the slot's
    │   ├── NameCollision                    two stored tensors that claim one slot
    │   ├── UnusedTensors                    stored tensors that no slot takes (only with strict=True)
    │   └── UnsupportedDType                 a dtype that the framework asked for cannot hold
    ├── TokenizerError (ValueError)          text cannot be tokenized: no tokenizer, or an invalid one
    ├── FrameworkNotInstalled (ImportError)  PyTorch, Flax or TensorFlow is missing; names the command
    ├── UntrustedCode (ValueError)           code came with a checkpoint, and was not allowed to run
    ├── CustomCodeError (ImportError)        code that came with a checkpoint and cannot be used
    ├── LockMismatch (ValueError)            files that are not those of the lock file, all listed
    ├── HubError (OSError)                   the Hub refused, failed, or could not be reached
    ├── RemoteError (OSError)                an object store or a server refused, failed, or could not be reached
    ├── WeightsIncomplete (RuntimeError)     a swap in place failed halfway: the model refuses to run until one succeeds
    ├── RanksDisagree (ValueError)           ranks were to load or save other things, all listed; the same on each
    ├── RankFailed (RuntimeError)            another rank failed, ended or did not come, and this one stopped with it
    └── SaveError (OSError)                  nothing was written; the old files are untouched
        └── StateMismatch                    what is to be saved is not what the model's slots take, all listed

The second base is the built-in error that existing scripts catch in the same place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

_SHOWN = 20


class LoadstoneError(Exception):
    """The root: ``except LoadstoneError`` catches all that this library raises on purpose."""


class Fault(NamedTuple):
    """One thing that is wrong: where, what was expected, what was found, and what to do next."""

    where: str
    """The file, and the tensor or key in it."""
    expected: str
    found: str
    hint: str = ""

    def __str__(self) -> str:
        line = f"{self.where}: expected {self.expected}, found {self.found}"
        return f"{line}. {self.hint}" if self.hint else line


class FaultsError(LoadstoneError):
    """An error that collects every fault of its kind before it is raised.

    ``faults`` holds them all; the message shows the first twenty.
    """

    title = "Something is wrong"

    def __init__(self, faults: Iterable[Fault], *, hint: str = "") -> None:
        self.faults: Sequence[Fault] = tuple(faults)
        self.hint = hint
        super().__init__(self.faults, hint)

    def __str__(self) -> str:
        lines = [f"{self.title}:"]
        lines += [f"  - {fault}" for fault in self.faults[:_SHOWN]]
        if len(self.faults) > _SHOWN:
            lines.append(f"  … and {len(self.faults) - _SHOWN} more (see .faults)")
        if self.hint:
            lines.append(self.hint)
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.faults, self.hint)


def _rebuild(cls: type[FaultsError], faults: Sequence[Fault], hint: str) -> FaultsError:
    return cls(faults, hint=hint)


class ArgumentError(LoadstoneError, ValueError):
    """Arguments that are invalid or contradict each other."""


class UnknownArgument(ArgumentError, TypeError):
    """An unknown keyword argument; the message names the nearest known one."""


class InvalidDeviceMap(FaultsError, ArgumentError):
    """A ``device_map`` that leaves out modules, names some that do not exist, splits one or contradicts itself."""

    title = "The device_map cannot be used; nothing was read"


class InvalidMesh(FaultsError, ArgumentError):
    """A mesh over whose devices a model cannot be split: heads that do not divide, fewer experts than devices."""

    title = "The model cannot be split over this mesh; no weights were read"


class DoesNotFit(LoadstoneError, MemoryError):
    """More bytes are needed than a memory budget, or the machine, has. Nothing was allocated."""


class ConfigError(LoadstoneError, ValueError):
    """A config that cannot be used."""


class ConfigNotFound(ConfigError, FileNotFoundError):
    """No ``config.json`` where one was expected."""


class InvalidConfig(FaultsError, ConfigError):
    """Config keys of the wrong type or out of range."""

    title = "The config cannot be used"


class UnknownModelType(ConfigError):
    """A ``model_type``, class or head that no family here has."""


class CheckpointError(LoadstoneError, ValueError):
    """A checkpoint that cannot be used."""


class CheckpointNotFound(CheckpointError, FileNotFoundError):
    """No weights where they were expected."""


class CorruptCheckpoint(FaultsError, CheckpointError):
    """Files that contradict themselves or each other."""

    title = "The checkpoint is damaged; nothing was loaded"


class UnsafeCheckpoint(FaultsError, CheckpointError):
    """A file that asks for more than weights: code to run, or a path outside its folder."""

    title = "The checkpoint asks for what weights never need; nothing was loaded"


class MissingTensors(FaultsError, CheckpointError):
    """Slots of the model that no stored tensor fills."""

    title = "The checkpoint lacks tensors that the model needs; nothing was loaded"


class ShapeMismatch(FaultsError, CheckpointError):
    """Stored tensors whose shape is not the slot's."""

    title = "The checkpoint's shapes do not fit the model; nothing was loaded"


class NameCollision(FaultsError, CheckpointError):
    """Two stored tensors that claim the same slot."""

    title = "Several stored tensors claim one name; nothing was loaded"


class UnusedTensors(FaultsError, CheckpointError):
    """Stored tensors that the model does not use, with ``strict=True``."""

    title = "strict=True: the model and the checkpoint do not match exactly; nothing was loaded"


class UnsupportedDType(FaultsError, CheckpointError):
    """A dtype that the framework, or the slot, cannot hold."""

    title = "A dtype cannot be used here"


class TokenizerError(LoadstoneError, ValueError):
    """Text cannot be tokenized: there is no tokenizer, it cannot be read, or its chat template fails."""


class FrameworkNotInstalled(LoadstoneError, ImportError):
    """PyTorch, Flax or TensorFlow is needed and not installed."""


class UntrustedCode(LoadstoneError, ValueError):
    """Code came with a checkpoint, and the caller did not allow it to run. None of it was imported."""


class CustomCodeError(LoadstoneError, ImportError):
    """Code that came with a checkpoint cannot be used: a file, a package or a class is missing, or it fails."""


class LockMismatch(FaultsError, ValueError):
    """Files differ from what the lock file says of them."""

    title = "Files do not match the lock file; nothing was loaded"


class HubError(LoadstoneError, OSError):
    """The Hub refused, failed, or could not be reached."""


class RemoteError(LoadstoneError, OSError):
    """An object store or a web server refused, failed, or could not be reached; nothing was loaded."""

    status = 0
    """Of the server's answer; 0 where there was none."""


class WeightsIncomplete(LoadstoneError, RuntimeError):
    """A swap in place failed halfway, so that some weights are one checkpoint's and some another's.

    The model refuses to run, and to be saved, until a swap succeeds."""


class RanksDisagree(FaultsError, ValueError):
    """The ranks of a mesh were to load, save or swap other things. No weight was read; each rank raises the same."""

    title = "The ranks do not agree; nothing was done"


class RankFailed(LoadstoneError, RuntimeError):
    """Another rank failed, ended or did not come, so this one stopped as well. That rank raises its own error.

    ``rank`` is its number; None where all that is known is that the ranks cannot reach each other any more.
    """

    def __init__(self, message: str, rank: int | None = None) -> None:
        super().__init__(message)
        self.rank = rank

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.rank)


class SaveError(LoadstoneError, OSError):
    """Nothing was written; what was there before is untouched."""


class StateMismatch(FaultsError, SaveError):
    """Tensors to save that are not those of the model's slots: names, shapes, or tensors without values."""

    title = "The state dict does not match the model's slots; nothing was written"

    def __init__(self, faults: Iterable[Fault], *, hint: str = "") -> None:
        super().__init__(faults, hint=hint)
        self.errno = self.strerror = None  # OSError takes two arguments for these
