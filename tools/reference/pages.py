"""The pages that Sphinx reads: those of the repository, with links that lead within them, and those of the API."""

from __future__ import annotations

import inspect
import re
import shutil
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path

import loadstone
from loadstone.architectures import registry
from loadstone.architectures.family import Family
from loadstone.configs.pretrained import PretrainedConfig

PREFIXES = ("", "Flax", "TF")
"""Of the classes of PyTorch, Flax and TensorFlow."""
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)\s#]+)(#[^)\s]*)?\)")
_GROUPS = {
    "Loading": ("pipeline", "plan", "Forecast", "LoadReport", "load_into", "load_sharded_checkpoint"),
    "Checkpoints": ("open_checkpoint", "Checkpoint", "convert", "diff", "transfer_options"),
    "Text and processors": (
        *("AutoTokenizer", "PreTrainedTokenizerFast", "BatchEncoding"),
        *("AutoProcessor", "AutoImageProcessor", "AutoFeatureExtractor", "AutoVideoProcessor"),
    ),
    "Configs": (
        *("AutoConfig", "PretrainedConfig", "GenerationConfig", "CompileConfig"),
        *("BitsAndBytesConfig", "TorchAoConfig"),
    ),
    "Models": ("PreTrainedModel", "FlaxPreTrainedModel", "TFPreTrainedModel", "DynamicCache", "StaticCache"),
}
"""Page → what it describes. A public name of none of these pages goes to the page "Other"."""


def write_pages(root: Path, source: Path) -> None:
    """Lay the pages of the repository at ``root`` out in an empty folder, and those of the API beside them."""
    pages = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("examples/*.md")]
    pictures = list(root.glob("docs/*.svg"))
    known = {page.resolve() for page in [*pages, *pictures]}
    for page in pages:
        place = source / page.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(_within(page.read_text("utf-8"), page.parent, known), encoding="utf-8")
    for picture in pictures:
        shutil.copy(picture, source / picture.relative_to(root))
    decisions = sorted(page.stem for page in root.glob("docs/adr/*.md"))
    (source / "docs" / "adr" / "index.rst").write_text(_titled("Decisions", _contents(decisions)))
    api = source / "api"
    (api / "families").mkdir(parents=True)
    names = [name for name in loadstone._HOMES if name not in auto_names() | {"LoadstoneError"}]
    groups = dict(_GROUPS)
    other = tuple(name for name in names if not any(name in group for group in _GROUPS.values()))
    groups |= {"Other": other} if other else {}
    for title, group in groups.items():
        text = "".join(_object(name) for name in group)
        text += _KEYWORDS if title == "Loading" else _GENERATION if title == "Models" else ""
        (api / f"{_file(title)}.rst").write_text(_titled(title, text))
    (api / "auto_classes.rst").write_text(_titled("Auto classes", "".join(_auto_classes())))
    (api / "outputs.rst").write_text(_titled("Outputs", ".. automodule:: loadstone.frameworks.outputs\n   :members:\n"))
    (api / "errors.rst").write_text(_titled("Errors", _ERRORS))
    for family in registry.families().values():
        (api / "families" / f"{family.config.model_type}.rst").write_text(_family(family))
    families = sorted(family.config.model_type for family in registry.families().values())
    (api / "families.rst").write_text(_titled("Families", _contents(f"families/{name}" for name in families)))
    listed = [_file(title) for title in groups]
    listed = [listed[0], "auto_classes", "families", *listed[1:], "outputs", "errors"]
    (api / "index.rst").write_text(_titled("API reference", _contents(listed)))
    within = {str(page.relative_to(root).with_suffix("")) for page in pages if page.parent.name != "adr"}
    first = ["What Loadstone is <README>", "What each page is for <docs/index>", "api/index", "docs/guide"]
    rest = sorted(within - {"README", "docs/index", "docs/guide", "CHANGELOG", "CONTRIBUTING"})
    listed = [*first, *rest, "docs/adr/index", "CONTRIBUTING", "CHANGELOG"]
    (source / "index.rst").write_text(_titled("Loadstone", _contents(listed)))


def auto_names() -> set[str]:
    """The names of all Auto classes of models."""
    return {name for name in loadstone._HOMES if re.match(r"(Flax|TF)?Auto(Model|Backbone)", name)}


def _within(text: str, folder: Path, known: set[Path]) -> str:
    """A page whose links to files that are no pages here are their names alone."""

    def replaced(link: re.Match[str]) -> str:
        target = (folder / link[2]).resolve()
        if target in known:
            return link[0]
        is_decisions = target.name == "adr" and target.is_dir()
        return f"[{link[1]}]({link[2].rstrip('/')}/index.rst)" if is_decisions else link[1]

    return _LINK.sub(replaced, text)


def _titled(title: str, text: str) -> str:
    return f"{title}\n{'=' * len(title)}\n\n{text}"


def _file(title: str) -> str:
    return title.lower().replace(" ", "_")


def _contents(pages: Iterable[str]) -> str:
    return ".. toctree::\n   :maxdepth: 1\n\n" + "".join(f"   {page}\n" for page in pages)


def _object(name: str) -> str:
    """A function, or a class with its methods."""
    value = getattr(loadstone, name)
    if not inspect.isclass(value):
        return f".. autofunction:: loadstone.{name}\n\n"
    # Of a model its bases' methods too, but not those of its framework's class.
    own = (each for each in value.__mro__ if each.__module__.startswith("loadstone"))
    members = dict.fromkeys(member for each in own for member in vars(each) if member[0] != "_")
    listed = f" {', '.join(members)}" if name.endswith("PreTrainedModel") else ""
    return f".. autoclass:: loadstone.{name}\n   :members:{listed}\n\n"


def _auto_classes() -> Iterator[str]:
    """All of them in one list: what they give, in each framework that has them."""
    yield ".. autoclass:: loadstone.pipeline.auto.AutoClass\n   :members: from_pretrained, from_config, register\n\n"
    yield ".. autofunction:: loadstone.pipeline.load.from_pretrained\n\n"
    for name in sorted(name for name in auto_names() if name.startswith("Auto")):
        yield _one_of(name, inspect.getdoc(getattr(loadstone, name)) or "", auto_names())


def _family(family: Family) -> str:
    """A family's page: where it comes from, its config's keys, its classes."""
    name, config = family.config.model_type, family.config
    module = inspect.getmodule(config)
    text = f"{inspect.getdoc(module)}\n\nSources: {family.sources}.\n\n"
    configs = dict.fromkeys([config, *(head.config for head in family.heads if head.config is not None)])
    within = [each for each in registry.config_names().values() if each.__module__ == config.__module__]
    for each in dict.fromkeys([*configs, *within]):
        text += _config(each)
    text += "Classes\n-------\n\n"
    base = f"{family.stem}PreTrainedModel"
    for class_name in (base, *(head.class_name for head in registry.heads_of(family))):
        text += _one_of(class_name, inspect.getdoc(getattr(loadstone, class_name)) or "", set(dir(loadstone)))
    return _titled(name, text)


def _config(config: type[PretrainedConfig]) -> str:
    """A config class with a table of its keys."""
    rows = "".join(
        f"      * - ``{name}``\n        - ``{_spelled(hint)}``\n        - ``{_spelled(default)}``\n"
        for name, (hint, default) in config.fields().items()
    )
    doc = (inspect.getdoc(config) or "").replace("\n", "\n   ")
    table = f"   .. list-table::\n      :header-rows: 1\n\n      * - key\n        - type\n        - default\n{rows}\n"
    return f".. py:class:: loadstone.{config.__name__}(**keys)\n\n   {doc}\n\n{table}"


def _spelled(value: object) -> str:
    """A type, or a default, as one writes it: a config within is made by its class."""
    if isinstance(value, PretrainedConfig):
        return f"{type(value).__name__}()"
    is_hint = typing.get_origin(value) is not None or value is typing.Any
    return value.__name__ if isinstance(value, type) else str(value).replace("typing.", "") if is_hint else repr(value)


def _one_of(name: str, doc: str, public: set[str]) -> str:
    """A class of each framework under one description."""
    names = [f"loadstone.{prefix}{name}" for prefix in PREFIXES if prefix + name in public]
    signatures = "\n              ".join(names)
    return f".. py:class:: {signatures}\n\n   {doc.replace(chr(10), chr(10) + '   ')}\n\n"


_ERRORS = ".. automodule:: loadstone.errors\n   :members:\n   :show-inheritance:\n"
_KEYWORDS = """\
.. autoclass:: loadstone.pipeline.tasks.base.Pipeline
   :members: __call__

.. autoclass:: loadstone.configs.load_keywords.LoadKeywords

.. automodule:: loadstone.modeling_utils
"""
_GENERATION = """\
.. autoclass:: loadstone.frameworks.torch.modeling.generation.GenerationMixin
   :members:
   :exclude-members: __init__, __new__
"""
