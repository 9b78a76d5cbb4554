"""One Hub cache for all the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs import hub


@pytest.fixture(scope="session")
def hf_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hf_home")
    hub.fill(folder)
    return folder
