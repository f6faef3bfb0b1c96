"""The Compose file, as Compose itself reads it; no Docker engine is needed for that."""

import os
import re
import secrets
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from queries.browser.server import GUIDE as GUIDE_PATH
from queries.browser.server import STYLE as STYLE_PATH
from tests.servers import NEWEST, skip_or_fail
from tests.servers.local import local_home
from tests.servers.unavailable import or_skip

ROOT = Path(__file__).parents[2]
SECRET = secrets.token_hex(8)
GUIDE = secrets.token_urlsafe(24)
VARIABLES = {"NEO4J_PASSWORD", "NEURONGRAPH_GRAPH", "NEURONGRAPH_SECRET", "COMPOSE_FILE"}
SETTING = re.compile(r"NEO4J_(\w+): (.+(?:\n {8,}.+)*)")


@pytest.fixture(scope="module")
def compose() -> list[str]:
    """Give the command of Compose 2, else of Compose 1."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if answers(command):
            break
    else:
        skip_or_fail("neither `docker compose` nor `docker-compose` is installed")
    return command


def answers(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a copy of the Compose files, away from the user's own .env."""
    for name in ("docker-compose.yml", "docker-compose.guide.yml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def config(compose: list[str], project: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return subprocess.run(
        [*compose, "config"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def resolved(compose: list[str], project: Path) -> str:
    (project / ".env").write_text(f"NEO4J_PASSWORD={SECRET}\n")
    done = config(compose, project)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_runs_the_newest_version_that_is_tested(resolved: str) -> None:
    assert f"image: neo4j:{NEWEST}-community\n" in resolved


def test_is_open_to_this_machine_only(resolved: str) -> None:
    # Compose 1 writes a port in one line, Compose 2 in several.
    ports = resolved.partition("ports:")[2].partition("volumes:")[0]
    assert ports.count("7474") == ports.count("7687") == 2
    assert ports.count("127.0.0.1") == 2


def test_keeps_data_and_logs(resolved: str) -> None:
    named = resolved.rpartition("\nvolumes:")[2]
    for name in ("data", "logs"):
        assert f"/{name}" in resolved
        assert f"\n  {name}:" in named


def test_shows_the_password_to_the_server_alone(resolved: str) -> None:
    assert resolved.count(SECRET) == 1
    assert f"NEO4J_AUTH: neo4j/{SECRET}\n" in resolved


def test_reports_nothing_to_neo4j(resolved: str) -> None:
    assert 'NEO4J_dbms_usage__report_enabled: "false"' in resolved


def test_lets_browser_take_guides_from_this_machine_only(resolved: str) -> None:
    assert "NEO4J_browser_remote__content__hostname__whitelist: localhost\n" in resolved


def test_mounts_a_folder_for_files_to_import(resolved: str, project: Path) -> None:
    assert f"{project / 'import'}" in resolved
    assert "/import" in resolved
    # Else Docker makes it, and its owner is root.
    assert (ROOT / "import").is_dir()


@pytest.fixture
def playing(compose: list[str], project: Path) -> str:
    """Give what Compose makes of the example, filled in as it says, with the guide."""
    text = (ROOT / ".env.example").read_text()
    for name, value in (("NEO4J_PASSWORD", SECRET), ("NEURONGRAPH_SECRET", GUIDE)):
        text = text.replace(f"{name}=\n", f"{name}={value}\n")
    (project / ".env").write_text(re.sub(r"^# (?=[A-Z_]+=)", "", text, flags=re.MULTILINE))
    done = config(compose, project)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_plays_the_guide_where_there_is_a_secret(resolved: str, playing: str) -> None:
    assert "post__connect" not in resolved
    address = f"http://localhost:7475/{GUIDE}"
    commands = f"style {address}{STYLE_PATH}; play {address}{GUIDE_PATH}"
    assert settings(playing)["browser.post_connect_cmd"] == commands


@pytest.mark.neo4j
def test_has_settings_that_the_server_knows(playing: str) -> None:
    with ExitStack() as stack:
        local = or_skip(lambda: stack.enter_context(local_home(NEWEST)))
        for name, value in settings(playing).items():
            local.configure(name, value)
        # It reads the whole configuration first.
        words = ("dbms", "set-initial-password", SECRET)
        assert "Changed password" in local.admin(*words)
        local.configure("browser.unknown", "1")
        with pytest.raises(RuntimeError, match=r"Unrecognized setting.*browser\.unknown"):
            local.admin(*words)


def settings(resolved: str) -> dict[str, str]:
    """Return the settings of ``neo4j.conf`` that the image makes of its environment."""
    return {
        name.replace("_", ".").replace("..", "_"): " ".join(value.split()).strip('"')
        for name, value in SETTING.findall(resolved)
        if name != "AUTH"
    }


def test_the_example_says_where_the_graph_is() -> None:
    assert "\nNEURONGRAPH_GRAPH=bolt://localhost:7687\n" in (ROOT / ".env.example").read_text()


def test_asks_for_a_password(compose: list[str], project: Path) -> None:
    done = config(compose, project)
    assert done.returncode != 0
    assert "set NEO4J_PASSWORD there" in done.stderr


def test_asks_for_the_password_that_the_example_leaves_empty(
    compose: list[str], project: Path
) -> None:
    shutil.copy(ROOT / ".env.example", project / ".env")
    done = config(compose, project)
    assert done.returncode != 0
    assert "set NEO4J_PASSWORD there" in done.stderr
