"""The datasets of pictures that Keras has downloaded to this machine; none is downloaded here."""

import os
from pathlib import Path
from typing import Final

KERAS: Final = "keras:"
"""What the name of a dataset of Keras begins with, where a path may stand as well."""

DATASETS: Final = {
    "mnist": "mnist.npz",
    "fashion_mnist": "fashion-mnist",
    "cifar10": "cifar-10-batches-py-target/cifar-10-batches-py",
    "cifar100": "cifar-100-python-target/cifar-100-python",
}
"""Where each one stands, by the name of its module in ``keras.datasets``."""


def dataset_place(name: str) -> Path:
    """Return where Keras keeps a dataset, whether it is there or not."""
    home = os.environ.get("KERAS_HOME") or "~/.keras"
    return Path(os.path.expanduser(home)) / "datasets" / DATASETS[name]  # noqa: PTH111


def at_hand() -> list[str]:
    """Return the names of the datasets that are on this machine."""
    return [name for name in DATASETS if dataset_place(name).exists()]
