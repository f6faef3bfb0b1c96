"""Open a graph for writing, once its options are checked."""

from typing import Final

from exporter.sinks.kinds import Options, sink_kind, takes
from exporter.sinks.ledger import Ledger
from exporter.sinks.model_label import require_label
from queries.core.file_format import FILE_FORMATS
from queries.core.wording import option
from queries.errors import ParameterError, listed, meant
from queries.library.checks import require_count
from queries.stores.location import Location

_REFUSALS: Final = {
    "file_format": "{graph} is no folder of files for Neo4j; end such a folder in /",
    "writers": "only a server takes several at once; leave it out",
    "label": "only Neo4j, and a folder of files for it, has labels; leave it out",
    "dask": "many processes write a folder of files, and {graph} is none; end such a folder in /",
}
"""Why a graph refuses an option that others take."""


def open_ledger(location: Location, options: Options | None = None) -> Ledger:
    """Open a graph for writing.

    Parameters
    ----------
    location
        Where it is. The folder of an embedded graph or a dataset is made if missing.
    options
        How it is written; by default as suits the store.

    Returns
    -------
    Ledger
        Its models; use it as a context manager.

    Raises
    ------
    GraphError
        If the graph cannot be opened, or is a model file; the subclass tells why.
    ParameterError
        If an option is wrong.
    """
    options = options or Options()
    check_options(location, options)
    return Ledger(str(location.place), sink_kind(location).entries(location, options))


def check_options(location: Location, options: Options) -> None:
    """Raise an error for what ``open_ledger`` would refuse.

    Raises
    ------
    GraphError
        If the graph is a model file.
    ParameterError
        If an option is wrong, or the graph does not take it.
    """
    kind = sink_kind(location)
    for name, value in {"batch_size": options.batch_size, "writers": options.writers}.items():
        if value is not None:
            require_count(option(name), value)
    file_format: object = options.file_format
    if not isinstance(file_format, str | None) or file_format not in (None, *FILE_FORMATS):
        raise ParameterError(
            f"{option('file_format')} {file_format!r} is not one of {listed(FILE_FORMATS)}"
            f"{meant(str(file_format), FILE_FORMATS)}"
        )
    if file_format is not None:
        require_option(location, "file_format")
    if kind.files is not None:
        # It refuses a format where files of another one are there.
        kind.files(location, options)
    if options.writers is not None:
        require_option(location, "writers")
    if options.label is not None:
        require_option(location, "label")
        require_label(options.label)


def require_option(location: Location, name: str) -> None:
    """Raise ParameterError where a graph does not take an option that others take."""
    if not takes(location, name):
        raise ParameterError(f"{option(name)}: {_REFUSALS[name].format(graph=location.text)}")
