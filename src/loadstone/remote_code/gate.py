"""From a reference in a config to the class that it names, if the caller's trust covers it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, TypeVar

from loadstone.core.records import record
from loadstone.errors import CustomCodeError
from loadstone.remote_code.references import CodeReference, reference_for, references_of_models
from loadstone.remote_code.trust import Trust
from loadstone.sources.request import MAIN, HubOptions

if TYPE_CHECKING:
    from loadstone.remote_code.tree import CodeTree

Base = TypeVar("Base")

logger = logging.getLogger("loadstone")


@record
class Gate:
    """Where the code of one load comes from, and what of it may run."""

    trust: Trust
    source: str
    """The repository or folder that the config comes from."""
    commit: str | None = None
    """Of that repository: config, weights and code come from it together."""
    hub: HubOptions = MAIN
    """How the caller asked for it, the revision included."""
    subfolder: str = ""
    pins: Mapping[str, str] = field(default_factory=dict)
    """Repository → the commit that a lock file gives it."""
    check: Callable[[CodeTree], None] | None = None
    """Called with the code before any of it runs; a lock file refuses what differs."""

    def reference(self, auto_map: object, auto_class: str, *, is_known: bool) -> CodeReference | None:
        """The code to run for an ``Auto…`` class; None where there is none, or where Loadstone's own class will do.

        Loadstone's own will do if it ``is_known`` and the caller trusts nobody. Raises :class:`UntrustedCode`,
        :class:`InvalidConfig`.
        """
        reference = reference_for(auto_map, auto_class, self.source)
        if reference is None or (is_known and not self.trust):
            return None
        self.trust.require(reference, self.source)
        return reference

    def admits(self, auto_map: object) -> bool:
        """Whether some code that an ``auto_map`` names may run."""
        return any(self.trust.covers(reference, self.source) for reference in references_of_models(auto_map))

    def tree(self, reference: CodeReference) -> CodeTree:
        """The files that a reference needs, fetched and read; nothing has run."""
        from loadstone.remote_code.fetch import resolve_code

        if reference.repo_id in (None, self.source):
            hub = self.hub._replace(revision=self.commit or self.hub.revision)
            tree = resolve_code(self.source, [reference.file], self.subfolder, hub, reference.beside)
            revision, keyword = self.hub.revision, "revision"
        else:
            revision, keyword = self.trust.code_revision or self.pins.get(str(reference.repo_id)), "code_revision"
            hub = self.hub._replace(revision=revision)
            tree = resolve_code(str(reference.repo_id), [reference.file], hub=hub, beside=reference.beside)
        if tree.commit is not None and revision != tree.commit:
            logger.warning(
                "Code of %s runs as of commit %s. Pin it, so that it stays what it is: %s=%r.",
                tree.source,
                tree.commit[:12],
                keyword,
                tree.commit,
            )
        return tree

    def load(self, reference: CodeReference, base: type[Base]) -> type[Base]:
        """The class, imported; it must derive from ``base``.

        Raises :class:`UntrustedCode`, :class:`CustomCodeError`.
        """
        from loadstone.remote_code.resolution import is_real
        from loadstone.remote_code.running import class_of

        self.trust.require(reference, self.source)
        tree = self.tree(reference)
        if self.check is not None:
            self.check(tree)
        cls = class_of(reference, tree, uses_transformers=self.trust.uses_transformers())
        if not issubclass(cls, base) and not is_real(cls, base.__name__):
            raise CustomCodeError(f"{tree.source}: {reference} does not derive from {base.__name__}")
        return cls
