"""The options that say what a model computes with."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from queries.commands.completion import input_words

if TYPE_CHECKING:
    from queries.core.model_input import ModelInput

_INPUT: Final = "--input"
_PIXELS: Final = "--pixels"
_LABEL: Final = "--label"
_FILE: Final = re.compile(
    r"[^=]+\.(?:png|jpe?g|npy|npz|csv|parquet)(?::[\d.,]+)?(?::label=.*)?",
    re.IGNORECASE | re.DOTALL,
)
"""A file of samples, with rows and a class or without."""

_ROWS: Final = re.compile(r"(?::[\d.,]+)?(?::label=.*)?$", re.DOTALL)
"""Rows, and a class, behind the path of a file."""

_OF_A_CLASS: Final = ":label"
"""What stands before an equals sign that follows no name of an input."""

InputOption = Annotated[
    list[str] | None,
    typer.Option(
        _INPUT,
        metavar="[NAME=]SAMPLES",
        autocompletion=input_words,
        help="What the model computes with: a PNG or JPEG; a .npy, .npz, .csv or .parquet file, "
        "with rows as in digits.npz:7 or a.csv:0..9, or of a class as in digits.npz:label=7; "
        "keras:mnist:7, where Keras has that dataset on this machine; or numbers, as in 1,5,7. "
        "Several times for several samples; NAME= says which input is meant, where a model has "
        "several.",
    ),
]
PixelsOption = Annotated[
    str | None,
    typer.Option(
        _PIXELS,
        metavar="LOW..HIGH",
        help="With --input: what 0 and 255 become, such as 0..1 or -1..1, or 0..255 for pixels "
        "as they are.",
    ),
]
ResizeOption = Annotated[
    bool,
    typer.Option("--resize", help="With --input: make pictures as large as the model takes them."),
]
LabelOption = Annotated[
    str | None,
    typer.Option(
        _LABEL,
        metavar="COLUMN",
        help="With --input: the column of a table that is the class, and no input.",
        show_default="label, labels or y",
    ),
]


def model_input(
    words: Sequence[str] | None, pixels: str | None, label: str | None, *, resize: bool
) -> "ModelInput | None":
    """Return what the model computes with, None where nothing says it.

    Parameters
    ----------
    words
        What stands behind ``--input``, each time.
    pixels, label, resize
        What stands behind the other options.

    Raises
    ------
    typer.BadParameter
        If an option says what cannot be meant.
    ParameterError
        If ``ModelInput`` refuses a value.
    """
    if not words:
        others = {_PIXELS: pixels is not None, "--resize": resize, _LABEL: label is not None}
        if alone := next((name for name, is_given in others.items() if is_given), None):
            raise typer.BadParameter(f"say {_INPUT} as well", param_hint=alone)
        return None
    from queries.core.model_input import ModelInput

    ends = None if pixels is None else _ends(pixels)
    return ModelInput(_by_name(words), pixels=ends, resize=resize, label=label)


def with_files(
    samples: Sequence[str] | None, words: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """Return samples and words, where the names of files among the words are samples.

    A shell makes several words of ``--input *.png``, of which the option takes the first.

    Parameters
    ----------
    samples
        What stands behind ``--input``, each time.
    words
        The words that are parameters.
    """
    inputs, others = list(samples or ()), list(words or ())
    if not inputs:
        return inputs, others
    files = [word for word in others if _FILE.fullmatch(word)]
    return [*inputs, *files], [word for word in others if word not in files]


def _by_name(words: Sequence[str]) -> Any:
    """Return texts that name samples, by the names of inputs where these are given."""
    named: dict[str, list[str]] = {}
    for word in words:
        name, equals, samples = word.partition("=")
        if equals and not name.endswith(_OF_A_CLASS) and not _is_file(word):
            named.setdefault(name, []).append(samples)
        else:
            named.setdefault("", []).append(word)
    if "" not in named:
        return named
    if len(named) > 1:
        raise typer.BadParameter(
            f"{named[''][0]!r} has no name, and others do; write NAME=SAMPLES for all",
            param_hint=_INPUT,
        )
    return named[""]


def _is_file(word: str) -> bool:
    """Tell whether a word is the path of a file, with rows or without."""
    for path in (word, _ROWS.sub("", word)):
        # Numbers may be a longer text than a path can be.
        with suppress(OSError, ValueError, RuntimeError):
            if Path(path).expanduser().is_file():
                return True
    return False


def _ends(text: str) -> tuple[float, float]:
    low, _, high = text.partition("..")
    try:
        return float(low), float(high)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no interval; write 0..1", param_hint=_PIXELS
        ) from None
