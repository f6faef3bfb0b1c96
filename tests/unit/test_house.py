"""The rooms that the docs name are those that are there."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

ROOT = Path(__file__).parents[2]
EXTENDING = ROOT / "docs" / "extending.md"
_OTHERS = {"__init__.py", "__pycache__", "py.typed"}
_PLACE = r"`((?:exporter|neurongraph|queries|tests)/[\w./]*)`"


def _tree() -> dict[str, list[str]]:
    """Return the rooms that the README shows in each package; a folder ends in a slash."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = text.partition("<!-- the rooms -->")[2].partition("<!-- end of the rooms -->")[0]
    rooms: dict[str, list[str]] = {}
    for line in shown.replace("```text", "").replace("```", "").strip().splitlines():
        name = line.split()[0]
        if line.startswith(" "):
            rooms[list(rooms)[-1]].append(name)
        else:
            rooms[name.removesuffix("/")] = []
    return rooms


def _there(package: str) -> set[str]:
    return {
        f"{path.name}/" if path.is_dir() else path.stem
        for path in (ROOT / package).iterdir()
        if path.name not in _OTHERS and not path.name.startswith(".")
    }


@pytest.mark.parametrize("package", ["exporter", "neurongraph", "queries"])
def test_the_readme_shows_each_room(package: str) -> None:
    rooms = _tree()[package]
    assert len(rooms) == len(set(rooms))
    assert set(rooms) == _there(package)


def test_the_readme_shows_each_folder_of_tests() -> None:
    rooms = _tree()["tests"]
    assert len(rooms) == len(set(rooms))
    assert set(rooms) == {name for name in _there("tests") if name.endswith("/")}


def test_the_table_of_changes_names_places() -> None:
    table = EXTENDING.read_text(encoding="utf-8").partition("| what changes |")[2]
    rows = table.partition("\n\n")[0].splitlines()[2:]
    assert len(rows) >= 17
    assert [row for row in rows if not re.search(_PLACE, row)] == []


def test_each_place_that_the_page_names_is_there() -> None:
    places = re.findall(_PLACE, EXTENDING.read_text(encoding="utf-8"))
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_each_thing_that_the_page_names_is_there() -> None:
    names = re.findall(
        r"`((?:exporter|neurongraph|queries)(?:\.\w+)+)`", EXTENDING.read_text(encoding="utf-8")
    )
    for name in names:
        resolve_name(name)
