"""``push_to_hub``: what ``save_pretrained`` writes, as a commit on the Hub; and the keywords that scripts give both."""

from __future__ import annotations

import glob
import inspect
import os
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import KW_ONLY, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from loadstone.core.keywords import nearest
from loadstone.core.paths import local_path
from loadstone.core.records import record
from loadstone.errors import ArgumentError, UnknownArgument

if TYPE_CHECKING:
    from huggingface_hub import CommitInfo


class _Neutral(NamedTuple):
    """A keyword that other libraries have, and that changes nothing here."""

    values: tuple[object, ...] | None = None
    """Those of which this is true, beside None; None: whatever the value is."""
    instead: str = ""
    """What to do where another is given."""


_NEUTRAL: Mapping[str, _Neutral] = {
    "save_peft_format": _Neutral(),
    "use_temp_dir": _Neutral(),
    "version": _Neutral(),
    "max_shard_size": _Neutral(),
    "safe_serialization": _Neutral(),
    "save_original_format": _Neutral((True,), "Tensors are always written under the names that the Hub's files have."),
    "distributed_checkpoint": _Neutral((False,), "torch.distributed.checkpoint writes those, from model.state_dict()."),
    "saved_model": _Neutral((False,), "model.export(folder) writes a SavedModel."),
    "signatures": _Neutral((), "model.export(folder) writes a SavedModel."),
    "tags": _Neutral((), "No model card is written; huggingface_hub.metadata_update changes one."),
    "organization": _Neutral((), "Give repo_id='organization/name'."),
}


@record
class Upload:
    """A commit to make of files, and where: the keywords of ``push_to_hub``, which ``save_pretrained`` takes too."""

    _: KW_ONLY
    repo_id: str
    commit_message: str | None = None
    commit_description: str | None = None
    private: bool | None = None
    token: str | bool | None = None
    revision: str | None = None
    create_pr: bool = False
    endpoint: str | None = None

    def send(self, folder: str | Path, files: Collection[str] | None, title: str) -> CommitInfo:
        """Upload ``files`` of a folder, or all that is in it, as one commit; the repository is made if there is none.

        ``title`` is the commit's where no message is given. Returns ``huggingface_hub``'s ``CommitInfo``. Raises
        :class:`HubError` where the Hub refuses or cannot be reached.
        """
        from huggingface_hub import HfApi

        from loadstone.sources.hub_errors import sending

        with sending(self.repo_id, self.revision or "main", self.endpoint):
            api = HfApi(endpoint=self.endpoint, token=self.token, library_name="loadstone")
            return api.upload_folder(
                repo_id=api.create_repo(self.repo_id, private=self.private, exist_ok=True).repo_id,
                folder_path=folder,
                allow_patterns=None if files is None else [glob.escape(name) for name in files],
                commit_message=self.commit_message or title,
                commit_description=self.commit_description,
                revision=self.revision,
                create_pr=self.create_pr,
            )


def upload_asked_for(
    save: Callable[..., object],
    save_directory: str | os.PathLike[str],
    push_to_hub: bool,
    keywords: Mapping[str, object],
) -> Upload | None:
    """The upload that the keywords of a ``save_pretrained`` ask for, of those that it does not name itself.

    ``repo_id`` is the folder's name where none is given. Raises :class:`UnknownArgument` for a keyword that nothing
    takes, and :class:`ArgumentError` for one that asks for what is not done.
    """
    folder = local_path(save_directory)
    about_hub = {field.name for field in fields(Upload)}
    own = {
        name
        for name, parameter in inspect.signature(save).parameters.items()
        if parameter.kind is not parameter.VAR_KEYWORD
    }
    token = keywords.get("token")
    given: dict[str, Any] = {"repo_id": os.path.basename(os.path.abspath(folder))}
    for name, value in keywords.items():
        if name in about_hub:
            given |= {name: value} if value is not None else {}
        elif name == "use_auth_token":  # the older name
            given |= {"token": value} if token is None and value is not None else {}
        elif name not in _NEUTRAL:
            known = sorted(own | about_hub | _NEUTRAL.keys())
            raise UnknownArgument(f"save_pretrained takes no keyword {name!r}. {nearest(name, known)}".rstrip())
        elif value is not None and (values := _NEUTRAL[name].values) is not None and value not in values:
            raise ArgumentError(f"{name}={value!r} is not done by save_pretrained. {_NEUTRAL[name].instead}")
    return Upload(**given) if push_to_hub else None


class PushToHub:
    """:meth:`push_to_hub` for what has ``save_pretrained``."""

    def push_to_hub(
        self,
        repo_id: str,
        *,
        commit_message: str | None = None,
        commit_description: str | None = None,
        private: bool | None = None,
        token: str | bool | None = None,
        revision: str | None = None,
        create_pr: bool = False,
        endpoint: str | None = None,
        **saving: object,
    ) -> CommitInfo | None:
        """Save into a folder of its own and upload that as one commit; the repository is made if there is none.

        ``saving`` goes to ``save_pretrained``: ``max_shard_size``, ``variant``, … The repository's other files stay.
        Returns ``huggingface_hub``'s ``CommitInfo``, with ``commit_url`` and ``oid``; None with
        ``is_main_process=False``, which does nothing.

        Raises :class:`HubError` where the Hub refuses or cannot be reached, :class:`SaveError` where saving fails, and
        :class:`UnknownArgument` for a keyword that nothing takes.
        """
        upload = Upload(
            repo_id=repo_id,
            commit_message=commit_message,
            commit_description=commit_description,
            private=private,
            token=token,
            revision=revision,
            create_pr=create_pr,
            endpoint=endpoint,
        )
        with tempfile.TemporaryDirectory() as folder:
            self.save_pretrained(folder, **saving)  # type: ignore[attr-defined]
            if not saving.get("is_main_process", True):
                return None
            return upload.send(folder, None, self._title)

    @property
    def _title(self) -> str:
        return f"Upload {type(self).__name__}"
