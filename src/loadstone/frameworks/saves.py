"""``save_pretrained`` of a model, whatever the framework."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from loadstone.errors import ArgumentError
from loadstone.sources.publish import PushToHub, upload_asked_for

if TYPE_CHECKING:
    from loadstone.frameworks.save_model import Written
    from loadstone.saving.checkpoint import SaveOptions


class Saves(PushToHub):
    """:meth:`save_pretrained` and :meth:`push_to_hub` for a model that has :meth:`_write_pretrained`."""

    _other_formats: ClassVar[tuple[str, ...]] = ("msgpack",)
    """What it can be written as besides safetensors; the first is that of ``safe_serialization=False``."""

    def save_pretrained(
        self,
        save_directory: str | os.PathLike[str],
        *,
        is_main_process: bool = True,
        state_dict: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None,
        save_function: object = None,
        push_to_hub: bool = False,
        max_shard_size: int | str = "5GB",
        safe_serialization: bool = True,
        variant: str | None = None,
        format: str | None = None,
        **others: object,
    ) -> None:
        """Write config and weights into a folder, all or nothing: :func:`loadstone.frameworks.save_model.save_model`.

        Only with ``is_main_process``; of a PyTorch model whose weights are DTensors every rank writes its own part, so
        all of them call this, whatever ``is_main_process`` says. ``state_dict``, or ``params`` as Flax calls it:
        tensors to write in place of the model's own. ``save_function`` is accepted, since scripts pass accelerate's,
        and not used.

        ``push_to_hub=True`` then uploads these files, to the repository ``repo_id`` or the one that has the folder's
        name; ``token``, ``private``, ``commit_message``, … as for :meth:`push_to_hub`. What other libraries take and
        what changes nothing here is ignored.

        Raises :class:`StateMismatch` where the tensors are not those of the model's slots, :class:`SaveError` where
        they cannot be written, :class:`UnknownArgument` for a keyword that nothing takes. What was in the folder before
        is then untouched.
        """
        if state_dict is not None and params is not None:
            raise ArgumentError("state_dict= and params= both say what is to be saved: give one of them.")
        upload = upload_asked_for(Saves.save_pretrained, save_directory, push_to_hub, others)
        given = params if state_dict is None else state_dict
        by_ranks = self._is_saved_by_ranks(given)
        if by_ranks and upload is not None:
            raise ArgumentError(
                "push_to_hub=True is for one process, and these weights are spread over ranks. Let all of them save "
                "into a folder; then one uploads it: huggingface_hub.upload_folder(repo_id=…, folder_path=…)."
            )
        if is_main_process or by_ranks:
            from loadstone.frameworks.save_model import weight_format
            from loadstone.saving.checkpoint import SaveOptions

            as_format = weight_format(format, safe_serialization, self._other_formats)
            options = SaveOptions(max_shard_size, variant, as_format)
            written = self._write_pretrained(save_directory, given, options)
            if upload is not None:
                upload.send(written.folder, written.names, self._title)

    def _is_saved_by_ranks(self, state_dict: Mapping[str, Any] | None) -> bool:
        """Whether what is to be saved is spread over ranks, which then write it together."""
        return False

    def _write_pretrained(
        self, folder: str | os.PathLike[str], state_dict: Mapping[str, Any] | None, options: SaveOptions
    ) -> Written:
        """Write the files."""
        raise NotImplementedError
