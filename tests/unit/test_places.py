"""Where a neuron stands, of layers of any number of axes."""

import numpy as np
import pytest

from exporter.planning.places import axes_text, captions, places

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


@pytest.mark.parametrize(
    ("shape", "channel", "counted", "said"),
    [
        ((5,), -1, None, "channel"),
        ((6, 5), -1, None, "x, channel"),
        ((3, 8, 8), 0, None, "channel, y, x"),
        ((2, 3, 4, 5, 6), -1, None, "z, z, y, x, channel"),
        ((2, 6, 6), 0, ("head", "query", "key"), "channel: head, y: query, x: key"),
        ((6, 9), 1, (None, "token"), "x, channel: token"),
    ],
)
def test_a_layer_says_what_its_axes_are(
    shape: tuple[int, ...], channel: int, counted: tuple[str | None, ...] | None, said: str
) -> None:
    assert axes_text(shape, channel, counted) == said
    assert {each.partition(":")[0] for each in said.split(", ")} == set(
        places(shape, channel, np.arange(2))
    )
