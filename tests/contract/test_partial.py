"""A model of which only the layers before an unwirable one are loaded, in every store."""

from pathlib import Path

import pytest

from exporter import load, verify
from queries import NeuronGraph
from queries.errors import UnsupportedLayerError, VerificationError
from tests.contract.stores import GraphStore


@pytest.fixture(scope="module")
def branched_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a model with one branch that can be wired, and one that cannot."""
    import keras

    layers = keras.layers
    pixels = keras.Input((4, 4, 2), name="pixels")
    seen = layers.Conv2D(3, 2, name="seen")(pixels)
    rows = layers.Reshape((9, 3), name="rows")(seen)
    heard = layers.Hashing(2, output_mode="multi_hot", name="heard")(rows)
    hidden = layers.Dense(2, name="hidden")(heard)
    mean = layers.GlobalAveragePooling2D(name="mean")(seen)
    path = tmp_path_factory.mktemp("partial") / "branched.keras"
    keras.Model(pixels, [hidden, mean]).save(path)
    return path


def test_without_partial_nothing_is_loaded(
    loaded: GraphStore, branched_file: Path, scratch: str
) -> None:
    with pytest.raises(UnsupportedLayerError, match=r"heard \(Hashing: "):
        load(branched_file, loaded.location, name=scratch)
    with NeuronGraph(loaded.location) as graph:
        assert scratch not in graph.models()["name"].tolist()


def test_partial_loads_what_can_be_wired(
    store: GraphStore, branched_file: Path, scratch: str
) -> None:
    report = load(branched_file, store.location, name=scratch, partial=True)
    assert [reason.split(" ")[0] for reason in report.refused] == ["heard"]
    with NeuronGraph(store.location, model=scratch) as graph:
        models = graph.models().set_index("name")
        assert graph.layers()["name"].tolist() == ["pixels", "seen", "mean"]
        assert len(graph.edges()) == report.edges > 0
    assert not models["replayable"][scratch]
    with pytest.raises(VerificationError, match="last layers"):
        verify(branched_file, store.location, name=scratch)


def test_partial_of_a_model_that_is_whole(
    store: GraphStore, small_files: dict[str, Path], scratch: str
) -> None:
    report = load(small_files["pooled"], store.location, name=scratch, partial=True)
    assert report.refused == ()
    assert verify(small_files["pooled"], store.location, name=scratch).passed
