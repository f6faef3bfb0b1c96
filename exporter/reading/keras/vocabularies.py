"""Vocabularies of numbers that ``adapt`` has learnt: a file has them beside its settings."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final
from zipfile import ZipFile

from exporter.reading.bounds import require_text
from queries.errors import ModelFileError

_ASSETS: Final = "assets/"
_FILE: Final = "vocabulary.txt"
_LOOKUP: Final = "IntegerLookup"
_WEIGHTED: Final = "tf_idf"
_NUMBER: Final = re.compile(r"-?\d{1,19}")

Vocabulary = Callable[[], list[int] | None]


def read_vocabularies(config: dict[str, Any], archive: ZipFile, packed: int) -> None:
    """Put the vocabularies of an archive into the settings of the layers that learnt them.

    Parameters
    ----------
    config
        The configuration of the model, which is changed.
    archive
        The archive.
    packed
        Bytes of the archive.

    Raises
    ------
    ModelFileError
        If a vocabulary is not one of whole numbers, or longer than an archive of this size has.
    """
    members = {
        PurePosixPath(member.filename.replace("\\", "/")).parent: member
        for member in archive.infolist()
        if member.filename.startswith(_ASSETS) and member.filename.endswith(_FILE)
    }
    for path, layer in _lookups(config):
        member = members.get(PurePosixPath(_ASSETS, *path))
        if member is not None and layer["config"].get("vocabulary") is None:
            require_text(member.file_size, packed)
            _learn(layer["config"], _numbers(archive.read(member), path))


def _learn(settings: dict[str, Any], numbers: list[int]) -> None:
    settings["vocabulary"] = numbers
    if settings.get("output_mode") == _WEIGHTED and settings.get("idf_weights") is None:
        # What the file has is read with the weights.
        settings["idf_weights"] = [0.0] * len(numbers)


def _numbers(text: bytes, path: tuple[str, ...]) -> list[int]:
    lines = text.decode("ascii", "replace").split()
    if wrong := next((line for line in lines if not _NUMBER.fullmatch(line)), None):
        raise ModelFileError(
            f"it is damaged: the vocabulary of {path[-1]!r} has {wrong[:20]!r}, no whole number"
        )
    return [int(line) for line in lines]


def _lookups(
    config: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield the settings of each lookup of a model, with the path that Keras saves it at.

    Keras counts the layers of each class of a model, in the order of its configuration.
    """
    settings = config.get("config")
    layers = settings.get("layers") if isinstance(settings, dict) else None
    counts: Counter[str] = Counter()
    for layer in layers if isinstance(layers, list) else ():
        if isinstance(layer, dict) and isinstance(layer.get("config"), dict):
            name = _group(str(layer.get("class_name")))
            number = counts[name]
            counts[name] += 1
            own = (*path, "layers", f"{name}_{number}" if number else name)
            if layer.get("class_name") == _LOOKUP:
                yield own, layer
            yield from _lookups(layer, own)


def _group(class_name: str) -> str:
    """Return what Keras names the files of a class by."""
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", class_name))
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()


def copy_vocabularies(config: dict[str, Any], model: Any) -> None:
    """Put the vocabularies of a model in memory into the settings of the layers that learnt them.

    Parameters
    ----------
    config
        Its configuration, which is changed.
    model
        The model.
    """
    learnt = {layer.name: layer for layer in model._flatten_layers() if _has_learnt(layer)}
    for _, layer in _lookups(config):
        own = learnt.get(layer["config"].get("name"))
        if own is not None and layer["config"].get("vocabulary") is None:
            layer["config"]["vocabulary"] = [int(each) for each in own.get_vocabulary()]
            if own.output_mode == _WEIGHTED:
                weights = own.idf_weights_const.numpy()
                layer["config"]["idf_weights"] = [float(each) for each in weights]


def _has_learnt(layer: Any) -> bool:
    return type(layer).__name__ == _LOOKUP and int(layer.lookup_table.size()) > 0
