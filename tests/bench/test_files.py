"""Speed of writing files for Neo4j and of importing them.

Nothing here is asserted but the number of edges: the figures are printed.
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exporter import load
from exporter.planning.push import plan
from queries.core.file_format import FILE_FORMATS, FileFormat
from tests.bench.children import measured
from tests.bench.importing import import_seconds
from tests.bench.test_speed import report
from tests.opening import open_model
from tests.servers import LTS, NEWEST
from tests.unit.builders import chain, layer, saved

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

REPEATS: Final = 3


@pytest.fixture(scope="module")
def big_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A convolution and a Dense, of 40 million edges together."""
    layers = [
        layer("Conv2D", filters=64, kernel_size=3, padding="same"),
        layer("GlobalAveragePooling2D"),
        layer("Dense", units=4096),
        layer("Dense", units=4096),
    ]
    return saved(chain((24, 24, 64), *layers), tmp_path_factory.mktemp("big") / "big.keras")


@pytest.mark.parametrize("file_format", FILE_FORMATS)
@pytest.mark.parametrize("model", ["big", "CIFAR-10"])
def test_write(
    model: str, file_format: FileFormat, big_file: Path, cifar_file: Path, tmp_path: Path
) -> None:
    """Writing the files, against a bare write of the same arrays, all of them made before."""
    file = big_file if model == "big" else cifar_file
    arrays = list(_arrays(file))
    edges = sum(map(len, arrays))
    ours, bare = [], []
    for _ in range(REPEATS):
        bare.append(_bare_write(arrays, tmp_path / "bare"))
        done = load(file, f"{tmp_path}/files/", replace=True, file_format=file_format)
        ours.append(done.seconds)
        assert done.edges == edges
    size = sum(path.stat().st_size for path in (tmp_path / "files").glob("*/edges-*"))
    report(f"{model}, bare Parquet", min(bare), edges)
    report(f"{model}, load as {file_format}", min(ours), edges)
    print(
        f"\n  load takes {min(ours) / min(bare):.2f} times as long, at {size / edges:.1f} bytes an"
        " edge; it also builds the edges, and reads them back to check them"
    )


def _arrays(file: Path) -> Iterator[pa.Table]:
    names = "source", "target", "weight"
    for into in plan(open_model(file)).layers:
        blocks = [into.block(*part).columns for part in into.ranges()]
        if blocks:
            yield pa.concat_tables([pa.table({n: block[n] for n in names}) for block in blocks])


def _bare_write(tables: list[pa.Table], folder: Path) -> float:
    """Write tables as pyarrow does unless told otherwise."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    begun = time.perf_counter()
    for number, table in enumerate(tables):
        pq.write_table(table, folder / f"{number}.parquet")
    return time.perf_counter() - begun


LOAD: Final = """
import sys
from exporter import load
load(sys.argv[1], sys.argv[2] + "/", to_layer=sys.argv[3] or None)
"""


def test_memory(big_file: Path, tmp_path: Path) -> None:
    """Peak memory of a load of few edges and of one of many, TensorFlow's own included."""
    peaks = [
        measured(LOAD, str(big_file), str(tmp_path / (name or "whole")), name)[2]
        for name in ("global_average_pooling2d", "")
    ]
    print("\n  peaks: " + ", ".join(f"{peak / 1e6:,.0f} MB" for peak in peaks))


@pytest.mark.neo4j
@pytest.mark.parametrize("version", [LTS, NEWEST])
@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_import(version: str, file_format: FileFormat, cifar_file: Path, tmp_path: Path) -> None:
    """The time of the import itself, the start of Java included."""
    done = load(cifar_file, tmp_path, file_format=file_format)
    report(f"import {file_format}, {version}", import_seconds(version, tmp_path), done.edges)
