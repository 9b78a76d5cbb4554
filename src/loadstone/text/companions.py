"""The files beside a model's weights that its tokenizer, its processor or a pipeline may read: one list, for those who
read them and for a lock, which holds them all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.sources.sentence_files import MODULES_NAME, POOLING_NAME, SETTINGS_NAME, TRANSFORMER_SETTINGS
from loadstone.text.files import ELSEWHERE, OLDER, SETTINGS, TEMPLATES, TOKENIZER_NAME

PROCESSORS = ("processor_config.json", "preprocessor_config.json", "video_preprocessor_config.json")
PROCESSOR_TEMPLATE = "chat_template.json"
"""A chat template as older processors have it."""
_OF_TOKENIZERS = (TOKENIZER_NAME, *(name for name in SETTINGS if name != CONFIG_NAME), *OLDER, *ELSEWHERE)
OF_PROCESSORS = (*PROCESSORS, *_OF_TOKENIZERS, PROCESSOR_TEMPLATE, f"{TEMPLATES}/")
"""What a processor reads, its tokenizer included. A name that ends with ``/`` stands for what is in that folder."""
OF_SENTENCES = (MODULES_NAME, SETTINGS_NAME, *TRANSFORMER_SETTINGS, POOLING_NAME)
"""What says how a text becomes a vector; further files lie in the folders of modules."""
COMPANIONS = (*OF_PROCESSORS, *OF_SENTENCES)
"""All of them."""
_OF_MODULE = re.compile(r"\d+_\w+")
"""What a module's folder is called."""


def companions_in(folder: Path, names: Iterable[str] = COMPANIONS) -> list[Path]:
    """Those of ``names`` that there are in a folder; of a folder of templates, the templates."""
    found = []
    for name in names:
        found += sorted((folder / name).glob("*.jinja")) if name.endswith("/") else [folder / name]
    return [path for path in found if path.is_file()]


def kind_of(name: str) -> str | None:
    """``"tokenizer"``, ``"processor"`` or ``"pooling"``: what a file of this name in a checkpoint is read by; None for
    what is none of these."""
    path = PurePosixPath(name)
    if path.name in _OF_TOKENIZERS or path.parent.name == TEMPLATES:
        return "tokenizer"
    if path.name in (*PROCESSORS, PROCESSOR_TEMPLATE):
        return "processor"
    of_module = path.name == CONFIG_NAME and _OF_MODULE.fullmatch(path.parent.name) is not None
    return "pooling" if of_module or path.name in OF_SENTENCES else None
