"""Special tokens by role: the token that begins a text, ends it, pads it, stands for the unknown, …"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from loadstone.core.keywords import nearest
from loadstone.errors import ArgumentError

if TYPE_CHECKING:
    import tokenizers

Token: TypeAlias = "str | tokenizers.AddedToken"
ROLES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
EXTRA = "extra_special_tokens"
EXTRA_NAMES = (EXTRA, "additional_special_tokens")
"""Its name, and the one that files before the fifth version of transformers have."""


def _token(role: str) -> Any:
    def get(self: SpecialTokens) -> str | None:
        value = self._named.get(role)
        return None if value is None else str(getattr(value, "content", value))

    def put(self: SpecialTokens, value: Token | None) -> None:
        if value is not None and not (isinstance(value, str) or hasattr(value, "content")):
            raise ArgumentError(f"{role} = {value!r}: expected text, an AddedToken, or None.")
        self._named[role] = value

    return property(get, put, doc=f"The token of this role, as text; None where there is none ({role}).")


def _token_id(role: str) -> Any:
    def get(self: SpecialTokens) -> int | None:
        token = getattr(self, role)
        return None if token is None else self.convert_tokens_to_ids(token)

    def put(self: SpecialTokens, value: int | None) -> None:
        token = None if value is None else self.convert_ids_to_tokens(value)
        if value is not None and token is None:
            raise ArgumentError(f"{role}_id = {value}: the vocabulary has no token of that id.")
        setattr(self, role, token)

    return property(get, put, doc=f"The id of {role}; None where there is none.")


class SpecialTokens:
    """Tokens by role, each as text and as id, to read and to set (``pad_token``, ``pad_token_id``, …).

    A role of a model's own (``image_token``) is an attribute too. Setting one does not add it to the vocabulary:
    :meth:`add_special_tokens` does.
    """

    SPECIAL_TOKENS_ATTRIBUTES: Sequence[str] = ROLES
    _named: dict[str, Token | None]
    _extra: list[Token]

    bos_token, bos_token_id = _token("bos_token"), _token_id("bos_token")
    eos_token, eos_token_id = _token("eos_token"), _token_id("eos_token")
    unk_token, unk_token_id = _token("unk_token"), _token_id("unk_token")
    sep_token, sep_token_id = _token("sep_token"), _token_id("sep_token")
    pad_token, pad_token_id = _token("pad_token"), _token_id("pad_token")
    cls_token, cls_token_id = _token("cls_token"), _token_id("cls_token")
    mask_token, mask_token_id = _token("mask_token"), _token_id("mask_token")

    def convert_tokens_to_ids(self, tokens: Any) -> Any:
        raise NotImplementedError

    def convert_ids_to_tokens(self, ids: Any, skip_special_tokens: bool = False) -> Any:
        raise NotImplementedError

    def add_tokens(self, new_tokens: Token | Sequence[Token], special_tokens: bool = False) -> int:
        raise NotImplementedError

    def _set_special_tokens(self, named: Mapping[str, Token | None], extra: Sequence[Token]) -> None:
        """All at once; roles that are none of the usual ones become attributes."""
        own = [name for name in named if name not in ROLES]
        self.SPECIAL_TOKENS_ATTRIBUTES = (*ROLES, *own)
        self._named = {**dict.fromkeys(ROLES), **named}
        self._extra = list(extra)

    def __getattr__(self, name: str) -> Any:
        # Reached for names that are no attributes: roles of a model's own.
        named: Mapping[str, Token | None] = self.__dict__.get("_named", {})
        role = name.removesuffix("_id")
        if role not in named:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}. {nearest(name, dir(self))}".strip())
        value = named[role]
        token = None if value is None else str(getattr(value, "content", value))
        return token if role == name or token is None else self.convert_tokens_to_ids(token)

    @property
    def extra_special_tokens(self) -> list[str]:
        """Special tokens without a role."""
        return [str(getattr(token, "content", token)) for token in self._extra]

    @extra_special_tokens.setter
    def extra_special_tokens(self, tokens: Sequence[Token] | None) -> None:
        if isinstance(tokens, str) or not isinstance(tokens, Sequence | None):
            raise ArgumentError(f"extra_special_tokens = {tokens!r}: expected a list of tokens.")
        self._extra = list(tokens or ())

    @property
    def additional_special_tokens(self) -> list[str]:
        """The older name of :attr:`extra_special_tokens`."""
        return self.extra_special_tokens

    @property
    def extra_special_tokens_ids(self) -> list[int]:
        """The ids of :attr:`extra_special_tokens`."""
        ids: list[int] = self.convert_tokens_to_ids(self.extra_special_tokens)
        return ids

    @property
    def special_tokens_map(self) -> dict[str, str]:
        """Role → token, for the roles that there are."""
        return {
            role: str(getattr(token, "content", token))
            for role in self.SPECIAL_TOKENS_ATTRIBUTES
            if (token := self._named.get(role)) is not None
        }

    @property
    def all_special_tokens(self) -> list[str]:
        """Every special token once: those with a role, then the others."""
        return list(dict.fromkeys([*self.special_tokens_map.values(), *self.extra_special_tokens]))

    @property
    def all_special_ids(self) -> list[int]:
        """The ids of :attr:`all_special_tokens`."""
        ids: list[int] = self.convert_tokens_to_ids(self.all_special_tokens)
        return ids

    def add_special_tokens(
        self,
        special_tokens_dict: Mapping[str, Token | Sequence[Token]],
        replace_extra_special_tokens: bool = True,
    ) -> int:
        """Set tokens by role (``{"pad_token": "<pad>"}``) and add those to the vocabulary that it lacks.

        ``extra_special_tokens`` (or ``additional_special_tokens``) takes a list, which replaces the one that there is
        unless ``replace_extra_special_tokens`` is False. Returns how many tokens are new; give the model as many rows
        (``model.resize_token_embeddings(len(tokenizer))``). Raises :class:`ArgumentError` for a role that there is not.
        """
        from tokenizers import AddedToken

        def added(token: Token) -> Token:
            return AddedToken(token, normalized=False, special=True) if isinstance(token, str) else token

        new: list[Token] = []
        for role, value in special_tokens_dict.items():
            if role in EXTRA_NAMES and isinstance(value, Sequence) and not isinstance(value, str):
                is_new = [
                    replace_extra_special_tokens or str(token) not in self.extra_special_tokens for token in value
                ]
                tokens = [added(token) for token, wanted in zip(value, is_new, strict=True) if wanted]
                self._extra = tokens if replace_extra_special_tokens and tokens else [*self._extra, *tokens]
                new += tokens
            elif role in self.SPECIAL_TOKENS_ATTRIBUTES and not isinstance(value, Sequence):
                self._named[role] = value
                new.append(value)
            elif role in self.SPECIAL_TOKENS_ATTRIBUTES and isinstance(value, str):
                self._named[role] = added(value)
                new.append(added(value))
            else:
                roles = (*self.SPECIAL_TOKENS_ATTRIBUTES, EXTRA)
                raise ArgumentError(f"{role!r}: {value!r}. Expected a token for one of {', '.join(roles)}.")
        return self.add_tokens(new, special_tokens=True)

    def get_special_tokens_mask(
        self,
        token_ids_0: Sequence[int],
        token_ids_1: Sequence[int] | None = None,
        already_has_special_tokens: bool = False,
    ) -> list[int]:
        """1 for each special token among ids that have them already, 0 for the others."""
        if not already_has_special_tokens or token_ids_1 is not None:
            raise ArgumentError(
                "get_special_tokens_mask tells of one sequence with its special tokens: give "
                "already_has_special_tokens=True, or call the tokenizer with return_special_tokens_mask=True."
            )
        special = set(self.all_special_ids)
        return [int(int(token_id) in special) for token_id in token_ids_0]
