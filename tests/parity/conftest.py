"""What the parity tests share: reference checkpoints made once a session, and one thread for tiny models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from .cases import FAMILIES, Case
from .frameworks import Models
from .modal import MEASURED
from .modal_models import Models as ModalModels
from .reference import Store
from .writing_pairs import Pairs

HERE = Path(__file__).parent
SMOKE_TESTS = {
    "test_outputs_equal_the_reference",
    "test_outputs_equal_pytorch",
    "test_what_we_save_is_what_transformers_saves",
    "test_saved_files_are_pytorchs_byte_for_byte",
}
"""What is marked ``smoke``: three families in three frameworks are loaded, compute what they should, and are saved."""
SMOKE_MODELS = {("llama-plain", "causal_lm"), ("bert-plain", "masked_lm"), ("modernbert-plain", "masked_lm")}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of the frameworks go family by family: a worker then finds what it has loaded and compiled before.

    Those with an awkward config are among the long ones: each compiles programs of its own. All here are marked
    ``parity``, so that `make quick` can leave them out but for those marked ``smoke``.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("parity")
            if _is_smoke(item):
                item.add_marker("smoke")
    families = {place: family for place, item in enumerate(items) if (family := _family(item)) is not None}
    for place in families:
        if items[place].callspec.params["case"].variant != "plain":  # type: ignore[attr-defined]
            items[place].add_marker(pytest.mark.long)
    ordered = sorted(families, key=lambda place: FAMILIES.index(families[place]))
    moved = [items[place] for place in ordered]
    for place, item in zip(families, moved, strict=True):
        items[place] = item


def _is_smoke(item: pytest.Item) -> bool:
    if item.name.partition("[")[0] not in SMOKE_TESTS:
        return False
    arguments = item.callspec.params  # type: ignore[attr-defined]
    model = (arguments["case"].id, arguments["head"])
    return model in SMOKE_MODELS and arguments.get("padding", "right") == "right"


def _family(item: pytest.Item) -> str | None:
    """The family that a test compares between frameworks."""
    arguments = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    case = arguments.get("case")
    return case.family if isinstance(case, Case) and "framework" in arguments else None


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("references"))


@pytest.fixture(scope="session")
def models(store: Store) -> Models:
    return Models(store)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> ModalModels:
    return ModalModels(tmp_path_factory)


@pytest.fixture(scope="session")
def writers(tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    return Pairs(tmp_path_factory.mktemp("writers"))


@pytest.fixture(scope="session", autouse=True)
def one_quiet_thread() -> Iterator[None]:
    """Tiny models run fastest on one thread; transformers' warnings and progress bars say nothing here."""
    threads = torch.get_num_threads()
    verbosity = transformers.logging.get_verbosity()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    yield
    transformers.logging.enable_progress_bar()
    transformers.logging.set_verbosity(verbosity)
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def differences(record_property: Any) -> Iterator[None]:
    """Write down what a test of :mod:`modal` has measured."""
    MEASURED.clear()
    yield
    for name, difference in MEASURED.items():
        record_property("parity", f"{name} {difference:.2g}")
