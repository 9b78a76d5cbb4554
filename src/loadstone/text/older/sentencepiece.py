"""SentencePiece models: unigram or BPE pieces, to which each class of tokenizers adds special tokens and ways to split.

Where fairseq trained a model (XLM-R, mBART, CamemBERT), its ids are not the file's: fairseq puts its own special tokens
first, and the file's pieces after them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.errors import TokenizerError
from loadstone.text.library import guarded
from loadstone.text.older.built import Built, flag, template, token
from loadstone.text.older.model_file import Algorithm, SentencePieceModel, read_model
from loadstone.text.piece_type import PieceType
from loadstone.text.settings import Settings
from loadstone.text.special_tokens import Token

if TYPE_CHECKING:
    import tokenizers
    from tokenizers.normalizers import Normalizer

    Scored = list[tuple[str, float]]

SPACE = "▁"
_MOST_WORK = 1 << 30
_LANGUAGES = (
    *("ar_AR", "cs_CZ", "de_DE", "en_XX", "es_XX", "et_EE", "fi_FI", "fr_XX", "gu_IN", "hi_IN", "it_IT", "ja_XX"),
    *("kk_KZ", "ko_KR", "lt_LT", "lv_LV", "my_MM", "ne_NP", "nl_XX", "ro_RO", "ru_RU", "si_LK", "tr_TR", "vi_VN"),
    "zh_CN",
)
"""mBART's, in the order of their ids."""


def generic(path: Path, settings: Settings) -> Built:
    """What the file alone says, for a class that is not known here."""
    from tokenizers import decoders, normalizers

    model = read_model(path)
    if model.algorithm == Algorithm.BPE:
        tokenizer = _bpe(model, unk_token=model.unk_piece, byte_fallback=model.byte_fallback)
    else:
        tokenizer = _unigram(model, _scored(model), model.unk_id, model.byte_fallback)
    tokenizer.normalizer = normalizers.Sequence([*_charsmap(model), normalizers.Replace(" ", SPACE)])
    bytes_ = [decoders.ByteFallback(), decoders.Fuse()] if model.byte_fallback else []
    tokenizer.decoder = decoders.Sequence([decoders.Replace(SPACE, " "), *bytes_])
    spelled = {"bos_token": (model.bos_id, model.bos_piece), "eos_token": (model.eos_id, model.eos_piece)}
    spelled["unk_token"] = (model.unk_id, model.unk_piece)
    of_file = {role: piece for role, (index, piece) in spelled.items() if index >= 0}
    settings = settings._replace(named={**of_file, **settings.named})
    return Built(tokenizer, _with_added_pieces(settings, model))


def llama(path: Path, settings: Settings) -> Built:
    """Llama's: BPE with bytes for what no piece spells, and a blank before the text."""
    from tokenizers import decoders, pre_tokenizers

    model = read_model(path)
    tokenizer = _bpe(model, byte_fallback=True)
    prefix = flag(settings, "add_prefix_space", True)
    scheme = ("always" if flag(settings, "legacy", False) else "first") if prefix else "never"
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme=scheme, split=False)
    stripped = [decoders.Strip(" ", 1, 0)] if prefix else []
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(), *stripped]
    )
    return Built(tokenizer, _with_added_pieces(settings, model))


def gemma(path: Path, settings: Settings) -> Built:
    """Gemma's: Llama's without a blank before the text."""
    from tokenizers import decoders, normalizers, pre_tokenizers

    model = read_model(path)
    tokenizer = _bpe(model, unk_token=token(settings, "unk"), byte_fallback=True)
    tokenizer.normalizer = normalizers.Replace(" ", SPACE)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()])
    return Built(tokenizer, _with_added_pieces(settings, model))


def t5(path: Path, settings: Settings) -> Built:
    """T5's: the file's pieces, then sentinels ``<extra_id_99>`` to ``<extra_id_0>``; ``</s>`` ends each text."""
    model = read_model(path)
    count = settings.values.get("extra_ids", 100)
    if not isinstance(count, int) or not 0 <= count <= 1 << 16:
        raise TokenizerError(f"{settings.source}: its setting 'extra_ids': expected a number, found {count!r:.100}")
    sentinels = [f"<extra_id_{index}>" for index in range(count)]
    tokenizer = _words(model, settings, [*_scored(model), *((name, 0.0) for name in reversed(sentinels))], 2)
    extra = _with_added_pieces(settings, model).extra
    if not any("<extra_id_" in str(getattr(each, "content", each)) for each in extra):
        extra = [*extra, *sentinels]
    frame = template(settings, "$A eos", "$A eos $B eos")
    return Built(tokenizer, settings._replace(extra=extra), frame)


def xlm_roberta(path: Path, settings: Settings) -> Built:
    """XLM-R's: fairseq's four special tokens first, ``<mask>`` last."""
    model = read_model(path)
    pieces = [*_fairseq(settings), *_scored(model)[3:], (token(settings, "mask"), 0.0)]
    frame = template(settings, "bos $A eos", "bos $A eos eos $B eos")
    return Built(_words(model, settings, pieces, 3), _with_added_pieces(settings, model), frame)


def camembert(path: Path, settings: Settings) -> Built:
    """CamemBERT's: fairseq's special tokens, of which three are not used."""
    from tokenizers import AddedToken

    model = read_model(path)
    first: Scored = [("<s>NOTUSED", 0.0), (token(settings, "pad"), 0.0), ("</s>NOTUSED", 0.0)]
    first += [(token(settings, "unk"), 0.0), ("<unk>NOTUSED", -100.0)]
    pieces = [*first, *_scored(model)[1:], (token(settings, "mask"), 0.0)]
    named = dict(settings.named)
    if isinstance(named["mask_token"], str):
        named["mask_token"] = AddedToken(named["mask_token"], lstrip=True, special=True)
    settings = _with_added_pieces(settings._replace(named=named), model)
    frame = template(settings, "bos $A eos", "bos $A eos eos $B eos")
    return Built(_words(model, settings, pieces, 3), settings, frame)


def mbart(path: Path, settings: Settings) -> Built:
    """mBART's: XLM-R's with languages before ``<mask>``; the text's language (``src_lang``) ends it."""
    from tokenizers import AddedToken

    model = read_model(path)
    languages = [(name, 0.0) for name in _LANGUAGES]
    pieces = [*_fairseq(settings), *_scored(model)[3:], *languages, (token(settings, "mask"), 0.0)]
    tokenizer = _words(model, settings, pieces, 3)
    tokenizer.normalizer = None
    named = dict(settings.named)
    if isinstance(named["mask_token"], str):
        named["mask_token"] = AddedToken(named["mask_token"], lstrip=True)
    language = settings.values.get("src_lang") or "en_XX"
    if language not in _LANGUAGES:
        raise TokenizerError(f"{settings.source}: src_lang={language!r}: expected one of {', '.join(_LANGUAGES)}.")
    extra: list[Token] = [*_LANGUAGES, *_with_added_pieces(settings, model).extra]
    framed = settings._replace(named={**named, "language_token": str(language)})
    frame = template(framed, "$A eos language", "$A $B eos language")
    return Built(tokenizer, settings._replace(named=named, extra=extra), frame)


def albert(path: Path, settings: Settings) -> Built:
    """ALBERT's: of text in small letters without accents, between ``[CLS]`` and ``[SEP]``."""
    from tokenizers import normalizers

    model = read_model(path)
    tokenizer = _words(model, settings, _scored(model), 1)
    steps: list[Normalizer] = [normalizers.Replace("``", '"'), normalizers.Replace("''", '"')]
    if not flag(settings, "keep_accents", False):
        steps += [normalizers.NFKD(), normalizers.StripAccents()]
    if flag(settings, "do_lower_case", True):
        steps.append(normalizers.Lowercase())
    tokenizer.normalizer = normalizers.Sequence([*steps, *_charsmap(model)])
    frame = template(settings, "cls $A sep", "cls $A sep $B:1 sep:1")
    return Built(tokenizer, _with_added_pieces(settings, model), frame)


def deberta_v2(path: Path, settings: Settings) -> Built:
    """DeBERTa 2's and 3's: of words that begin with a blank, in which longer blanks are one, between ``[CLS]`` and
    ``[SEP]``."""
    from tokenizers import Regex, decoders, normalizers, pre_tokenizers

    model = read_model(path)
    pieces, unknown = _scored(model), token(settings, "unk")
    tokenizer = _words(model, settings, pieces, next((i for i, (text, _) in enumerate(pieces) if text == unknown), 1))
    lower = [normalizers.Lowercase()] if flag(settings, "do_lower_case", False) else []
    blanks = normalizers.Replace(Regex(r"\s{2,}|[\n\r\t]"), " ")
    tokenizer.normalizer = normalizers.Sequence([*lower, blanks, normalizers.NFC(), normalizers.Strip(left=False)])
    scheme = "always" if flag(settings, "add_prefix_space", True) else "first"
    cuts = [pre_tokenizers.Punctuation("isolated")] if flag(settings, "split_by_punct", False) else []
    words = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme=scheme)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*cuts, words])
    tokenizer.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme=scheme)
    frame = template(settings, "cls $A sep", "cls $A sep $B:1 sep:1")
    return Built(tokenizer, _with_added_pieces(settings, model), frame)


def merges_of(vocabulary: Mapping[str, int]) -> list[tuple[str, str]]:
    """Every way in which two pieces make a third, in the order of the third's id: the trainer found them in it.

    Of several ways to make one, that with the shorter left part comes first.
    """
    ways = []
    for whole, index in vocabulary.items():
        for middle in range(1, len(whole)):
            left, right = whole[:middle], whole[middle:]
            if left in vocabulary and right in vocabulary:
                ways.append((index, middle, left, right))
    ways.sort(key=lambda way: way[:2])
    return [(left, right) for _, _, left, right in ways]


def _bpe(model: SentencePieceModel, *, unk_token: str | None = None, byte_fallback: bool) -> tokenizers.Tokenizer:
    from tokenizers import Tokenizer, models

    if sum(len(piece.text) ** 2 for piece in model.pieces) > _MOST_WORK:
        longest = max(len(piece.text) for piece in model.pieces)
        raise TokenizerError(f"{model.path}: expected pieces of words, found some of {longest} characters.")
    vocabulary = {piece.text: index for index, piece in enumerate(model.pieces)}
    with guarded(str(model.path)):
        return Tokenizer(
            models.BPE(
                vocab=vocabulary,
                merges=merges_of(vocabulary),
                unk_token=unk_token,
                fuse_unk=True,
                byte_fallback=byte_fallback,
            )
        )


def _unigram(
    model: SentencePieceModel, pieces: Sequence[tuple[str, float]], unk_id: int, byte_fallback: bool = False
) -> tokenizers.Tokenizer:
    from tokenizers import Tokenizer, models

    if model.algorithm != Algorithm.UNIGRAM:
        raise TokenizerError(f"{model.path}: expected a unigram model, as this class of tokenizers has; found BPE.")
    with guarded(str(model.path)):
        return Tokenizer(models.Unigram(list(pieces), unk_id=unk_id, byte_fallback=byte_fallback))


def _words(
    model: SentencePieceModel, settings: Settings, pieces: Sequence[tuple[str, float]], unk_id: int
) -> tokenizers.Tokenizer:
    """A unigram tokenizer of words, which begin with a blank."""
    from tokenizers import decoders, pre_tokenizers

    spelled = [text for text, _ in pieces]
    unknown = token(settings, "unk")
    if unk_id >= len(spelled) or spelled[unk_id] != unknown:
        found = spelled[unk_id] if unk_id < len(spelled) else "none"
        raise TokenizerError(
            f"{model.path}: expected {unknown!r} as piece {unk_id}, as {settings.class_name} has it, found {found!r}. "
            "Do tokenizer_config.json and this vocabulary belong together?"
        )
    tokenizer = _unigram(model, pieces, unk_id)
    tokenizer.normalizer = next(iter(_charsmap(model)), None)
    scheme = "always" if flag(settings, "add_prefix_space", True) else "never"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme=scheme)]
    )
    tokenizer.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme=scheme)
    return tokenizer


def _fairseq(settings: Settings) -> Scored:
    return [(token(settings, role), 0.0) for role in ("bos", "pad", "eos", "unk")]


def _scored(model: SentencePieceModel) -> Scored:
    return [(piece.text, piece.score) for piece in model.pieces]


def _charsmap(model: SentencePieceModel) -> list[Normalizer]:
    from tokenizers import normalizers

    return [normalizers.Precompiled(model.charsmap)] if model.charsmap else []


def _with_added_pieces(settings: Settings, model: SentencePieceModel) -> Settings:
    """Control pieces are special, and texts are cut at them and at those that a user defined."""
    from tokenizers import AddedToken

    if settings.extra:
        return settings
    kinds = (PieceType.CONTROL, PieceType.USER_DEFINED)
    extra: list[Token] = [
        AddedToken(piece.text, normalized=False, special=piece.type == PieceType.CONTROL)
        for piece in model.pieces
        if piece.type in kinds
    ]
    return settings._replace(extra=extra)
