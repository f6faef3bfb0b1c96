"""Import what registers the classes of layers of somebody's own."""

from importlib import import_module

from exporter.reading.keras.quiet import quiet
from queries.errors import ParameterError


def import_module_of_layers(name: str) -> None:
    """Import a module, by which Keras knows the classes of a file before it is opened.

    Parameters
    ----------
    name
        The module, such as ``mine.layers``; no file names it, but who opens the file.

    Raises
    ------
    ParameterError
        If it cannot be imported.
    """
    try:
        with quiet():
            import_module(name)
    except (Exception, SystemExit) as error:  # A module is anybody's.
        reason = next(iter(str(error).splitlines()), "no reason given")
        raise ParameterError(
            f"the module {name!r} cannot be imported: {type(error).__name__}: {reason}"
        ) from error
