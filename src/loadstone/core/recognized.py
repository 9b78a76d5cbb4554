"""How ``isinstance(model, transformers.PreTrainedModel)`` holds for a model that does not derive from that class.

``isinstance`` asks for an object's type and then for its ``__class__``, which a proxy may say something else with. Once
transformers is in the process, an object says with it that it is of a *twin*: a class that derives from its own and
then from transformers'. The object stays what ``type`` says it is, and finds no attribute in its twin.
"""

from __future__ import annotations

import copyreg
import sys
import threading
from typing import Any, ClassVar, SupportsIndex

_making = threading.Lock()


class Recognized:
    """What passes for an instance of a class of transformers', where that library is loaded."""

    recognized_as: ClassVar[tuple[tuple[str, str], ...]]
    """Modules of transformers, and the class in each that this one stands for. The first that is loaded counts, so a
    class comes before its bases."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Without what transformers' class does to a new class, which a twin is not: no tree of PyTorch's knows it."""
        if not is_twin(cls):
            super(Recognized, cls).__init_subclass__(**keywords)  # noqa: UP008 - this class has a __class__ of its own

    @property
    def __class__(self) -> Any:
        """The object's type, or its twin once transformers' class is loaded."""
        return twin(type(self))

    @__class__.setter
    def __class__(self, value: type) -> None:
        object.__dict__["__class__"].__set__(self, value.__dict__.get("_is_twin_of", value))

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        """As any object's, without the check that ``__class__`` is the type."""
        made = object.__reduce_ex__(self, max(2, protocol.__index__()))
        return (_new, *made[1:]) if made[0] is copyreg.__newobj__ else made  # type: ignore[attr-defined]


def is_twin(cls: type) -> bool:
    """Whether a class is there for ``isinstance`` alone, so that it has no instances."""
    return "_is_twin_of" in cls.__dict__


def _new(cls: Any) -> Any:
    """An instance that is about to be unpickled."""
    return cls.__new__(cls)


def twin(cls: type[Recognized]) -> type:
    """The class that derives from ``cls`` and from the class of transformers that it stands for; ``cls`` itself where
    that is not loaded, or where it derives from both already. Called, it makes an instance of ``cls``."""
    for module, name in cls.recognized_as:
        theirs = getattr(sys.modules.get(module), name, None)  # None too while the module is being imported
        if theirs is not None:
            break
    else:
        return cls
    made: tuple[type | None, type] = cls.__dict__.get("_twin", (None, cls))
    if made[0] is not theirs:
        with _making:
            made = cls.__dict__.get("_twin", (None, cls))
            if made[0] is not theirs:
                made = theirs, cls if issubclass(cls, theirs) else _made_twin(cls, theirs)
                cls._twin = made  # type: ignore[attr-defined]
    return made[1]


def _made_twin(cls: Any, theirs: type) -> type:
    def new(wanted: type, *args: object, **keywords: object) -> Any:
        return cls(*args, **keywords) if wanted is made else object.__new__(wanted)

    body: dict[str, Any] = {name: getattr(cls, name) for name in ("__module__", "__qualname__", "__doc__")}
    makers = [name for name in ("from_pretrained", "_from_config") if hasattr(cls, name)]
    body |= {name: getattr(cls, name) for name in makers}  # bound to the plain class
    body |= {"__new__": new, "_is_twin_of": cls}
    body["__no_type_check__"] = True  # annotations may name what is imported for type checkers alone
    made: type = type(cls)(cls.__name__, (cls, theirs), body)
    return made
