"""What the parity tests share: reference checkpoints made once a session, and one thread for tiny models."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
import transformers

from .reference import Store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("references"))


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
