import inspect
import re

from queries import errors
from queries.errors import NeurongraphError, listed

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
