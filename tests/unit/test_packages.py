"""The packages that neurongraph needs are those of pyproject.toml."""

import io
import sys
import tomllib
from contextlib import redirect_stdout
from importlib import import_module, metadata
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import pytest
import typer
from packaging.requirements import Requirement
from typer.testing import CliRunner

from exporter.reading.keras.importing import import_keras
from exporter.reading.keras.refusing import refusing
from neurongraph import requirements as printing
from queries.commands.terminal import Commands
from queries.core.packages import OPENING, PARALLEL, install_line, lacking, requirements
from queries.errors import ModelFileError, NotInstalledError

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def _parsed(lines: list[str]) -> set[Requirement]:
    return {Requirement(line) for line in lines}


@pytest.fixture
def _as_in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say what an installation would record, which may be older than the project."""
    lines = list(PROJECT["dependencies"])
    for extra, more in PROJECT["optional-dependencies"].items():
        lines += [f"{line}; extra == '{extra}'" for line in more]
    monkeypatch.setattr(metadata, "requires", {"neurongraph": lines}.get)


@pytest.mark.usefixtures("_as_in_the_project")
def test_are_those_of_the_project() -> None:
    needed = requirements()
    assert _parsed([str(e) for e in needed if not e.extra]) == _parsed(PROJECT["dependencies"])
    for extra, lines in PROJECT["optional-dependencies"].items():
        assert _parsed([str(e) for e in needed if e.extra == extra]) == _parsed(lines)


@pytest.mark.usefixtures("_as_in_the_project")
def test_are_printed_without_those_that_open_models() -> None:
    with redirect_stdout(io.StringIO()) as printed:
        printing.main()
    opening = {each for each in _parsed(PROJECT["dependencies"]) if each.name in OPENING}
    assert len(opening) == len(OPENING)
    assert _parsed(printed.getvalue().splitlines()) == _parsed(PROJECT["dependencies"]) - opening


def test_know_their_version() -> None:
    versions = {each.name: each.installed for each in requirements()}
    assert versions["pandas"] == metadata.version("pandas")


@pytest.fixture
def _not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", missing)


@pytest.mark.usefixtures("_not_installed")
def test_are_not_known_where_nothing_was_installed() -> None:
    assert requirements() == []
    assert install_line(["nosuch", "keras"]) == 'pip install "nosuch" "keras"'
    with pytest.raises(SystemExit, match="pip install --no-deps neurongraph"):
        printing.main()


@pytest.mark.usefixtures("_as_in_the_project")
def test_are_installed_in_versions_that_fit() -> None:
    first, *words = install_line(OPENING).split('"')
    # They are, so that they must be broken where they cannot be imported.
    assert first == "pip install --force-reinstall --no-deps "
    wanted = [line for line in PROJECT["dependencies"] if Requirement(line).name in OPENING]
    assert _parsed(words[::2]) == _parsed(wanted)


@pytest.mark.usefixtures("_as_in_the_project")
class TestLine:
    """The line that mends what an import raised, by what pip does about it."""

    def test_of_a_broken_package_installs_it_again(self) -> None:
        line = install_line(OPENING, ModuleNotFoundError("", name="tensorflow.python"))
        assert line.startswith('pip install --force-reinstall --no-deps "tensorflow')
        assert "keras" not in line

    def test_of_a_dependency_that_is_missing_lets_pip_add_it(self) -> None:
        # pip adds what an installed package lacks, and would not if it was told --no-deps.
        line = install_line(OPENING, ModuleNotFoundError("", name="nosuch.part"))
        assert line.startswith("pip install ")
        assert "--" not in line
        assert {Requirement(each).name for each in line.split('"')[1::2]} == set(OPENING)

    def test_of_a_dependency_that_is_broken_installs_that_one_again(self) -> None:
        line = install_line(OPENING, ModuleNotFoundError("", name="absl.logging"))
        version = metadata.version("absl-py")
        assert line == f'pip install --force-reinstall --no-deps "absl-py=={version}"'

    def test_of_an_extra_has_its_versions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def version(name: str) -> str:
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(metadata, "version", version)
        first, *words = install_line(PARALLEL).split('"')
        assert first == "pip install "
        assert _parsed(words[::2]) == _parsed(PROJECT["optional-dependencies"]["dask"])


def test_a_package_is_known_by_what_it_imports_and_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "needed.py").write_text("import between")
    (tmp_path / "between.py").write_text("import nosuch")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(metadata, "requires", lambda _: ["needed>=1"])
    for module, package in (("needed", "needed"), ("between", None)):
        with pytest.raises(ModuleNotFoundError) as caught:
            import_module(module)
        assert lacking(caught.value) == package


class _Lacking(MetaPathFinder):
    """Finds Keras, of which the import fails, since another module is missing."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "keras":
            raise ModuleNotFoundError("No module named 'nosuch'", name="nosuch")


def test_keras_without_a_dependency_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_Lacking(), *sys.meta_path])
    with pytest.raises(NotInstalledError, match=r"'nosuch'\).* missing: pip install \"keras"):
        import_keras()


def _lacking(module: str) -> typer.Typer:
    app = typer.Typer(cls=Commands)

    @app.callback()
    def about() -> None:
        """Say nothing."""

    @app.command()
    def work() -> None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    return app


def test_a_command_that_lacks_one_says_the_line_that_installs_it() -> None:
    done = CliRunner().invoke(_lacking("bokeh.models"), ["work"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "No module named 'bokeh.models'" in done.stderr
    assert done.stderr.rstrip().endswith(install_line(["bokeh"]))


def test_a_module_of_another_package_is_a_fault_of_ours() -> None:
    done = CliRunner().invoke(_lacking("nosuch"), ["work"])
    assert isinstance(done.exception, ModuleNotFoundError)


@pytest.mark.parametrize(
    ("module", "raised"), [("h5py", ModuleNotFoundError), ("nosuch", ModelFileError)]
)
def test_a_file_is_not_to_blame_for_what_is_not_installed(
    module: str, raised: type[Exception]
) -> None:
    with pytest.raises(raised, match="No module named"), refusing("it is damaged"):
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)
