"""Run a module of PyTorch, and leave it as it is."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any


@contextmanager
def undisturbed(module: Any) -> Iterator[None]:
    """Put a module into evaluation mode for a block, and all of it back behind the block.

    That is whether each part of it is in training, its attributes, hooks and buffers, and the
    state of PyTorch's random numbers.

    Parameters
    ----------
    module
        The module. Its parts are set one by one, since a class may do more in its ``eval()``.
    """
    import torch

    parts = list(module.modules())
    attributes = [(own, dict(own)) for part in parts for own in _dictionaries(part)]
    buffers = [(buffer, buffer.detach().clone()) for buffer in module.buffers()]
    modes = [(part, part.training) for part in parts]
    try:
        for part in parts:
            part.training = False
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        for part, mode in modes:
            part.training = mode
        for own, before in attributes:
            if list(map(id, own.values())) != list(map(id, before.values())):
                own.clear()
                own.update(before)
        with torch.no_grad():
            for buffer, value in buffers:
                if not torch.equal(buffer, value):
                    buffer.copy_(value)


def _dictionaries(part: Any) -> list[dict[str, Any]]:
    """Return a module's attributes, and those of its attributes that list its parts and hooks."""
    own = vars(part)
    return [*(value for value in own.values() if isinstance(value, dict)), own]


@contextmanager
def quiet() -> Iterator[None]:
    """Keep off the terminal what PyTorch prints, logs and warns of while it exports."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
