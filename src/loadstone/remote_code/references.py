"""What ``auto_map`` in a ``config.json`` says: which class of which file, in which repository."""

from __future__ import annotations

import contextlib
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig

PACKAGE_PREFIX = "loadstone_code_"
"""What names of modules of code begin with."""
_ELSEWHERE = "--"
_LONGEST = 512
_OF_MODELS = re.compile(r"AutoConfig|AutoModel(For\w+)?|AutoBackbone")
"""Keys of ``auto_map`` whose code shares a package: a model's file imports its config's."""


@record
class CodeReference:
    """``modeling_x.Model``, or ``owner/name--modeling_x.Model`` for code that another repository holds."""

    repo_id: str | None
    """None: the repository, or folder, that the config comes from."""
    module: str
    """Dotted, from the root of the repository."""
    name: str
    beside: tuple[str, ...] = ()
    """Files of the other configs and models that the same ``auto_map`` names in the same repository: one package."""

    @property
    def file(self) -> str:
        """``modeling_x.py``."""
        return self.module.replace(".", "/") + ".py"

    def __str__(self) -> str:
        return (f"{self.repo_id}{_ELSEWHERE}" if self.repo_id else "") + f"{self.module}.{self.name}"

    @classmethod
    def parse(cls, text: object, where: str) -> CodeReference:
        """:class:`InvalidConfig` for anything that is not exactly a reference; ``where`` names it in the message."""
        if isinstance(text, str) and len(text) <= _LONGEST:
            repo_id, _, path = text.rpartition(_ELSEWHERE)
            *modules, name = path.split(".")
            if modules and all(_is_plain(part) for part in (*modules, name)) and _may_be_an_id(repo_id):
                return cls(repo_id or None, ".".join(modules), name)
        raise InvalidConfig(
            [Fault(where, "'file.Class' or 'owner/name--file.Class'", repr(text)[:_LONGEST])],
            hint="Nothing was fetched and nothing was run.",
        )


def reference_for(auto_map: object, auto_class: str, where: str) -> CodeReference | None:
    """What ``auto_map`` says of an ``Auto…`` class; None if it says nothing."""
    if auto_map is None:
        return None
    if not isinstance(auto_map, Mapping):
        raise InvalidConfig([Fault(f"{where}, key 'auto_map'", "an object", type(auto_map).__name__)])
    entry = auto_map.get(auto_class)
    if entry is None:
        return None
    reference = CodeReference.parse(entry, f"{where}, key 'auto_map', {auto_class!r}")
    same = {other.file for other in references_of_models(auto_map) if other.repo_id == reference.repo_id}
    return replace(reference, beside=tuple(sorted(same)))


def references_of_models(auto_map: object) -> Iterator[CodeReference]:
    """Those to configs and models; an entry that is no reference is ignored: whoever asks for it is told."""
    for key, entry in auto_map.items() if isinstance(auto_map, Mapping) else ():
        if _OF_MODELS.fullmatch(str(key)):
            with contextlib.suppress(InvalidConfig):
                yield CodeReference.parse(entry, str(key))


def _is_plain(part: str) -> bool:
    """A name that Python, and every file system, takes as it stands."""
    return part.isascii() and part.isidentifier() and not keyword.iskeyword(part)


def _may_be_an_id(repo_id: str) -> bool:
    """Roughly; the Hub's rules are held where it is asked."""
    return not repo_id or (repo_id.count("/") == 1 and all(repo_id.split("/")) and repo_id.isascii())
