"""The blocks of Cypher on the page about it, and the comments that say what must hold of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.docs.sample import ROOT

PAGE: Final = ROOT / "docs" / "cypher.md"

_PARTS: Final = re.compile(
    r"^#+ (?P<heading>.+)\n|(?P<comments>(?:<!-- .+ -->\n)*)```cypher\n(?P<text>(?:.*\n)*?)```\n",
    re.MULTILINE,
)
_COMMENT: Final = re.compile(r"<!-- ([\w ]+?)(?:: (.+))? -->")


@dataclass(frozen=True)
class Block:
    """A block of Cypher.

    Attributes
    ----------
    heading
        What it stands under.
    checks
        What the comments before it say, by their first words.
    cypher
        The statement, without a command of Browser before it.
    """

    heading: str
    checks: dict[str, str]
    cypher: str


def course() -> list[Block]:
    """Return the blocks before the statements of the library."""
    text, _, _ = PAGE.read_text("utf-8").partition("\n## Statements\n")
    return list(_blocks(text))


def blocks_under(page: str, heading: str) -> list[Block]:
    """Return the blocks of a page that stand under a heading.

    Parameters
    ----------
    page
        The name of its file in ``docs``.
    heading
        The heading.
    """
    text = (ROOT / "docs" / page).read_text("utf-8")
    return [block for block in _blocks(text) if block.heading == heading]


def _blocks(text: str) -> Iterator[Block]:
    heading = ""
    for part in _PARTS.finditer(text):
        if part["heading"]:
            heading = part["heading"]
            continue
        checks = dict(_COMMENT.findall(part["comments"]))
        yield Block(heading, checks, part["text"].removeprefix(":auto "))
