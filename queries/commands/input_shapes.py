"""The option that gives lengths to the open axes of a model file."""

from typing import Annotated, Final

import typer

from queries.core.input_shapes import InputShapes

_OPTION: Final = "--input-shape"

InputShapeOption = Annotated[
    list[str] | None,
    typer.Option(
        _OPTION,
        metavar="[NAME=]N,N",
        help="How long the axes of an input are that a model file leaves open, the batch left out, "
        "such as tokens=32; once for each such input.",
        show_default="what the file says",
    ),
]


def input_shapes(words: list[str] | None) -> InputShapes | None:
    """Return the shapes that stand on a command line.

    Parameters
    ----------
    words
        Each a shape such as ``32,128``, behind the name of its input and ``=``. One that stands
        alone needs no name.

    Raises
    ------
    typer.BadParameter
        If one is no shape, or nothing says which input is meant.
    """
    if not words:
        return None
    said = [word.rpartition("=") for word in words]
    shapes = {name: _shape(sizes) for name, _, sizes in said}
    if "" not in shapes:
        return shapes
    if len(words) > 1:
        raise typer.BadParameter(
            "say of each shape which input is meant: NAME=N,N", param_hint=_OPTION
        )
    return shapes[""]


def _shape(sizes: str) -> tuple[int, ...]:
    try:
        return tuple(int(size) for size in sizes.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"{sizes!r} is no shape; it is one number for each axis, such as 32,128",
            param_hint=_OPTION,
        ) from None
