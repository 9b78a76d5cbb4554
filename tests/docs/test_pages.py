"""What the pages say is so: their Python runs and prints what they show, their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from forks import Forks

import loadstone.errors
from docs import run_page, torchrun

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md")])
RUNNER = Path(run_page.__file__).read_text("utf-8")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)\s]*)?\)")
SECTIONS = (
    "Model classes",
    "One API over several models",
    "Large models",
    "Fast initialization",
    "Sharded checkpoints",
    "Device placement",
    "Data types",
    "Custom models",
    "Bad input",
    "Saving",
    "The load report",
    "Running a model",
    "The command",
)
"""What the guide must cover: the sections of the guide that it stands in for, and what comes on top."""


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if run_page.blocks(page.read_text("utf-8"))], ids=named)
def test_every_python_block_runs_and_prints_what_the_page_shows(
    page: Path, forks_with_hub: Forks, tmp_path: Path
) -> None:
    done = forks_with_hub.run(RUNNER, page, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"ran [1-9]\d* blocks", done.stdout)


def test_every_script_for_several_processes_runs_and_prints_what_the_page_shows(
    environment: dict[str, str], tmp_path: Path
) -> None:
    pages = {page: run_page.blocks(page.read_text("utf-8"), for_ranks=True) for page in PAGES}
    with torchrun.pool(environment) as ranks:
        for page, scripts in pages.items():
            for script in scripts:
                run_page.check(script, page, torchrun.run(ranks, script.code, tmp_path))
        with pytest.raises(AssertionError, match="ZeroDivisionError"):
            torchrun.run(ranks, "1 / 0", tmp_path)
    assert sum(map(len, pages.values())) > 0


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    targets = [target for target, _ in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_guide_has_a_section_for_each_part_of_the_mission() -> None:
    headings = re.findall(r"^#{2,3} (.+)$", (ROOT / "docs" / "guide.md").read_text("utf-8"), re.MULTILINE)
    assert [section for section in SECTIONS if section not in headings] == []


def test_every_error_is_described_under_its_name() -> None:
    described = set(re.findall(r"^#{2,3} `(\w+)`", (ROOT / "docs" / "errors.md").read_text("utf-8"), re.MULTILINE))
    classes = {
        name
        for name, value in vars(loadstone.errors).items()
        if isinstance(value, type) and issubclass(value, loadstone.errors.LoadstoneError) and name != "FaultsError"
    }
    assert described == classes


def test_the_error_tree_in_the_docstring_names_every_error() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", loadstone.errors.__doc__ or "")) | {"LoadstoneError"}
    classes = {name for name, value in vars(loadstone.errors).items() if isinstance(value, type) and name[0] != "_"}
    assert drawn == {name for name in classes if name not in {"Fault", "FaultsError", "Iterable", "Sequence"}}


def test_the_runner_notices_a_wrong_print_and_a_missing_error(forks_with_hub: Forks, tmp_path: Path) -> None:
    def outcome(text: str) -> str:
        page = tmp_path / "page.md"
        page.write_text(text)
        return forks_with_hub.run(RUNNER, page).stderr

    assert outcome("```python\nprint(1 + 1)\n```\n\n```text\n2\n```\n") == ""
    assert "but the page says" in outcome("```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n")
    assert outcome("```python raises=KeyError\n{}[1]\n```\n") == ""
    assert "expected KeyError" in outcome("```python raises=KeyError\n1\n```\n")
