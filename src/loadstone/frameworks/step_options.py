"""How the steps of a call of ``generate`` are run: where keys and values lie, and whether a step is compiled."""

from __future__ import annotations

from loadstone.configs.compile_config import CompileConfig
from loadstone.core.records import record
from loadstone.errors import ArgumentError
from loadstone.frameworks.generation_values import Sources

_MAY_BE_STATIC = (None, "static", "sliding_window", "hybrid")
"""What transformers calls, or called, caches of a fixed size; nothing says nothing."""


@record
class StepOptions:
    """How steps are run."""

    static: bool = False
    """Whether the cache has a fixed size."""
    compile: CompileConfig | None = None
    """How a step is compiled; None: it is not."""


def step_options(sources: Sources) -> StepOptions:
    """What a call and its configs say. :class:`ArgumentError` for what contradicts itself.

    As in transformers ``compile_config`` asks for compiled steps too, unless ``disable_compile`` is said.
    """
    config, asked, kind = (sources.value(name) for name in ("compile_config", "compile", "cache_implementation"))
    if not (asked is None or isinstance(asked, bool)):
        raise sources.error("compile", "True or False. How is said by compile_config")
    off, static = sources.flag("disable_compile"), kind == "static"
    if asked and off:
        raise ArgumentError("compile=True and disable_compile=True: say one of the two.")
    if asked is False or off or (config is None and not asked):
        return StepOptions(static)
    if not sources.flag("use_cache"):
        raise ArgumentError("compile=True and use_cache=False: what is compiled is the step that reads one new token.")
    if kind not in _MAY_BE_STATIC:
        raise ArgumentError(
            f"compile=True and cache_implementation={kind!r}: a compiled step needs a cache of a fixed size, "
            '"static", which is also what it takes if nothing is said.'
        )
    return StepOptions(True, CompileConfig() if config is None else CompileConfig.of(config))
