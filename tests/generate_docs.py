"""Write the generated parts of the documentation, in docstrings as well; ``make docs`` runs this.

A test compares what stands in the repository with what this would write.
"""

import re
from pathlib import Path
from typing import Final

from tests.docs.activations_page import activations_page
from tests.docs.cypher_page import cypher_page, statements_pages
from tests.docs.docstrings import docstrings
from tests.docs.formats_page import formats_page
from tests.docs.layers_page import layers_page
from tests.docs.notebook import TUTORIAL, tutorial
from tests.docs.old_files import old_files_page
from tests.docs.plots_page import plots_page
from tests.docs.queries_page import (
    load_both,
    load_repeat,
    load_series,
    queries_pages,
    store_circuits,
)
from tests.docs.sample import ROOT, run, sample_folder


def main() -> None:
    """Write every generated file."""
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def generated() -> dict[Path, str]:
    """Return the text of every file that is generated, wholly or in part."""
    docs, readme = ROOT / "docs", ROOT / "README.md"
    with sample_folder():
        load_both()
        load_repeat()
        load_series()
        store_circuits()
        return {
            **docstrings(),
            TUTORIAL: tutorial(),
            **{docs / page: text for page, text in queries_pages().items()},
            **{docs / page: text for page, text in statements_pages().items()},
            docs / "plots.md": plots_page(),
            docs / "layers.md": layers_page(),
            docs / "formats.md": formats_page((docs / "formats.md").read_text("utf-8")),
            docs / "activations.md": activations_page(),
            docs / "old_files.md": old_files_page(),
            docs / "cypher.md": cypher_page(_with_outputs((docs / "cypher.md").read_text("utf-8"))),
            docs / "attribution.md": _with_outputs((docs / "attribution.md").read_text("utf-8")),
            docs / "circuits.md": _circuits_page((docs / "circuits.md").read_text("utf-8")),
            docs / "inputs.md": _with_outputs((docs / "inputs.md").read_text("utf-8")),
            docs / "training.md": _with_outputs((docs / "training.md").read_text("utf-8")),
            docs / "extending.md": _with_files((docs / "extending.md").read_text("utf-8")),
            readme: _with_outputs(readme.read_text(encoding="utf-8")),
        }


_SHOWN: Final = re.compile(
    r"(?P<head><!-- output of: (?P<command>.+?) -->\n```text\n)(?P<output>.*?)(?P<tail>```\n)",
    re.DOTALL,
)


def _with_outputs(text: str) -> str:
    """Return a page with the output of its commands as they print it now.

    A command stands in a comment before a block of text: ``<!-- output of: ... -->``. All
    run in the current folder, in which the sample has been loaded.
    """

    def renewed(match: re.Match[str]) -> str:
        return match["head"] + run(match["command"]) + match["tail"]

    return _SHOWN.sub(renewed, text)


_EXPORTED: Final = (
    "neurongraph export circuit --graph digits.lbug --input samples/digits.npz:7 level=neuron "
    "--output seven.json"
)


def _circuits_page(text: str) -> str:
    """Return the page about circuits, on which a command reads what another one wrote."""
    run(_EXPORTED)
    return _with_outputs(text)


_INCLUDED: Final = re.compile(
    r"(?P<head><!-- file: (?P<path>.+?) -->\n```text\n).*?(?P<tail>```\n)", re.DOTALL
)


def _with_files(text: str) -> str:
    """Return a page with the files that it shows as they are now: ``<!-- file: ... -->``."""
    return _INCLUDED.sub(
        lambda match: match["head"] + (ROOT / match["path"]).read_text("utf-8") + match["tail"],
        text,
    )


if __name__ == "__main__":
    main()
