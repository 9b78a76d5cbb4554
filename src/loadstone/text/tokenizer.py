"""The tokenizer of a checkpoint: texts → ids and back, with the interface of transformers' ``PreTrainedTokenizerFast``.

The ``tokenizers`` library computes.
"""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from loadstone.core.paths import local_path
from loadstone.core.recognized import Recognized
from loadstone.errors import ArgumentError
from loadstone.sources.publish import PushToHub, upload_asked_for
from loadstone.text.chat.encode import ChatEncoder
from loadstone.text.load import Loaded, compare_with_config, load
from loadstone.text.saved_files import files_of, put
from loadstone.text.settings import Settings
from loadstone.text.special_tokens import Token

if TYPE_CHECKING:
    import tokenizers


class PreTrainedTokenizerFast(Recognized, ChatEncoder, PushToHub):
    """A checkpoint's own tokenizer, from :meth:`loadstone.AutoTokenizer.from_pretrained`.

    Called with texts it returns a :class:`BatchEncoding`; :meth:`decode` gives texts back. Several threads may use one.
    """

    recognized_as = (
        ("transformers.tokenization_utils_tokenizers", "TokenizersBackend"),
        ("transformers.tokenization_utils_base", "PreTrainedTokenizerBase"),
    )

    def __init__(self, tokenizer_object: tokenizers.Tokenizer, settings: Settings | None = None, **given: Any) -> None:
        """A tokenizer of your own: a ``tokenizers.Tokenizer``, with special tokens and what else
        ``tokenizer_config.json`` would say (``pad_token="<pad>"``, ``model_max_length=512``).

        Raises :class:`UnknownArgument` for a keyword that is no setting, :class:`TokenizerError` for one of a type that
        makes no sense.
        """
        settings = settings or Settings.of({}, given, "this call")
        self._tokenizer = tokenizer_object
        self._lock = threading.Lock()
        self.file_values = dict(settings.values)
        self.name_or_path = settings.name_or_path
        self.source = settings.source
        """The file that it was read from, for errors."""
        self.class_name = settings.class_name
        self.model_max_length = settings.model_max_length
        self.padding_side = settings.padding_side
        self.truncation_side = settings.truncation_side
        self.model_input_names = list(settings.model_input_names)
        self.clean_up_tokenization_spaces = settings.clean_up_tokenization_spaces
        self.split_special_tokens = settings.split_special_tokens
        self.chat_template: str | dict[str, str] | None = settings.chat_template
        self.pad_token_type_id = 0
        self.deprecation_warnings = {}
        self._set_special_tokens(settings.named, settings.extra)
        self._add_missing(settings.added)
        if settings.adds_bos is not None or settings.adds_eos is not None or tokenizer_object.post_processor is None:
            self._frame(bool(settings.adds_bos), bool(settings.adds_eos))

    def _add_missing(self, added: Sequence[Token]) -> None:
        """Tokens that files add, and special tokens that the vocabulary does not cut texts at yet."""
        from tokenizers import AddedToken

        known = {token.content for token in self._tokenizer.get_added_tokens_decoder().values()}
        known |= {str(getattr(token, "content", token)) for token in added}
        new = list(added)
        for token in (*self._named.values(), *self._extra):
            content = str(getattr(token, "content", token))
            if token is not None and content not in known:
                known.add(content)
                new.append(token)
        if new:
            special = set(self.special_tokens_map.values())
            tokens = [AddedToken(token, special=True) if isinstance(token, str) else copy.copy(token) for token in new]
            for token in tokens:
                token.special = token.special or token.content in special
            self._tokenizer.add_tokens(tokens)

    def _frame(self, bos: bool, eos: bool) -> None:
        """The bos token before each text and the eos token behind it, as far as they are wanted and there."""
        from tokenizers import processors

        begin = self.bos_token if bos else None
        end = self.eos_token if eos else None
        single = [f"{begin}:0"] * (begin is not None) + ["$A:0"] + [f"{end}:0"] * (end is not None)
        pair = [*single, *[f"{begin}:1"] * (begin is not None), "$B:1", *[f"{end}:1"] * (end is not None)]
        tokens = {token: self.convert_tokens_to_ids(token) for token in (begin, end) if token is not None}
        self._tokenizer.post_processor = processors.TemplateProcessing(
            single=single, pair=pair, special_tokens=list(tokens.items())
        )

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(name_or_path={self.name_or_path!r}, vocab_size={self.vocab_size}, "
            f"model_max_length={self.model_max_length}, padding_side={self.padding_side!r}, "
            f"special_tokens={self.special_tokens_map})"
        )

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str | os.PathLike[str], **options: Any) -> Self:
        """The tokenizer of a folder, a file in it, a GGUF file or a Hub id; see
        :meth:`loadstone.AutoTokenizer.from_pretrained`."""
        return cls.of_files(load(pretrained_model_name_or_path, options))

    @classmethod
    def of_files(cls, loaded: Loaded) -> Self:
        """A tokenizer as its files make it.

        Raises :class:`TokenizerError` for tokens around texts that it lacks, and for a vocabulary larger than the
        model's.
        """
        built = loaded.built
        tokenizer = cls(built.tokenizer, built.settings)
        if built.frame is not None:
            tokenizer.backend_tokenizer.post_processor = built.frame(built.tokenizer.token_to_id)
        compare_with_config(tokenizer, loaded.files)
        return tokenizer

    def save_pretrained(
        self,
        save_directory: str | os.PathLike[str],
        legacy_format: bool | None = None,
        filename_prefix: str | None = None,
        push_to_hub: bool = False,
        save_jinja_files: bool = True,
        **others: Any,
    ) -> tuple[str, ...]:
        """Write ``tokenizer.json``, ``tokenizer_config.json`` and ``chat_template.jinja``, all or nothing; returns
        their paths. Several chat templates, or one with ``save_jinja_files=False``, stand in ``tokenizer_config.json``.

        Transformers reads them back to an equal tokenizer. ``push_to_hub`` uploads them too, with the keywords of
        :meth:`push_to_hub`. ``filename_prefix`` goes before each name.

        Raises :class:`SaveError` where the folder cannot be written to, :class:`TokenizerError` for a tokenizer that
        no ``tokenizer.json`` can say, :class:`ArgumentError` for ``legacy_format=True``: older formats are not written.
        """
        if legacy_format:
            raise ArgumentError(
                "legacy_format=True asks for vocabulary files of older formats; tokenizer.json is written."
            )
        upload = upload_asked_for(type(self).save_pretrained, save_directory, push_to_hub, others)
        prefix = f"{filename_prefix}-" if filename_prefix else ""
        files = {prefix + name: content for name, content in files_of(self, save_jinja_files).items()}
        folder = local_path(save_directory)
        put(folder, files)
        if upload is not None:
            upload.send(folder, files, self._title)
        return tuple(str(folder / name) for name in files)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        del state["_lock"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()

    def __copy__(self) -> Self:
        """A copy of its own: two would hold one ``Tokenizer`` under two locks."""
        return copy.deepcopy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        new = type(self).__new__(type(self))
        with self._lock:
            state = copy.deepcopy(self.__getstate__(), memo)
        new.__setstate__(state)
        return new
