"""One Hub cache for all the pages, and one process that they are run in forks of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from forks import Forks
from sources.range_server import RangeServer

from docs import hub


@pytest.fixture(scope="session")
def hf_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hf_home")
    hub.fill(folder)
    return folder


@pytest.fixture(scope="session")
def environment(hf_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of processes that find their models in that cache, or in an object store."""
    with RangeServer(hub.store(hf_home, tmp_path_factory.mktemp("store"))) as store:
        found = {"AWS_ENDPOINT_URL": store.url, "AWS_SKIP_SIGNATURE": "true", "AWS_REGION": "us-east-1"}
        yield hub.environment(hf_home) | found


@pytest.fixture(scope="session")
def forks_with_hub(environment: dict[str, str]) -> Iterator[Forks]:
    """Runs programs in fresh processes with that environment."""
    served = Forks(environment)
    yield served
    served.close()
