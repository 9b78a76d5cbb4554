"""What a model does about its weights being replaced while it is in use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import get_ident
from typing import TYPE_CHECKING, Any, TypeVar, cast

import torch

from loadstone.errors import WeightsIncomplete
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.frameworks.torch.modeling.weights_gate import WeightsGate

if TYPE_CHECKING:
    from loadstone.reporting.load_report import LoadReport

MethodT = TypeVar("MethodT", bound=Callable[..., Any])


class Swapping(TorchStructure):
    """A model that runs with one checkpoint's weights or with another's, and never with some of both."""

    weights_version: int = 0
    """How many times the weights have been swapped since they were loaded."""
    weights_incomplete: str = ""
    """Why the model must not run, since its weights are some of one checkpoint and some of another; else nothing."""

    def swap_weights(
        self, path_or_id: str | os.PathLike[str], *, in_place: bool = False, **keywords: object
    ) -> LoadReport:
        """Replace all weights by those of another checkpoint of the same architecture, while the model is in use.

        See :func:`loadstone.pipeline.swap_weights.swap_weights`.
        """
        from loadstone.pipeline.swap_weights import swap_weights

        return swap_weights(self, path_or_id, in_place, keywords)

    @contextmanager
    def hold_weights(self) -> Iterator[int]:
        """Within it, in this thread, the weights stay as they are: a swap waits. Gives their version.

        For what takes several forward passes, a forward and its backward pass, or runs the model in a way that this
        does not see: through ``torch.compile(model)``, a replayed CUDA graph, or one of its parts. Every forward pass
        and ``generate`` holds them by itself. Do not wait within it for a thread that runs the model too: that one
        may be waiting for a swap, and the swap for you.

        Raises :class:`WeightsIncomplete` where a swap in place has failed.
        """
        gate, thread = gate_of(self), get_ident()
        if thread in gate.inside:
            yield self.weights_version
            return
        try:
            gate.inside.add(thread)
            if gate.closed is not None:
                gate.step_back(thread)
            self.check_complete()
            yield self.weights_version
        except BaseException as error:
            if not isinstance(error, Exception):
                gate.break_off()
            raise
        finally:
            gate.inside.discard(thread)

    def check_complete(self) -> None:
        """:class:`WeightsIncomplete` where a swap in place has failed."""
        if self.weights_incomplete:
            raise WeightsIncomplete(self.weights_incomplete)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """One forward pass, with one version of the weights. What is compiled from here on has no gate in it."""
        if torch.compiler.is_compiling():
            return super().__call__(*args, **kwargs)
        gate, thread = self.__dict__.get("_weights_gate") or gate_of(self), get_ident()
        if thread in gate.inside:
            return super().__call__(*args, **kwargs)
        try:
            gate.inside.add(thread)
            if gate.closed is not None:
                gate.step_back(thread)
            if self.weights_incomplete:
                self.check_complete()
            return super().__call__(*args, **kwargs)
        except BaseException as error:
            if not isinstance(error, Exception):
                gate.break_off()
            raise
        finally:
            gate.inside.discard(thread)


def gate_of(model: Swapping) -> WeightsGate:
    """The one that a model passes, made when it is first asked for."""
    gate: WeightsGate = model.__dict__.setdefault("_weights_gate", WeightsGate())
    return gate


def share_gate(model: Swapping, inner: Swapping) -> None:
    """Who runs the one model, or the other within it, passes one gate."""
    inner.__dict__["_weights_gate"] = gate_of(model)


def held(method: MethodT) -> MethodT:
    """The method of a model, run with one version of its weights from beginning to end."""

    @wraps(method)
    def holding(self: Swapping, *args: Any, **kwargs: Any) -> Any:
        with self.hold_weights():
            return method(self, *args, **kwargs)

    return cast(MethodT, holding)
