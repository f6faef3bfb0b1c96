"""What samples are read for, and what is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import ArrayLike, NDArray

from queries.answers.model import Model
from queries.core.layer import Layer
from queries.core.memory import available_memory
from queries.core.model_input import ModelInput
from queries.core.text import size_text
from queries.errors import ParameterError


@dataclass(frozen=True, eq=False)
class Wanted:
    """What samples are read for.

    Parameters
    ----------
    model
        The model.
    layers
        Those of its input layers that the samples are for.
    how
        What is done to them.
    argument
        What the reader calls the argument that names them.
    strict
        Whether arrays that may be labels by another name are an error.
    labels
        Whether labels are wanted.
    """

    model: Model
    layers: Sequence[Layer]
    how: ModelInput
    argument: str
    strict: bool = False
    labels: bool = True

    @property
    def names(self) -> list[str]:
        """The names of the input layers."""
        return [layer.name for layer in self.layers]

    def of(self, layer: Layer) -> "Wanted":
        """Return the same for one of the inputs."""
        return replace(self, layers=[layer])

    def error(self, text: str) -> ParameterError:
        """Return an error about the samples."""
        return ParameterError(f"{self.argument}: {text}")

    def require_memory(self, size: int, what: str) -> None:
        """Raise ParameterError where so many bytes do not fit.

        Parameters
        ----------
        size
            How many.
        what
            What takes them.
        """
        free = available_memory()
        if size > free:
            raise self.error(
                f"{what} takes {size_text(size)}, but only {size_text(free)} of memory are free; "
                "give fewer samples"
            )


@dataclass(frozen=True, eq=False)
class Read:
    """Samples that were read.

    Parameters
    ----------
    values
        Arrays by the names of inputs; the first axis counts samples.
    names
        What each sample is called, where nothing else is called so; empty where they have no names.
    whole_names
        The same with the whole path.
    labels
        The true classes; None where there are none, or none are wanted.
    labels_name
        What errors call them.
    """

    values: Mapping[str, ArrayLike | NDArray[Any]]
    names: Sequence[str] = ()
    whole_names: Sequence[str] = ()
    labels: Any = None
    labels_name: str = "y"
