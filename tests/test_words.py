"""The field's usual terms, in the package and in its pages: words that it once used in a sense of its own stay out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READ = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("src/**/*.py"), *ROOT.glob("src/**/*.pyi")])
"""Not the changelog and the decision records, which say what was."""

WORDS = (
    (r"whole[ _]numbers?", "a whole number", "integer"),
    (r"truth[ _]values?", "a truth value", "bool"),
    (r"(tables? of|token)[ _](token )?vectors?", "table of token vectors", "input embeddings"),
    (r"map to the vocabulary", "no map to the vocabulary", "output embeddings"),
    (r"maps? of \(inputs, outputs\)", "a map of (inputs, outputs)", "transposed linear weight (GPT-2's Conv1D)"),
    (r"GPT-2's maps", "GPT-2's maps", "GPT-2's transposed linear weights"),
    (r"fewer[ _]bits", "weights in fewer bits", "quantized"),
    (r"\b(new|plain) numbers", "plain numbers", "values; unquantized weights"),
    (
        r"\b(its|their|whose|same|own|slot's|model's|tensor's|weights') numbers\b",
        "the same numbers",
        "values",
    ),
    (r"make[s]? (them |it )?plain|(becomes?|became) plain", "makes them plain", "dequantize"),
    (r"ready-made", "a ready-made mask", "4-D attention mask"),
    (r"gates and ups", "gates and ups", "gate and up projections"),
    (r"passed over", "are passed over", "ignored"),
    (r"(and|or) (its|their) kin\b", "BERT and its kin", "BERT and models like it"),
    (r"\btexts at once", "this many texts at once", "batch size"),
    (r"mosaic", "a mosaic of pages", "page-stitched view"),
    (r"\bdoors?\b", "the framework's door", "backend adapter"),
    (r"\bcrews?\b", "a crew of threads", "worker pool"),
    (r"\b_?laid\b(?! out)|\blay\(", "pages laid side by side", "page-stitched view; mapped"),
    (r"stretch(es)?\b", "a stretch of a tensor", "TensorSlice; range"),
    (r"lower[_ ](bits|sizes)|\blowered", "lower_bits", "quantized"),
    (r"as_stored\b|\bkept_of\b|\bclass kept\b", "kept_of", "PackedTensor; pre-quantized"),
    (r"\blanes?\b|lane\(", "a lane to the device", "staging buffer"),
    (r"\b(land|lend)\(", "buffer.land(8)", "acquire; release; send"),
    (r"\bfresh (numbers|slots?|weights?)|\bfresh\(", "fresh numbers", "randomly initialized; initial values"),
    (r"quantis|(material|normal|organ|recogn|serial|synchron)is(e|a|i)", "quantised", "quantized: US spelling"),
    (r"initialis(?!ed\(self\))", "initialise", "initialize: US spelling"),
    (r"colour|behaviour|labelled|neighbour|favour|licence", "colour", "color: US spelling"),
    (r"named_model", "named_model", "slot names of the target architecture"),
)
"""What is not to be said, an example of it, and what to say instead."""


def test_none_of_these_words_stands_in_the_package_or_its_pages() -> None:
    assert _found({str(path.relative_to(ROOT)): path.read_text("utf-8") for path in READ}) == []


@pytest.mark.parametrize(("example", "instead"), [row[1:] for row in WORDS], ids=[row[1] for row in WORDS])
def test_a_word_is_found_and_what_to_say_instead_is_not(example: str, instead: str) -> None:
    (found,) = _found({"a.py": f"x = 1\ny = '{example.upper()}'\n"})
    assert found.startswith("a.py:2: ") and found.endswith(f": say {instead}")
    assert _found({"a.py": instead}) == []


def test_every_word_of_the_glossary_stands_there_once_in_order() -> None:
    words = re.findall(r"^\*\*(.+?)\.\*\*", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)
    assert words == sorted(set(words), key=str.lower)


def _found(texts: dict[str, str]) -> list[str]:
    """``file:line: 'words': say …`` for every word that stands in these texts."""
    found = []
    for name, text in texts.items():
        for pattern, _, instead in WORDS:
            for match in re.finditer(pattern, text, re.IGNORECASE):
                found.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]!r}: say {instead}")
    return found
