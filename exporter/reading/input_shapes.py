"""The shapes of a model's inputs, as its file has them and as the user says them."""

from collections.abc import Mapping, Sequence
from typing import Final

from exporter.reading.calls import Shape
from queries.core.address import repeatable
from queries.core.arguments import described
from queries.core.input_shapes import InputShapes
from queries.core.wording import option, worded
from queries.errors import ModelFileError, ParameterError, listed, meant

_AXES: Final = "it has a length of 1 or more for each axis"


def require_shapes(given: object) -> None:
    """Raise ParameterError for what can be no shapes of any model.

    Parameters
    ----------
    given
        What the user says; None for nothing.
    """
    if given is not None and not isinstance(given, (Mapping, Sequence)):
        raise _wrong(f"{described(given)} is no shape; {_AXES}")


def closed_shapes(
    shapes: Mapping[str, Shape],
    given: InputShapes | None,
    axes: Mapping[str, Sequence[str]] | None = None,
) -> list[Shape]:
    """Return the shapes of a model's inputs without an open axis.

    Parameters
    ----------
    shapes
        The shapes that the file has, by the names of the inputs; None where an axis is open.
    given
        Those that the user says; None for none.
    axes
        What the file calls the axes, by the names of the inputs; empty texts where it does not.

    Raises
    ------
    ModelFileError
        If an axis is open, and the user does not say how long it is.
    ParameterError
        If a shape does not fit the model's, or is of no input.
    """
    said = _by_name(list(shapes), given)
    return [
        _closed(name, shape, said.get(name), _with_names(shape, (axes or {}).get(name, ())))
        for name, shape in shapes.items()
    ]


def _with_names(shape: Shape, axes: Sequence[str]) -> str:
    """Return a shape as text, with the names of the axes that are open."""
    if not any(axes):
        return str(shape)
    pairs = zip(shape, axes, strict=True)
    each = [str(size) if size is not None else axis or "None" for size, axis in pairs]
    return f"({', '.join(each)}{',' * (len(each) == 1)})"


def _by_name(names: Sequence[str], given: InputShapes | None) -> dict[str, tuple[int, ...]]:
    """Return the shapes that the user says, by the names of the inputs."""
    require_shapes(given)
    if given is None:
        return {}
    if isinstance(given, Mapping):
        for name in given:
            if name not in names:
                raise _wrong(
                    f"the model has no input {repeatable(name)}; it has {listed(names)}"
                    f"{meant(name, names)}"
                )
        return {name: _sizes(shape) for name, shape in given.items()}
    shapes = [_sizes(given)] if _is_shape(given) else [_sizes(shape) for shape in given]
    if len(shapes) != len(names):
        raise _wrong(
            f"the model has {len(names)} inputs, not {len(shapes)}: {listed(names)}; say which is "
            f"meant: {_example(names[0], ())}"
        )
    return dict(zip(names, shapes, strict=True))


def _is_shape(given: Sequence[object]) -> bool:
    return all(isinstance(size, int) for size in given)


def _sizes(shape: object) -> tuple[int, ...]:
    """Return a shape if it is one."""
    sizes = tuple(shape) if isinstance(shape, Sequence) and not isinstance(shape, str) else ()
    if not sizes or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise _wrong(f"{shape!r} is no shape; {_AXES}")
    return sizes


def _closed(name: str, shape: Shape, said: tuple[int, ...] | None, text: str) -> Shape:
    if said is None and None in shape:
        raise ModelFileError(
            f"input {name!r} has the open shape {text}; say how long its axes are, such as "
            f"{_example(name, shape)}"
        )
    if said is None:
        return shape
    fits = len(said) == len(shape) and all(
        own in (None, size) for own, size in zip(shape, said, strict=True)
    )
    if not fits:
        batch = "; the batch is left out" * (len(said) == len(shape) + 1)
        raise _wrong(f"input {name!r} has the shape {text}, which {said} does not fit{batch}")
    return said


def _example(name: str, shape: Shape) -> str:
    """Return the option with a length that a user may put in."""
    sizes = [size or 32 for size in shape] or [32]
    text = f"{name}={','.join(map(str, sizes))}"
    return worded(option("input_shape", text), f"input_shape={{{name!r}: {tuple(sizes)}}}")


def _wrong(why: str) -> ParameterError:
    return ParameterError(f"{option('input_shape')}: {why}")
