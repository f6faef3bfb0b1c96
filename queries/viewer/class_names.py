"""What the outputs of a classifier stand for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from queries.core.address import path_text
from queries.core.layer import Layer
from queries.core.wording import option
from queries.errors import ParameterError, listed


@dataclass(frozen=True)
class ClassNames:
    """The classes of a model's outputs.

    Parameters
    ----------
    by_channel
        By channel, such as ``dense_1[3]``: the class.
    """

    by_channel: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return the class of a neuron or channel, empty where it stands for none."""
        return self.by_channel.get(name[: name.rfind("]") + 1], "")


NO_CLASSES: Final = ClassNames()


def read_class_names(path: Path) -> list[str]:
    """Return the names of a text file, one a line, in the order of the outputs.

    Raises
    ------
    ParameterError
        If the file cannot be read, is no text, or has an empty line among its names.
    """
    try:
        names = [line.strip() for line in path.read_text(encoding="utf-8").rstrip().splitlines()]
    except OSError as error:
        raise ParameterError(f"{option('classes')}: {path_text(path)}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ParameterError(
            f"{option('classes')}: {path_text(path)} is no text in UTF-8; give a file with a name "
            "on each line"
        ) from None
    if not all(names) or not names:
        raise ParameterError(
            f"{option('classes')}: line {names.index('') + 1 if names else 1} of "
            f"{path_text(path)} is empty; give the name of each class on a line, in the order of "
            "the outputs"
        )
    return names


def class_names_of(
    names: Sequence[str], outputs: Iterable[Layer], channels: Mapping[int, int]
) -> ClassNames:
    """Return the classes of a model.

    Parameters
    ----------
    names
        The classes, in the order of the outputs; none where none are known.
    outputs
        The layers that feed none.
    channels
        By index of a layer: how many channels it has.

    Raises
    ------
    ParameterError
        If no output has as many channels as there are names.
    """
    layers = list(outputs)
    fitting = [layer for layer in layers if channels.get(layer.index) == len(names)]
    if names and not fitting:
        have = listed([f"{layer.name!r} has {channels.get(layer.index, 0):,}" for layer in layers])
        raise ParameterError(
            f"{option('classes')}: there are {len(names):,} names, and as many outputs must be "
            f"there; {have}"
        )
    return ClassNames(
        {
            f"{layer.name}[{channel}]": name
            for layer in fitting
            for channel, name in enumerate(names)
        }
    )
