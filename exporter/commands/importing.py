"""The option that imports what registers somebody's own layers."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def _imported(modules: list[str] | None) -> list[str] | None:
    """Import modules before a command opens a file."""
    if modules:
        from exporter.reading.modules import import_module_of_layers

        # Last, so that no file of this folder stands in for an installed package.
        sys.path.append(str(Path.cwd()))
        for name in modules:
            import_module_of_layers(name)
    return modules


ImportOption = Annotated[
    list[str] | None,
    typer.Option(
        "--import",
        metavar="MODULE",
        callback=_imported,
        expose_value=False,
        show_default="none",
        help="A Python module that registers layers of one's own with Keras; nothing of a model "
        "file is run.",
    ),
]
