"""Nodes and relationships in the rows of a statement become columns."""

import pandas as pd

from queries.stores.cypher.entities import Entity, spread
from queries.stores.embedded.entities import with_entities


def node(kind: str = "Neuron", **properties: object) -> Entity:
    return Entity(kind, properties, is_node=True)


def columns(**cells: list[object]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(each, dtype=object) for name, each in cells.items()})


def test_a_node_becomes_a_column_a_property() -> None:
    found = spread(columns(n=[node(z=1, layer="a", name="a[0]", own=2.5, id=7)]))
    assert found.to_dict("records") == [
        {"n.id": 7, "n.name": "a[0]", "n.layer": "a", "n.z": 1, "n.own": 2.5}
    ]
    assert list(found) == ["n.id", "n.name", "n.layer", "n.z", "n.own"]


def test_what_some_lack_is_missing_and_numbers_stay_whole() -> None:
    found = spread(columns(n=[node(id=7, x=3), None, node(id=8, x=None)]))
    assert str(found["n.id"].dtype) == str(found["n.x"].dtype) == "Int64"
    assert found["n.x"].isna().tolist() == [False, True, True]


def test_what_none_has_is_no_column() -> None:
    assert list(spread(columns(n=[node(id=7, z=None)]))) == ["n.id"]


def test_nodes_of_several_labels_tell_them() -> None:
    found = spread(columns(n=[node(id=7), node("Layer", name="a")]))
    assert found["labels(n)"].tolist() == ["Neuron", "Layer"]
    assert list(spread(columns(n=[node("Odd")]))) == ["labels(n)"]


def test_a_relationship_tells_its_type() -> None:
    edge = Entity("CONNECTS_TO", {"weight": 0.5}, is_node=False)
    found = spread(columns(r=[edge]))
    assert found.to_dict("records") == [{"type(r)": "CONNECTS_TO", "r.weight": 0.5}]


def test_a_column_of_the_statement_itself_stands_once() -> None:
    frame = columns(n=[node(id=7, name="a[0]")]).assign(**{"n.id": [8]})
    assert spread(frame).to_dict("records") == [{"n.name": "a[0]", "n.id": 8}]


def test_among_other_values_they_are_dictionaries() -> None:
    edge = Entity("NEXT", {}, is_node=False)
    found = spread(
        columns(all=[[node(id=7)], None], mixed=[node(id=8), edge], some=[node(id=9), 1])
    )
    assert found["all"].tolist() == [[{"id": 7}], None]
    assert found["mixed"].tolist() == [{"id": 8}, {}]
    assert found["some"].tolist() == [{"id": 9}, 1]


def test_other_columns_stay_as_they_are() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [0.5, float("nan")]})
    pd.testing.assert_frame_equal(spread(frame), frame)
    assert list(spread(columns(n=[]))) == ["n"]


def test_of_the_embedded_store() -> None:
    at = {"offset": 0, "table": 1}
    neuron = {"_ID": at, "_LABEL": "Neuron", "id": 7, "z": None}
    edge = {"_SRC": at, "_DST": at, "_ID": at, "_LABEL": "CONNECTS_TO", "weight": 0.5}
    path = {"_NODES": [neuron, neuron], "_RELS": [edge]}
    frame = columns(n=[neuron], r=[edge], p=[path], m=[{"of": [neuron]}])
    assert spread(with_entities(frame)).to_dict("records") == [
        {
            "n.id": 7,
            "type(r)": "CONNECTS_TO",
            "r.weight": 0.5,
            "p": [{"id": 7}, {"id": 7}],
            "m": {"of": [{"id": 7}]},
        }
    ]
