"""``push_to_hub``: what ``save_pretrained`` writes, as a commit on the Hub."""

from __future__ import annotations

import tempfile
from typing import Any


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
        **saving: Any,
    ) -> Any:
        """Save into a folder of its own and upload that as one commit; the repository is made if there is none.

        ``saving`` goes to ``save_pretrained``: ``max_shard_size``, ``variant``, … The repository's other files stay.
        Returns ``huggingface_hub``'s ``CommitInfo``, with ``commit_url`` and ``oid``.

        Raises :class:`HubError` where the Hub refuses or cannot be reached, :class:`SaveError` where saving fails.
        """
        from huggingface_hub import HfApi

        from loadstone.refusals import sending

        with tempfile.TemporaryDirectory() as folder:
            self.save_pretrained(folder, **saving)  # type: ignore[attr-defined]
            with sending(repo_id, revision or "main", endpoint):
                api = HfApi(endpoint=endpoint, token=token, library_name="loadstone")
                repo_id = api.create_repo(repo_id, private=private, exist_ok=True).repo_id
                return api.upload_folder(
                    repo_id=repo_id,
                    folder_path=folder,
                    commit_message=commit_message or f"Upload {type(self).__name__}",
                    commit_description=commit_description,
                    revision=revision,
                    create_pr=create_pr,
                )
