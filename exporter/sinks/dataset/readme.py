"""The README of a dataset, which has the commands that import it, and the script that follows."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from exporter.sinks.dataset.formats import FILES
from queries.core.labels import own_label
from queries.core.schema import neo4j_schema
from queries.stores.dataset import HEADING

SCRIPT: Final = "schema.cypher"

# The database stands first, since an option takes all words that follow it.
_COMMAND: Final = "neo4j-admin database import full neo4j"

# An option, and the files that it names by a regular expression.
_SOURCES: Final = (
    (f"--nodes=Model:{own_label('Model')}=", "model"),
    (f"--nodes=Layer:{own_label('Layer')}=", "layers"),
    ("--nodes=", "neurons-.*"),
    ("--relationships=HAS_LAYER=", "has_layer"),
    ("--relationships=NEXT=", "next"),
    ("--relationships=CONNECTS_TO=", "edges-.*"),
)

_EMPTY: Final = """\
{heading}

No load into this folder has ended yet. When one has, this file says how to import the model.
"""
_TEXT: Final = """\
{heading}

This folder holds {count} for `neo4j-admin database import full`, each in a folder of its own:

| model | folder | nodes | relationships |
|---|---|---|---|
{rows}

## Import them

Neo4j 5.26 or later is needed, with its server stopped. Run this as the user that runs the server:

```sh
cd {folder}
neo4j stop
{command}
neo4j start
cypher-shell --file {script}
```

- The import makes the database `neo4j` anew: **what is in it is deleted**.
- The script makes the constraints and indexes, without which queries are slow. It waits for them.
- Memory: the import takes 1 GB of heap, which the environment variable `HEAP_SIZE=1g` gives it,
  and up to 90 % of the free memory beside it, unless you add `--max-off-heap-memory=2g` or so.
- What went wrong stands in `import.report` in this folder (Neo4j 5), or in the server's folder of
  logs (newer ones).

After that, ask the server: `neurongraph models --graph bolt://localhost:7687`
"""


def readme(folder: Path, models: Mapping[Path, Mapping[str, Any]]) -> str:
    """Return the text of the README.

    Parameters
    ----------
    folder
        The dataset.
    models
        The note of each model that is complete, by its subfolder.
    """
    if not models:
        return _EMPTY.format(heading=HEADING)
    rows = [
        f"| {note['name'].replace('|', '&#124;')} | `{path.name}` | {note['neurons']:,} "
        f"| {note['edges']:,} |"
        for path, note in models.items()
    ]
    return _TEXT.format(
        heading=HEADING,
        count="1 model" if len(models) == 1 else f"{len(models)} models",
        rows="\n".join(rows),
        folder=shlex.quote(str(folder.resolve())),
        command=" \\\n  ".join([_COMMAND, *map(shlex.quote, _options(models))]),
        script=SCRIPT,
    )


def _options(models: Mapping[Path, Mapping[str, Any]]) -> Iterator[str]:
    (file_format,) = {note["file_format"] for note in models.values()}
    files = FILES[file_format]
    yield from ("--overwrite-destination", "--id-type=integer", *files.options)
    names = [layer for note in models.values() for layer in note["checksums"]]
    if file_format == "csv" and any(end in name for name in names for end in "\r\n"):
        yield "--multiline-fields=true"
    for folder in models:
        yield from _sources(folder, files.suffix)


def _sources(folder: Path, suffix: str) -> Iterator[str]:
    for option, pattern in _SOURCES:
        # A model of one layer has no relationships.
        if any(folder.glob(pattern.replace(".*", "*") + suffix)):
            yield f"{option}{folder.name}/{pattern}{suffix}"


def script() -> str:
    """Return the Cypher that makes constraints and indexes."""
    return "".join(f"{text};\n" for text in neo4j_schema(seconds=3600))
