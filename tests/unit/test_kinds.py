"""The table of the kinds of store: its two halves, and what they name."""

import inspect
from pkgutil import resolve_name
from string import Formatter

import pytest

from exporter.commands.load_report import Loaded
from exporter.sinks.kinds import SINKS, SinkKind, takes
from exporter.sinks.opening import require_option
from queries.errors import ParameterError
from queries.stores.base import Store
from queries.stores.kinds import KINDS, Kind
from queries.stores.location import Location

OPTIONS = {"writers", "file_format", "label", "dask"}


def test_both_halves_have_the_same_kinds() -> None:
    loaded = [kind.name for kind in KINDS if kind.is_loaded]
    assert loaded == list(SINKS)
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_store_is_where_its_entry_says(kind: Kind) -> None:
    store = resolve_name(kind.store)
    assert issubclass(store, Store)
    assert ("dask" in inspect.signature(store).parameters) == kind.takes_dask


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_option_is_taken_or_refused_in_words(kind: Kind) -> None:
    location = Location("somewhere", kind)
    for option in OPTIONS:
        if not takes(location, option):
            with pytest.raises(ParameterError, match=f"^{option}: "):
                require_option(location, option)


@pytest.mark.parametrize("kind", SINKS.values(), ids=SINKS)
def test_what_is_said_after_a_load_can_be_said(kind: SinkKind) -> None:
    assert kind.next_steps
    assert kind.takes <= OPTIONS
    fields = {name for step in kind.next_steps for _, name, _, _ in Formatter().parse(step) if name}
    assert fields <= {f"loaded.{name}" for name in dir(Loaded)}
