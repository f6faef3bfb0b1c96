"""What to do about a model that is damaged or of another release: commands that can be pasted."""

from collections.abc import Mapping
from typing import Any

from queries.core.schema import SCHEMA_VERSION
from queries.core.wording import MODEL_FILE, command, option
from queries.errors import GraphVersionError
from queries.stores.naming import name_of


def to_drop(location: str, model: str) -> str:
    """Return the command that removes a model.

    Parameters
    ----------
    location
        Where the graph is.
    model
        The name of the model.
    """
    return command("drop", model, graph=location)


def to_load(
    location: str,
    model: str,
    file: str = MODEL_FILE,
    *,
    resume: bool = False,
    replace: bool = False,
) -> str:
    """Return the command that loads a model under the name that it has.

    Parameters
    ----------
    location, model
        As in ``to_drop``.
    file
        The model file; it is left to the reader where it is not known.
    resume, replace
        As in ``load``.
    """
    return command("load", file, graph=location, name=model, resume=resume, replace=replace)


def no_complete_model(location: str) -> str:
    """Say that a graph holds no model that can be asked about, and what loads one.

    Parameters
    ----------
    location
        Where the graph is.
    """
    line = command("load", MODEL_FILE, graph=location)
    return f"{location} holds no complete model; load one: {line}"


def repair_text(location: str, model: str) -> str:
    """Say what to do about a model that is not as its load wrote it.

    Parameters
    ----------
    location, model
        As in ``to_drop``.
    """
    return (
        "load the same model file, with the same options, again: "
        f"{to_load(location, model, resume=True)}; or another one in its place: "
        f"{to_load(location, model, replace=True)}; or remove it: {to_drop(location, model)}"
    )


def repair_text_of(location: str, safe: str) -> str:
    """Say the same of a model of which only the safe name is known.

    Parameters
    ----------
    location
        Where the graph is.
    safe
        The safe name, of which the name may be told.
    """
    name = name_of(safe)
    if name != safe:
        return repair_text(location, name)
    return (
        f"load the model again, under its own {option('name')} and with "
        f"{option('replace', True)}; or remove it: {to_drop(location, safe)}"
    )


def check_text(location: str) -> str:
    """Say what tells all that is damaged in a graph."""
    return f"{command('check', graph=location)} tells all that differs"


def version_error(location: str, model: Mapping[str, Any]) -> GraphVersionError:
    """Return the error for a model that was loaded by a release that wrote another schema."""
    return GraphVersionError(
        f"{model['name']!r} in {location} was loaded by another release (schema "
        f"{model['schema_version']}, not {SCHEMA_VERSION}); load it again: "
        f"{to_load(location, model['name'], replace=True)}"
    )
