"""The tutorial, run anew: its outputs are stored, for those who read it where it cannot run."""

import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.docs.sample import ROOT

TUTORIAL = ROOT / "docs" / "tutorial.ipynb"


def tutorial() -> str:
    """Return the tutorial with its outputs; it runs in a folder ``docs`` of the current one."""
    notebook = nbformat.read(TUTORIAL, as_version=4)
    metadata = dict(notebook.metadata)
    folder = Path("docs")
    folder.mkdir()
    client = NotebookClient(
        notebook, record_timing=False, resources={"metadata": {"path": str(folder)}}
    )
    # The importing of Keras has set it here, and where it is set TensorFlow is not silenced.
    environment = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    client.execute(env=environment)
    # The kernel writes its version of Python there.
    notebook.metadata = metadata
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                _without_page(output) for output in cell.outputs if not _is_empty(output)
            ]
    return str(nbformat.writes(notebook)) + "\n"


def _is_empty(output: Any) -> bool:
    """Tell whether an output is the place where a bar was."""
    data = output.get("data")
    return data is not None and not any(data.values())


def _without_page(output: Any) -> Any:
    """Return an output without the page of a picture: megabytes that no host shows."""
    if "<iframe" in output.get("data", {}).get("text/html", ""):
        del output.data["text/html"]
    return output
