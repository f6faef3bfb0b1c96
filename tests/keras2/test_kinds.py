"""The graph of a file of Keras 2 computes what Keras 2 predicts, one small model of each kind."""

from pathlib import Path

import pytest

from tests.keras2.files import FORMATS, TOLERANCE, difference, filled, inputs_of, saved
from tests.keras2.kinds import KINDS, Build


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("build", KINDS.values(), ids=KINDS)
def test_the_graph_computes_what_keras_2_predicts(
    build: Build, suffix: str, tmp_path: Path
) -> None:
    model = filled(build())
    path = saved(model, tmp_path, suffix)
    assert difference(model, path, inputs_of(model)) <= TOLERANCE
