"""What mkdocs does with the pages besides, in ``make site``: the tutorial is one of them.

A page of Markdown, unlike one of mkdocs-jupyter, has its links and pictures checked, and loads
nothing from another host.
"""

import re
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from nbconvert import MarkdownExporter

_NOTEBOOK: Final = "tutorial.ipynb"
_PAGE: Final = "tutorial.md"
_TABLE: Final = re.compile(
    r'<div>\s*<style scoped>.*?</style>\s*<table border="1"[^>]*>', re.DOTALL
)
_DOWNLOAD: Final = f"\n\n[The notebook itself]({_NOTEBOOK})\n\n"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the tutorial as a page."""
    text, _ = MarkdownExporter().from_filename(str(Path(config.docs_dir, _NOTEBOOK)))
    title, _, rest = text.partition("\n\n")
    # The theme has a style of its own for tables.
    content = f"{title}{_DOWNLOAD}{_TABLE.sub('<div><table>', rest)}"
    files.append(File.generated(config, _PAGE, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead links to the notebook, which hosts of repositories show, to its page."""
    if page.file.src_uri == _PAGE:
        return markdown
    return markdown.replace(f"]({_NOTEBOOK})", f"]({_PAGE})")
