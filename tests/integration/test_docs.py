"""What the documentation claims is what the code does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from queries.plots.library import plots
from tests.docs.sample import ROOT, run
from tests.generate_docs import generated

README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str, page: str = README) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples, as after a clone."""
    path = tmp_path_factory.mktemp("clone")
    (path / "samples").symlink_to(ROOT / "samples")
    return path


def test_generated_pages_are_up_to_date() -> None:
    for path, text in generated().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make docs`"


def test_readme_commands_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    commands = [
        line
        for block in _blocks("sh")
        for line in block.splitlines()
        if line.startswith("neurongraph") and "bolt://" not in line
    ]
    assert len(commands) >= 7
    for command in commands:
        run(command)


def test_readme_python_runs(folder: Path) -> None:
    for block in _blocks("python"):
        done = subprocess.run(
            [sys.executable, "-c", block], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_example_of_an_own_layer_runs(folder: Path) -> None:
    page = (ROOT / "docs" / "own_layers.md").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "".join(_blocks("python", page))],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True"]


def test_readme_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"make ([a-z]+)\b", " ".join(_blocks("sh"))))
    assert named
    assert named <= targets


PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "docs" / "tutorial.ipynb"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"""\]\((?!http)([^)#]+)|src="([^"\\]+)\"""", text):
        assert (page.parent / "".join(link)).exists(), link


@pytest.mark.parametrize("page", PAGES[:-1], ids=lambda page: page.name)
def test_links_within_pages_lead_to_headings(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for file, anchor in re.findall(r"\]\((?!http)([^)#]*)#([^)]+)\)", text):
        there = (page.parent / file if file else page).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", there, flags=re.MULTILINE)
        assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert {picture.stem for picture in pictures} == {*plots(), "export"}
    assert max(picture.stat().st_size for picture in pictures) < 60_000
