"""What a worker imports before the first test runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
COMPARING = ("frameworks", "gpu", "parity")
"""Folders whose every test needs a framework or transformers: they may import them at the top of a file."""
SLOW = {"flax", "jax", "keras", "tensorflow", "transformers"}
"""Seconds each. PyTorch is not among them: half of the files say its dtypes in their parameters."""

COLLECT = """
import json, sys
import pytest

class Collected:
    brought = {{}}  # what was imported → the folder or file that was collected when it came

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        before = set(sys.modules)
        report = yield
        for name in {slow!r} & (sys.modules.keys() - before):
            self.brought.setdefault(name, collector.nodeid)
        return report

    def pytest_collection_modifyitems(self, items):
        self.count = len(items)

plugin = Collected()
status = pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", *{arguments!r}], plugins=[plugin])
brought = {{name: plugin.brought.get(name, "an outer conftest.py") for name in {slow!r} & sys.modules.keys()}}
print()
print(json.dumps([int(status), plugin.count, brought]))
"""


@pytest.mark.long
def test_collecting_the_tests_of_the_rooms_imports_no_framework_but_pytorch_and_no_transformers() -> None:
    """Such an import belongs into the function that needs it: it costs every run, of whatever test, some seconds."""
    arguments = [str(TESTS), *(f"--ignore={TESTS / folder}" for folder in COMPARING)]
    code = COLLECT.format(slow=SLOW, arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], cwd=TESTS.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    status, count, brought = json.loads(done.stdout.splitlines()[-1])
    assert status == 0 and count > 3000, done.stdout[-2000:]
    assert brought == {}
