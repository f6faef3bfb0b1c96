"""The servers that the other tests run on are real, and are the ones that were asked for."""

from pathlib import Path
from typing import Any, NoReturn

import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import AuthError

from tests.servers import NEWEST, Neo4jServer, Unavailable, restartable, running
from tests.servers.java import Java, find_java
from tests.servers.maven import jars

ODD_PHRASE = '-p@ss "w0rd" # \'\\'


def rows(server: Neo4jServer, query: str) -> list[dict[str, Any]]:
    with GraphDatabase.driver(server.uri, auth=server.auth) as driver:
        return [record.data() for record in driver.execute_query(query).records]


class TestServers:
    def test_is_a_real_server_of_the_version_asked_for(self, neo4j_server: Neo4jServer) -> None:
        components = rows(neo4j_server, "CALL dbms.components() YIELD name, versions, edition")
        kernel = next(row for row in components if row["name"] == "Neo4j Kernel")
        assert kernel["versions"] == [neo4j_server.version]

    def test_writes_and_reads(self, neo4j_server: Neo4jServer) -> None:
        query = "CREATE (n:TestServers {size: 3}) WITH n, n.size AS size DELETE n RETURN size"
        assert rows(neo4j_server, query) == [{"size": 3}]


@pytest.mark.neo4j
class TestPassword:
    def test_opens_the_server(self, neo4j_with_password: Neo4jServer) -> None:
        assert rows(neo4j_with_password, "RETURN 1 AS one") == [{"one": 1}]

    def test_is_needed(self, neo4j_with_password: Neo4jServer) -> None:
        with (
            GraphDatabase.driver(neo4j_with_password.uri) as driver,
            pytest.raises(AuthError),
        ):
            driver.verify_connectivity()

    def test_must_be_the_right_one(self, neo4j_with_password: Neo4jServer) -> None:
        wrong = ("neo4j", "not the password")
        with (
            GraphDatabase.driver(neo4j_with_password.uri, auth=wrong) as driver,
            pytest.raises(AuthError, match="authentication failure") as caught,
        ):
            driver.verify_connectivity()
        assert wrong[1] not in str(caught.value)


def test_a_servers_password_does_not_show() -> None:
    assert "odd-phrase" not in repr(Neo4jServer("bolt://here", NEWEST, "neo4j", "odd-phrase"))


@pytest.mark.neo4j
@pytest.mark.full
def test_a_killed_server_comes_back_with_its_data_and_password() -> None:
    with restartable(NEWEST, password=ODD_PHRASE) as local:
        rows(local.server, "CREATE (:Kept {size: 3})")
        local.kill()
        local.start()
        assert rows(local.server, "MATCH (n:Kept) RETURN n.size AS size") == [{"size": 3}]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give a folder that is the whole PATH of a machine without Java, Maven and Docker."""
    for name in ("NEO4J_URI", "JAVA_HOME", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("tests.servers.java.JVM_FOLDER", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tests.servers.ways.docker_server", no_docker)
    return tmp_path


def no_docker(*_: object, **__: object) -> NoReturn:
    raise Unavailable("no Docker")


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def java(path: Path, version: str) -> Path:
    script(path, f"echo 'openjdk version \"{version}\" 2025-04-15' >&2")
    return path


class TestWithoutAServer:
    @pytest.mark.usefixtures("bare")
    def test_the_test_is_skipped_with_every_reason(self) -> None:
        with (
            pytest.raises(pytest.skip.Exception, match="no Docker; no Java 21 or newer"),
            running(NEWEST),
        ):
            pass

    @pytest.mark.usefixtures("bare")
    def test_the_test_fails_in_ci(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CI", "true")
        with pytest.raises(pytest.fail.Exception, match="no Java 21 or newer"), running(NEWEST):
            pass


class TestJava:
    def test_is_the_first_that_is_new_enough(
        self, bare: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JAVA_HOME", str(bare / "old"))
        java(bare / "old" / "bin" / "java", "1.8.0_292")
        java(bare / "java-17" / "bin" / "java", "17.0.15")
        newest = java(bare / "java-21" / "bin" / "java", "21")
        java(bare / "java", "22.0.1")
        assert find_java(21) == Java(newest, 21)

    def test_is_found_on_the_path(self, bare: Path) -> None:
        on_path = java(bare / "java", "22.0.1")
        assert find_java(21) == Java(on_path, 22)

    def test_that_is_too_old_is_named(self, bare: Path) -> None:
        java(bare / "java-17" / "bin" / "java", "17.0.15")
        script(bare / "java", "exit 1")
        with pytest.raises(Unavailable, match=r"java-17/bin/java is 17, .*/java is broken"):
            find_java(21)


class TestJars:
    JAVA = Java(Path("/java/bin/java"), 21)
    # The last argument is -DoutputDirectory=...
    UNPACK = 'for last; do :; done; /bin/mkdir "${last#*=}"; : > "${last#*=}/neo4j.jar"'

    @pytest.mark.usefixtures("bare")
    def test_need_maven(self) -> None:
        with pytest.raises(Unavailable, match="no mvn"):
            jars(NEWEST, self.JAVA)

    def test_of_a_failed_download_are_not_kept(self, bare: Path) -> None:
        script(bare / "mvn", f"{self.UNPACK}; echo no network; exit 1")
        with pytest.raises(Unavailable, match="no network"):
            jars(NEWEST, self.JAVA)
        assert not list(bare.rglob("*.jar"))

    def test_of_an_interrupted_download_are_not_taken(self, bare: Path) -> None:
        script(bare / "cache" / "neurongraph" / f"neo4j-{NEWEST}" / "unfinished-1" / "a.jar", "")
        script(bare / "mvn", self.UNPACK)
        lib = jars(NEWEST, self.JAVA)
        assert list(bare.rglob("*.jar")) == [lib / "neo4j.jar"]

    def test_are_fetched_once(self, bare: Path) -> None:
        script(bare / "mvn", self.UNPACK)
        first = jars(NEWEST, self.JAVA)
        (bare / "mvn").unlink()
        assert jars(NEWEST, self.JAVA) == first
