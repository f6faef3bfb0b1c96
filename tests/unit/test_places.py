"""Where a neuron stands, of layers of any number of axes."""

import numpy as np
import pytest

from exporter.planning.places import captions, places

SHAPE = (2, 3, 4, 5, 6)
EVERY = np.arange(np.prod(SHAPE))


@pytest.mark.parametrize("channel", range(-5, 5))
def test_z_counts_all_axes_but_two_and_the_channel(channel: int) -> None:
    place = places(SHAPE, channel, EVERY)
    whole = EVERY.reshape(SHAPE)
    np.testing.assert_array_equal(
        place["channel"].reshape(SHAPE),
        np.broadcast_to(
            np.arange(SHAPE[channel]).reshape([-1 if i == channel % 5 else 1 for i in range(5)]),
            SHAPE,
        ),
    )
    z, y, x = (np.moveaxis(place[each].reshape(SHAPE), channel, -1)[..., 0] for each in "zyx")
    before = np.moveaxis(whole, channel, -1)[..., 0]
    np.testing.assert_array_equal(
        np.ravel_multi_index(
            (z, y, x), (before.size // np.prod(before.shape[2:]), *before.shape[2:])
        ).reshape(-1),
        np.arange(before.size),
    )


def test_names_of_fewer_axes() -> None:
    assert captions("dense", places((3,), -1, np.arange(3))).to_pylist()[2] == "dense[2]"
    assert captions("lstm", places((4, 3), -1, np.arange(12))).to_pylist()[5] == "lstm[2]@1"
    assert captions("mha", places((2, 4, 3), 0, np.arange(24))).to_pylist()[13] == "mha[1]@1,0"
