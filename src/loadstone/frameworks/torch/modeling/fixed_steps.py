"""Passes of a model that writes a text, through a cache of a fixed size: the steps of one token compiled, if so asked.

The program of a step is kept by its model. It serves every text whose cache has the room that it was compiled for, and
from the second room on all others.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from loadstone.configs.compile_config import CompileConfig
from loadstone.errors import ArgumentError, FrameworkNotInstalled
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.torch.modeling.one_row import OneRowProducts
from loadstone.frameworks.torch.modeling.static_cache import StaticCache

Pass = Callable[..., Any]
"""A model's forward pass, by keyword; gives its output."""
_ROOM_STEP = 128
"""A cache for compiled steps has room for a multiple of so many tokens, so that most texts share a program."""
_OPTIONS = {"emulate_precision_casts": True}
"""Of inductor, where nothing else is said: what eager steps round between operations is rounded."""


class Programs:
    """The compiled steps of one model. A copy of the model begins without any, and so does one that is unpickled."""

    def __init__(self) -> None:
        self.made: list[tuple[CompileConfig, Pass]] = []

    def step(self, config: CompileConfig) -> Pass:
        """``f(model, inputs)``: the model's output, by a program that is compiled when it is first called."""
        for known, step in self.made:
            if known == config:
                return step
        # A code object of its own: PyTorch counts compilations, and gives up after eight, by that.
        function = types.FunctionType(_step.__code__.replace(), _step.__globals__, _step.__name__)
        options = config.options
        if config.backend == "inductor" and config.mode is None:
            options = {**_OPTIONS, **(options or {})}
        made: Pass = torch.compile(
            function,
            fullgraph=config.fullgraph,
            dynamic=config.dynamic,
            backend=config.backend,
            mode=config.mode,
            options=options,  # type: ignore[arg-type]
        )
        self.made.append((config, made))
        return made

    def __deepcopy__(self, memo: object) -> Programs:
        return Programs()

    def __reduce__(self) -> tuple[type[Programs], tuple[()]]:
        return Programs, ()


def _step(model: Pass, inputs: dict[str, Any]) -> Any:
    with OneRowProducts():
        return model(**inputs)


def fixed_steps(model: Any, how: Decoding) -> Pass:
    """What takes the place of a model that writes texts with a cache of a fixed size: the model itself, if it has none.

    :class:`ArgumentError` where steps are to be compiled and it has none.
    """
    if model.component is not None and model.has_cache:
        return FixedSteps(model, how) if how.use_cache else model
    if how.steps.compile is not None:
        why = "is code of its own" if model.component is None else "keeps no cache"
        raise ArgumentError(f"compile=True: {type(model).__name__} {why}, so no step is compiled. Leave compile out.")
    return model


class FixedSteps:
    """Takes the place of the model where texts are written: gives each pass a :class:`StaticCache`."""

    def __init__(self, model: Any, how: Decoding) -> None:
        self.model, self.new_tokens = model, how.new_tokens
        writes = "decoder_input_ids" in model.task.inputs
        self.ids, self.mask = (f"{'decoder_' if writes else ''}{name}" for name in ("input_ids", "attention_mask"))
        self.step: Pass | None = None
        if how.steps.compile is not None:
            self.step = model.__dict__.setdefault("_programs", Programs()).step(how.steps.compile)

    def __call__(self, **inputs: Any) -> Any:
        cache, mask = inputs.get("past_key_values"), inputs.get(self.mask)
        read = inputs[self.ids] if inputs.get(self.ids) is not None else inputs["inputs_embeds"]
        if cache is None:
            room = (read if mask is None else mask).shape[1] + self.new_tokens
            if self.step is not None:
                room = -(-room // _ROOM_STEP) * _ROOM_STEP
            return self.model(**{**inputs, "past_key_values": StaticCache(self.model.config, room)})
        if self.step is None or read.shape[1] > 1:
            return self.model(**inputs)
        if not isinstance(cache, StaticCache):
            raise ArgumentError(
                f"compile=True and past_key_values is a {type(cache).__name__}: a compiled step needs a cache of a "
                "fixed size. Give a StaticCache with room for the whole text."
            )
        cache.length = cache.length.to(read.device)
        if mask is not None:
            inputs[self.mask] = F.pad(mask, (0, cache.max_cache_len - mask.shape[1]), value=1)
        with _our_errors(self.model):
            # Copies: the strides of what is cut out of a text that grows would differ from step to step.
            return self.step(self.model, {name: _copied(value) for name, value in inputs.items()})


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor) and not value.is_floating_point():
        return value.clone(memory_format=torch.contiguous_format)
    return value


@contextmanager
def _our_errors(model: object) -> Iterator[None]:
    """What PyTorch's compiler says, as an error of ours that names the model and the next step."""
    from torch._dynamo import exc
    from torch._inductor.exc import CppCompileError, InvalidCxxCompiler

    # The second is no dynamo exception by its class, and not in every release.
    of_dynamo = exc.TorchDynamoException, getattr(exc, "FailOnRecompileLimitHit", exc.TorchDynamoException)
    try:
        yield
    except (*of_dynamo, CppCompileError, InvalidCxxCompiler) as error:
        name, reasons = type(model).__name__, _chain(error)
        if any(isinstance(each, InvalidCxxCompiler) or "InvalidCxxCompiler" in str(each) for each in reasons):
            raise FrameworkNotInstalled(
                "compile=True needs a C++ compiler, and torch.compile found none. Install one (apt install g++), or "
                "name it in the environment variable CXX; or leave compile out."
            ) from error
        said = str(reasons[-1]).strip().partition("\n")[0]
        raise ArgumentError(
            f"compile=True: torch.compile cannot compile a step of {name}: {said} Leave compile out; "
            'cache_implementation="static" works without it.'
        ) from error


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while (cause := chain[-1].__cause__) is not None:
        chain.append(cause)
    return chain
