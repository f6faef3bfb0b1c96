"""The notes of models: what is none is refused by its name."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from queries.core.schema import COMPLETE, DAMAGED, MODEL, SCHEMA_VERSION
from queries.errors import GraphDamagedError
from queries.stores.naming import name_of, safe_name
from queries.stores.notes import checked_note, note_or_damage

_VALUES: Mapping[str, Any] = {"string": "s", "int64": 3, "bool": True}
NOTE: Mapping[str, Any] = {
    **{field.name: _VALUES[str(field.type)] for field in MODEL},
    "name": "m",
    "key": "m",
    "state": COMPLETE,
    "granularity": "neuron",
    "schema_version": SCHEMA_VERSION,
}
SPOILT: Mapping[str, bytes] = {
    "empty": b"",
    "cut": json.dumps(NOTE).encode()[:-7],
    "a list": b"[1, 2]",
    "nested deep": b"[" * 100_000,
    "another encoding": json.dumps({**NOTE, "name": "ä"}, ensure_ascii=False).encode("latin-1"),
    "two bytes a letter": json.dumps(NOTE).encode("utf-16"),
    "half a letter": json.dumps({**NOTE, "name": "\ud800"}).encode(),
    "no edges": json.dumps({k: v for k, v in NOTE.items() if k != "edges"}).encode(),
    "edges as a text": json.dumps({**NOTE, "edges": "3"}).encode(),
    "edges as a truth": json.dumps({**NOTE, "edges": True}).encode(),
    "edges below 0": json.dumps({**NOTE, "edges": -1}).encode(),
    "edges without end": json.dumps(NOTE).replace("3", "3" * 5000).encode(),
    "a state of no meaning": json.dumps({**NOTE, "state": "done"}).encode(),
    "a granularity of no meaning": json.dumps({**NOTE, "granularity": "atom"}).encode(),
    "a version as a list": json.dumps({**NOTE, "schema_version": [3]}).encode(),
}


@pytest.mark.parametrize("content", SPOILT.values(), ids=SPOILT.keys())
def test_a_spoilt_note_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "note.json"
    path.write_bytes(content)
    with pytest.raises(GraphDamagedError, match=r"note\.json is damaged: ") as caught:
        checked_note(path, safe_name("m"), tmp_path)
    assert f"load(MODEL, graph={str(tmp_path)!r}, name='m', resume=True)" in str(caught.value)
    assert str(caught.value).endswith(f"drop('m', graph={str(tmp_path)!r})")
    note = note_or_damage(path, safe_name("m"), tmp_path)
    assert note is not None
    assert (note["name"], note["state"], note["key"]) == ("m", DAMAGED, safe_name("m"))


def test_a_note_is_returned_with_all_that_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    assert note_or_damage(path, "m", tmp_path) is None
    path.write_text(json.dumps({**NOTE, "more": [1]}), encoding="utf-8")
    assert note_or_damage(path, "m", tmp_path) == {**NOTE, "more": [1]}


def test_a_note_of_another_release_may_lack_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    old = {"name": "m", "key": "m", "state": COMPLETE, "schema_version": 2, "edges": 5}
    path.write_text(json.dumps(old), encoding="utf-8")
    note = checked_note(path, "m", tmp_path)
    assert note.keys() == set(MODEL.names)
    assert note.items() >= old.items()


@pytest.mark.parametrize(("name", "told"), [("m", True), ("a.b-c", True), ("a b", False)])
def test_a_safe_name_tells_the_model_where_it_holds_it(name: str, told: bool) -> None:
    assert name_of(safe_name(name)) == (name if told else safe_name(name))
