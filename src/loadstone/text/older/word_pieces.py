"""``vocab.txt``: one piece a line, ``##`` before those that go on with a word (WordPiece, BERT)."""

from __future__ import annotations

from pathlib import Path

from loadstone.errors import TokenizerError
from loadstone.text.files import read_bytes
from loadstone.text.library import guarded
from loadstone.text.older.built import Built, checked, flag, roberta_frame, template, token
from loadstone.text.settings import Settings


def bert(path: Path, settings: Settings) -> Built:
    """BERT's, and that of the many models with its vocabulary."""
    built = _word_pieces(path, settings)
    checked(built.tokenizer.get_vocab(), [token(settings, role) for role in ("cls", "sep")], settings)
    return built._replace(frame=template(settings, "cls $A sep", "cls $A sep $B:1 sep:1"))


def mpnet(path: Path, settings: Settings) -> Built:
    """BERT's pieces between RoBERTa's special tokens."""
    return _word_pieces(path, settings)._replace(frame=roberta_frame(settings, True, False))


def _word_pieces(path: Path, settings: Settings) -> Built:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

    try:
        lines = read_bytes(path).decode().split("\n")
    except UnicodeDecodeError:
        raise TokenizerError(f"{path}: expected text in UTF-8, one piece a line; found other bytes.") from None
    if lines[-1] == "":
        del lines[-1]
    vocabulary = {line.rstrip(): index for index, line in enumerate(lines)}
    unknown = token(settings, "unk")
    checked(vocabulary, [unknown], settings)
    strips = settings.values.get("strip_accents")
    with guarded(str(path)):
        tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=unknown))
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=True,
        handle_chinese_chars=flag(settings, "tokenize_chinese_chars", True),
        strip_accents=None if strips is None else flag(settings, "strip_accents", False),
        lowercase=flag(settings, "do_lower_case", True),
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    return Built(tokenizer, settings)
