"""Log each Cypher statement at level debug: its parameters, its time, and what it did."""

import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from queries.core.log import logger
from queries.core.text import shortened

_SECRET: Final = re.compile("password|secret|credential", re.IGNORECASE)


@dataclass
class Outcome:
    """What a statement did, as far as its store says.

    Parameters
    ----------
    rows
        How many rows it returned; None where nobody counted.
    counters
        What it changed, such as ``{"nodes_created": 3}``.
    """

    rows: int | None = None
    counters: Mapping[str, int] = field(default_factory=dict)

    def count(self, counters: Any) -> None:
        """Take over the counters of a Neo4j summary.

        Parameters
        ----------
        counters
            A ``neo4j.SummaryCounters``.
        """
        self.counters = {
            name: count for name, count in vars(counters).items() if not name.startswith("_")
        }


@contextmanager
def logged(cypher: str, parameters: Mapping[str, Any] | None = None) -> Iterator[Outcome]:
    """Log a statement once it has run, or failed.

    Parameters
    ----------
    cypher
        The statement. One that is about passwords or the like is not shown.
    parameters
        Values of its parameters, of which the log shows beginnings.

    Yields
    ------
    Outcome
        To be told how many rows there were, and what changed.
    """
    outcome = Outcome()
    begun = time.perf_counter()
    failed = ""
    try:
        yield outcome
    except BaseException as error:
        failed = f", failed with {type(error).__name__}"
        raise
    finally:
        if logger.isEnabledFor(logging.DEBUG):
            seconds = time.perf_counter() - begun
            text = _statement_text(cypher, parameters or {})
            logger.debug("%.4f s%s%s: %s", seconds, _outcome_text(outcome), failed, text)


def _statement_text(cypher: str, parameters: Mapping[str, Any]) -> str:
    if _SECRET.search(cypher):
        return "(a statement about credentials)"
    values = (f"${name} = {shortened(value)}" for name, value in parameters.items())
    return "; ".join((" ".join(cypher.split()), *values))


def _outcome_text(outcome: Outcome) -> str:
    rows = [] if outcome.rows is None else [f"{outcome.rows} rows"]
    changed = [
        f"{count} {name.replace('_', ' ')}" for name, count in outcome.counters.items() if count
    ]
    return "".join(f", {part}" for part in (*rows, *changed))
