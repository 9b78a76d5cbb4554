"""Whose code may run: the caller says so, and nothing that a repository holds can say otherwise."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection
from typing import Any

from loadstone.core.records import record
from loadstone.errors import ArgumentError, FrameworkNotInstalled, UntrustedCode
from loadstone.remote_code.references import CodeReference


def is_installed() -> bool:
    """Whether there is a Transformers for code to run with."""
    return importlib.util.find_spec("transformers") is not None


@record
class Trust:
    """What the caller allowed."""

    own: bool = False
    """Code that lies beside the weights."""
    repositories: frozenset[str] = frozenset()
    """Repositories whose code may run, named one by one."""
    code_revision: str | None = None
    """Of code that lies in another repository than the weights."""
    allow_transformers: bool | None = None
    """Whether code gets the real Transformers: None where it is installed, True in any case, False never."""

    @classmethod
    def of(cls, trust_remote_code: object, code_revision: str | None, allow_transformers: bool | None) -> Trust:
        """``trust_remote_code`` is True for the repository's own code, or the ids of repositories to trust.

        Raises :class:`ArgumentError` for anything else: ``"false"`` must not count as yes.
        """
        if trust_remote_code is None or isinstance(trust_remote_code, bool):
            return cls(bool(trust_remote_code), frozenset(), code_revision, allow_transformers)
        if isinstance(trust_remote_code, Collection) and not isinstance(trust_remote_code, str | bytes):
            if all(isinstance(repo_id, str) and "/" in repo_id for repo_id in trust_remote_code):
                return cls(False, frozenset(trust_remote_code), code_revision, allow_transformers)
        raise ArgumentError(
            f"trust_remote_code is {trust_remote_code!r}; expected True, False, or the ids of the repositories whose "
            "code may run, such as ['owner/name']."
        )

    @classmethod
    def taken_from(cls, keywords: dict[str, Any]) -> Trust:
        """The same from keywords, which are taken out of ``keywords``."""
        requested = (keywords.pop("trust_remote_code", None), keywords.pop("code_revision", None))
        allowed = keywords.pop("allow_transformers", None)
        return cls.of(*requested, None if allowed is None else bool(allowed))

    def uses_transformers(self) -> bool:
        """Whether code gets the real Transformers. :class:`FrameworkNotInstalled` where it must and there is none."""
        if self.allow_transformers and not is_installed():
            raise FrameworkNotInstalled(
                "allow_transformers=True has code run with Transformers, which is not installed: pip install "
                '"loadstone[transformers]"; or leave it out, and the code gets what Loadstone has in its place.'
            )
        return self.allow_transformers is not False and is_installed()

    def __bool__(self) -> bool:
        return self.own or bool(self.repositories)

    def covers(self, reference: CodeReference, source: str) -> bool:
        """Whether a reference that a config of ``source`` makes may be followed."""
        home = reference.repo_id or source
        return home in self.repositories or (self.own and home == source)

    def require(self, reference: CodeReference, source: str) -> None:
        """:class:`UntrustedCode` if the reference may not be followed; says what would allow it."""
        if self.covers(reference, source):
            return
        home = reference.repo_id or source
        if not self:
            allow = "trust_remote_code=True" if home == source else f"trust_remote_code={[home]!r}"
        else:
            allowed = {source} if self.own else set(self.repositories)
            allow = f"trust_remote_code={sorted(allowed | {home})!r}"
        look = f"`loadstone code {home}` shows it without running it"
        whose = "with its own code" if home == source else f"with code of another repository, {home!r}"
        raise UntrustedCode(
            f"{source!r} runs {whose}: {reference.file}, class {reference.name}. {look}. To let it run, pass {allow}, "
            "and a revision= so that it stays what you looked at."
        )
