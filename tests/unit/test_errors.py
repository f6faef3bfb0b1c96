import inspect
import re

import pytest

from queries import errors
from queries.errors import NeurongraphError, listed, meant

# Depth of a line in the drawn tree, by what stands before the name.
DRAWN = re.compile(
    r"^    (?P<indent>(?:│   |    )*)(?:[├└]── )?(?P<name>\w+Error)\b(?P<what>.*)$", re.MULTILINE
)


def drawn() -> dict[str, str]:
    """Return each name in the drawn tree with the name above it."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = DRAWN.match(line)
        if match is None:
            continue
        root = "──" not in line
        depth = 0 if root else 1 + len(match["indent"]) // 4
        del above[depth:]
        parents[match["name"]] = above[-1] if above else "Exception"
        above.append(match["name"])
    return parents


def classes() -> dict[str, type[Exception]]:
    members = inspect.getmembers(errors, inspect.isclass)
    return {name: kind for name, kind in members if issubclass(kind, Exception)}


def test_the_drawn_tree_is_the_real_one() -> None:
    real = {name: kind.__bases__[0].__name__ for name, kind in classes().items()}
    assert drawn() == real
    assert len(real) > 10


def test_the_drawn_tree_says_what_each_error_is() -> None:
    lines = DRAWN.finditer(errors.__doc__ or "")
    unsaid = [match["name"] for match in lines if not match["what"].strip()]
    assert unsaid == ["NeurongraphError"]


def test_every_error_has_one_base_and_a_doc() -> None:
    for name, kind in classes().items():
        assert issubclass(kind, NeurongraphError)
        assert len(kind.__bases__) == 1
        assert (kind.__doc__ or "").strip().endswith("."), name


def test_listed() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed({"a": 1, "b": 2}) == "a, b"
    assert listed([]) == "none"
    assert listed(7) == "7"


LAYERS = [*(f"dense_{number}" for number in range(12)), "Conv", "out\x1b[2J"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("dense", "; did you mean 'dense_0' or 'dense_1' or 'dense_2'?"),
        ("dense_41", "; did you mean 'dense_1' or 'dense_4' or 'dense_10'?"),
        ("conv", "; did you mean 'Conv'?"),
        ("CONV_1", "; did you mean 'Conv'?"),
        # Where none is spelled alike, those that hold the word.
        ("2j", "; did you mean 'out\\x1b[2J'?"),
        ("embedding", ""),
        ("x", ""),
        ("", ""),
        ("dense" * 1000, ""),
    ],
)
def test_what_may_have_been_meant(wrong: str, said: str) -> None:
    assert meant(wrong, LAYERS) == said


def test_nothing_is_meant_where_there_is_nothing() -> None:
    assert meant("dense", []) == ""
