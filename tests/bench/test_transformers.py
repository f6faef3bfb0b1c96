"""Transformers as graphs: how big they are, and how long it takes to load and to replay them.

Nothing here is asserted but the counts and that the graph is right: the figures are printed.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter import inspect, load, verify
from tests import formulas
from tests.bench.timing import seconds_of
from tests.unit.builders import saved
from tests.unit.wholes.transformers import GPT, VIT_TINY, language_model, vision_transformer
from tests.weights import livened

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]


def test_language_model(tmp_path: Path) -> None:
    """The graph of neurons of a small GPT, loaded and replayed from the store."""
    model = livened(language_model(*GPT))
    path, graph = saved(model, tmp_path / "gpt.keras"), tmp_path / "gpt.lbug"
    loaded = load(path, graph, progress=False)
    np.testing.assert_array_equal([loaded.neurons, loaded.edges], formulas.language_model(*GPT))
    replayed = seconds_of(lambda: _passes(path, graph))
    model.run_eagerly = True
    predicted = seconds_of(lambda: model.predict(np.zeros((4, GPT[0]), np.int32), verbose=0))
    print(
        f"\n  GPT: {loaded.neurons:,} neurons, {loaded.edges:,} relationships;"
        f" loaded in {loaded.seconds:.1f} s, read back, compared and replayed in {replayed:.1f} s;"
        f" predict takes {predicted:.1f} s"
    )


def test_vision_transformer(tmp_path: Path) -> None:
    """The graph of neurons of a ViT-tiny, counted, and that of its channels, loaded."""
    path = saved(livened(vision_transformer(*VIT_TINY)), tmp_path / "vit.keras")
    counted: list[Any] = []
    counting = seconds_of(lambda: counted.append(inspect(path)))
    np.testing.assert_array_equal(
        [counted[0].neurons, counted[0].edges], formulas.vision_transformer(*VIT_TINY)
    )
    loaded = load(path, tmp_path / "vit.lbug", granularity="channel", progress=False)
    print(
        f"\n  ViT-tiny: {counted[0].neurons:,} neurons, {counted[0].edges:,} relationships,"
        f" counted in {counting:.1f} s; by channel {loaded.neurons:,} nodes,"
        f" {loaded.edges:,} relationships, loaded in {loaded.seconds:.1f} s"
    )


def _passes(path: Path, graph: Path) -> None:
    assert verify(path, graph, progress=False).passed
