"""The inputs that a module of PyTorch is called with."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.core.arguments import described
from queries.errors import ParameterError


@dataclass(frozen=True)
class Examples:
    """Arguments of a module.

    Parameters
    ----------
    args
        Those by place.
    kwargs
        Those by name.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @classmethod
    def of(cls, given: Any) -> "Examples":
        """Return what somebody gives as ``example_inputs``.

        Parameters
        ----------
        given
            A tensor, a list of arguments, or a dictionary of them by name.

        Raises
        ------
        ParameterError
            If it holds no tensor.
        """
        if given is None:
            raise ParameterError(
                "example_inputs: a torch.nn.Module does not say what it is called with; give it, a "
                "batch of one, such as example_inputs=torch.zeros(1, 3, 224, 224)"
            )
        if isinstance(given, Mapping):
            made = cls((), {str(name): value for name, value in given.items()})
        elif isinstance(given, (tuple, list)):
            made = cls(tuple(given), {})
        else:
            made = cls((given,), {})
        if not tensors_in(made.both):
            raise ParameterError(
                f"example_inputs: {described(given)} is no tensor of PyTorch and holds none; give "
                "what the module is called with"
            )
        return made

    def in_order_of(self, function: Callable[..., Any]) -> "Examples":
        """Return the same arguments, those by name in the order in which a function names them.

        PyTorch's older exporter puts its inputs in that order.

        Parameters
        ----------
        function
            The method ``forward`` of the module.
        """
        names = [name for name in inspect.signature(function).parameters if name in self.kwargs]
        order = dict.fromkeys([*names, *self.kwargs])
        return Examples(self.args, {name: self.kwargs[name] for name in order})

    @property
    def both(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """All of the arguments."""
        return self.args, self.kwargs

    def filled(self, arrays: Sequence[NDArray[Any]]) -> "Examples":
        """Return the same arguments with other values.

        Parameters
        ----------
        arrays
            One for each tensor.
        """
        import torch.utils._pytree as pytree

        values = iter(arrays)

        def put(leaf: Any) -> Any:
            if not _is_tensor(leaf):
                return leaf
            array = np.ascontiguousarray(next(values))
            return torch.from_numpy(array).to(device=leaf.device, dtype=leaf.dtype)

        import torch

        args, kwargs = pytree.tree_map(put, self.both)
        return Examples(args, kwargs)


def tensors_in(value: Any) -> list[Any]:
    """Return the tensors in nested tuples, lists and dictionaries, in PyTorch's order."""
    import torch.utils._pytree as pytree

    return [leaf for leaf in pytree.tree_leaves(value) if _is_tensor(leaf)]


def _is_tensor(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor)
