"""The Compose file, as Compose itself reads it; no Docker engine is needed for that."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers import NEWEST, skip_or_fail

ROOT = Path(__file__).parents[2]
SECRET = secrets.token_hex(8)


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
    """Give a copy of the Compose file, away from the user's own .env."""
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    return tmp_path


def config(compose: list[str], project: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "NEO4J_PASSWORD"}
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
