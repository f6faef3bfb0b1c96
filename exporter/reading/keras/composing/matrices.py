"""Equations that are solved, and matrices that are taken apart, number by number."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from exporter.wiring import NotWirableError

_MOST: Final = 4
"""Of so many rows determinants are added up by Leibniz's formula: of n rows n! products."""

Rows = list[list[Any]]
"""The numbers of a matrix; each is a tensor whose last axis has length 1."""


def _rows(x: Any) -> Rows:
    import keras

    if not isinstance(x, keras.KerasTensor) or len(x.shape) < 3:  # noqa: PLR2004
        raise NotWirableError("its matrix is a constant, or the samples of a batch")
    size = range(x.shape[-1])
    return [[x[..., row : row + 1, column] for column in size] for row in size]


def _matrix(rows: Rows) -> Any:
    from keras import ops

    return ops.stack([ops.concatenate(row, axis=-1) for row in rows], axis=-2)


def _determinant(rows: Sequence[Sequence[Any]]) -> Any:
    """Return it by the numbers of the first row and what is below them."""
    if len(rows) > _MOST:
        raise NotWirableError(f"its matrix has more than {_MOST} rows")
    if len(rows) == 1:
        return rows[0][0]
    parts = [
        number * _determinant([[*row[:column], *row[column + 1 :]] for row in rows[1:]])
        for column, number in enumerate(rows[0])
    ]
    made = parts[0]
    for column, part in enumerate(parts[1:], 1):
        made = made - part if column % 2 else made + part
    return made


def _inverse(rows: Rows) -> Rows:
    size = range(len(rows))
    whole = _determinant(rows)
    if len(rows) == 1:
        return [[1.0 / whole]]

    def minor(row: int, column: int) -> Any:
        left = [[rows[i][j] for j in size if j != column] for i in size if i != row]
        return _determinant(left) * (-1.0) ** (row + column)

    return [[minor(column, row) / whole for column in size] for row in size]


def _inverted(_: Any, x: Any) -> Any:
    return _matrix(_inverse(_rows(x)))


def _det(_: Any, x: Any) -> Any:
    return _determinant(_rows(x))[..., 0]


def _logarithm(_: Any, x: Any) -> Any:
    from keras import ops

    return ops.log(_determinant(_rows(x))[..., 0])


def _solved(_: Any, a: Any, b: Any) -> Any:
    from keras import ops

    inverse = _matrix(_inverse(_rows(a)))
    if len(b.shape) == len(a.shape):
        return ops.matmul(inverse, b)
    return ops.matmul(inverse, ops.expand_dims(b, -1))[..., 0]


def _triangular(operation: Any, a: Any, b: Any) -> Any:
    """Put in what is solved already, from the row that has one number on."""
    from keras import ops

    rows = _rows(a)
    is_matrix = len(b.shape) == len(a.shape)
    order = range(len(rows)) if operation.lower else range(len(rows))[::-1]
    found: dict[int, Any] = {}
    for row in order:
        left = b[..., row, :] if is_matrix else b[..., row : row + 1]
        for column, value in found.items():
            left = left - rows[row][column] * value
        found[row] = left / rows[row][row]
    every = [found[row] for row in range(len(rows))]
    return ops.stack(every, axis=-2) if is_matrix else ops.concatenate(every, axis=-1)


def _cholesky(operation: Any, x: Any) -> Any:
    from keras import ops

    rows = _rows(x)
    size = range(len(rows))
    factor: Rows = [[ops.zeros_like(rows[0][0]) for _ in size] for _ in size]
    for column in size:
        for row in size[column:]:
            left = rows[row][column]
            for before in size[:column]:
                left = left - factor[row][before] * factor[column][before]
            root = row == column
            factor[row][column] = ops.sqrt(left) if root else left / factor[column][column]
    made = _matrix(factor)
    return ops.swapaxes(made, -1, -2) if operation.upper else made


MATRICES: Final[Mapping[str, Callable[..., Any]]] = {
    "Cholesky": _cholesky,
    "Det": _det,
    "Inv": _inverted,
    "Logdet": _logarithm,
    "Solve": _solved,
    "SolveTriangular": _triangular,
}
"""What stands for each operation, by its class."""
