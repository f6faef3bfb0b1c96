"""A scheduler and workers that speak TLS only, with certificates made on the spot."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import dask
import pytest

from exporter import load
from queries.errors import GraphUnavailableError
from tests.parallel.comparing import assert_same, state
from tests.parallel.programs import Cluster, running
from tests.servers import skip_or_fail

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

_NEW_KEY = ["-newkey", "rsa:2048", "-nodes"]


def openssl(*words: str, folder: Path) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def certified(folder: Path, authority: str, name: str) -> dict[str, str]:
    """Make an authority and a certificate of it; return their files as Dask's settings."""
    ours = ["-keyout", f"{authority}.key", "-out", f"{authority}.pem", "-subj", f"/CN={authority}"]
    openssl("req", "-x509", *_NEW_KEY, *ours, "-days", "1", folder=folder)
    asked = ["-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}"]
    openssl("req", *_NEW_KEY, *asked, folder=folder)
    signer = ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial"]
    signed = ["-in", f"{name}.csr", "-out", f"{name}.pem", "-days", "1"]
    openssl("x509", "-req", *signer, *signed, folder=folder)
    files = {"ca-file": f"{authority}.pem", "cert": f"{name}.pem", "key": f"{name}.key"}
    return {option: str(folder / file) for option, file in files.items()}


def settings(files: dict[str, str]) -> dict[str, str]:
    tls = "distributed.comm.tls"
    return {
        f"{tls}.ca-file": files["ca-file"],
        f"{tls}.client.cert": files["cert"],
        f"{tls}.client.key": files["key"],
    }


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    if which("openssl") is None:
        skip_or_fail("certificates need openssl")
    folder = tmp_path_factory.mktemp("certificates")
    return {name: certified(folder, f"{name}-authority", name) for name in ("ours", "theirs")}


@pytest.fixture(scope="module")
def encrypted(
    certificates: dict[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    options = [
        word for name, file in certificates["ours"].items() for word in (f"--tls-{name}", file)
    ]
    with (
        dask.config.set(settings(certificates["ours"])),
        running(
            tmp_path_factory.mktemp("dask") / "tls", "--protocol", "tls", tls=options
        ) as cluster,
    ):
        cluster.add(2)
        yield cluster


def test_a_load_is_that_of_one_process(
    encrypted: Cluster,
    certificates: dict[str, dict[str, str]],
    small_files: dict[str, Path],
    tmp_path: Path,
) -> None:
    assert encrypted.address.startswith("tls://")
    with dask.config.set(settings(certificates["ours"])):
        load(small_files["pooled"], f"{tmp_path}/many/", dask=encrypted.address)
    load(small_files["pooled"], f"{tmp_path}/one/")
    assert_same(tmp_path / "many", tmp_path / "one")


@pytest.mark.parametrize("case", ["none", "theirs", "missing", "no encryption"])
def test_who_has_no_certificate_of_theirs_is_told(
    encrypted: Cluster,
    certificates: dict[str, dict[str, str]],
    small_files: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
) -> None:
    monkeypatch.setattr("exporter.parallel.cluster._PATIENCE", 3.0)
    address, files = encrypted.address, {}
    if case == "theirs":
        files = settings(certificates["theirs"])
    if case == "missing":
        files = settings(dict.fromkeys(("ca-file", "cert", "key"), f"{tmp_path}/none.pem"))
    if case == "no encryption":
        address = address.replace("tls://", "tcp://")
        files = {"distributed.comm.require-encryption": "true"}
    with (
        dask.config.set({**settings(dict.fromkeys(("ca-file", "cert", "key"), None)), **files}),  # type: ignore[arg-type]
        pytest.raises(GraphUnavailableError, match=r"no Dask scheduler answers at .*TLS"),
    ):
        load(small_files["pooled"], f"{tmp_path}/many/", dask=address)
    assert not (tmp_path / "many").exists() or state(tmp_path / "many") == {}
