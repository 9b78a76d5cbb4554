"""Families are found by names of types and classes, and no more of them are imported than that takes."""

from __future__ import annotations

import subprocess
import sys

from loadstone.architectures import registry


def test_a_class_is_found_by_its_name_as_among_all() -> None:
    assert all(registry.class_named(name) == found for name, found in registry.class_names().items())
    assert all(registry.config_named(name) is found for name, found in registry.config_names().items())
    assert registry.class_named("NoModel") is None and registry.config_named("NoConfig") is None


def test_one_name_imports_one_family() -> None:
    code = (
        "import sys\nfrom loadstone.architectures import registry\n"
        "assert registry.class_named('LlamaForCausalLM') and registry.config_named('LlamaConfig')\n"
        "found = [name for name in sys.modules if name.startswith('loadstone.architectures.families.')]\n"
        "assert found == ['loadstone.architectures.families.llama'], found"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
