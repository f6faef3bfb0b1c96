"""The jars of a Neo4j server, fetched once with Maven and kept in the user's cache."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.children import bound
from tests.servers.java import Java
from tests.servers.unavailable import Unavailable

_TIMEOUT = 600
_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_POM = """\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>neurongraph</groupId>
  <artifactId>neo4j-for-tests</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
{dependencies}
  </dependencies>
</project>
"""
_DEPENDENCY = """\
    <dependency>
      <groupId>{0}</groupId>
      <artifactId>{1}</artifactId>
      <version>{2}</version>
    </dependency>"""
# What neo4j-admin needs to read Parquet; it is part of a distribution, and of no artifact.
_PARQUET = (
    "com.fasterxml.woodstox:woodstox-core:6.5.1",
    "org.apache.commons:commons-collections4:4.4",
    "org.apache.hadoop.thirdparty:hadoop-shaded-guava:1.4.0",
)
_BROWSER = ("org.neo4j.client:neo4j-browser:5.24.0",)


def jars(version: str, java: Java) -> Path:
    """
    Give the folder with the jars of a community server, and fetch them the first time.

    Parameters
    ----------
    version
        Version of Neo4j.
    java
        Java to run Maven with.

    Raises
    ------
    Unavailable
        Maven is missing or could not fetch the jars.
    """
    return _fetched(f"neo4j-{version}", (f"org.neo4j:neo4j:{version}",), java)


def parquet_jars(java: Java) -> Path:
    """
    Give the folder with the jars by which neo4j-admin reads Parquet, as `jars` does.

    Parameters
    ----------
    java
        Java to run Maven with.
    """
    return _fetched("parquet", _PARQUET, java)


def browser_jars(java: Java) -> Path:
    """
    Give the folder with the jar by which a server serves Neo4j Browser, as `jars` does.

    Parameters
    ----------
    java
        Java to run Maven with.
    """
    return _fetched("browser", _BROWSER, java)


def _fetched(name: str, artifacts: Sequence[str], java: Java) -> Path:
    cache = _cache()
    lib = cache / name / "lib"
    if lib.is_dir():
        return lib
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        # Two Mavens at once would also damage Maven's own repository.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not lib.is_dir():
            _fetch(artifacts, java, lib)
    return lib


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "neurongraph")


def _fetch(artifacts: Sequence[str], java: Java, lib: Path) -> None:
    """Fetch into a sibling and rename it, so that `lib` is there whole or not at all."""
    # What an interrupted download left.
    shutil.rmtree(lib.parent, ignore_errors=True)
    lib.parent.mkdir()
    with TemporaryDirectory(dir=lib.parent, prefix="unfinished-") as folder:
        unfinished = Path(folder)
        pom = unfinished / "pom.xml"
        needed = (_DEPENDENCY.format(*artifact.split(":")) for artifact in artifacts)
        pom.write_text(_POM.format(dependencies="\n".join(needed)))
        _run_maven(java, pom, unfinished / "lib")
        (unfinished / "lib").rename(lib)


def _run_maven(java: Java, pom: Path, lib: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("no mvn on PATH to fetch Neo4j with")
    try:
        subprocess.run(
            bound([maven, "-B", "-q", "-f", str(pom), _GOAL, f"-DoutputDirectory={lib}"]),
            env={**os.environ, "JAVA_HOME": str(java.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_TIMEOUT,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"Maven did not fetch Neo4j within {_TIMEOUT} s") from None
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"Maven could not fetch Neo4j:\n{error.stdout}") from None
