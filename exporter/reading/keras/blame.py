"""Name the layer that Keras was at when it raised an error: its messages name classes only."""

from collections.abc import Iterator
from pathlib import PurePath
from types import FrameType
from typing import Any

from exporter.reading.keras.legacy.names import name_in_file


def blamed_layer(error: BaseException) -> str | None:
    """Return the name of the layer that an error of Keras is about, None where it is not known.

    Parameters
    ----------
    error
        What was raised while Keras built a model from a configuration.

    Returns
    -------
    str or None
        The name, after those of the models that the layer is in and a slash each.
    """
    names: list[str] = []
    for frame in _frames(error):
        name = _at(frame)
        if name is not None and names[-1:] != [name]:
            names.append(name)
    return name_in_file("/".join(names)) or None


def _frames(error: BaseException | None) -> Iterator[FrameType]:
    """Yield the frames that an error went through, from the outermost on."""
    while error is not None:
        traceback = error.__traceback__
        while traceback is not None:
            yield traceback.tb_frame
            traceback = traceback.tb_next
        # Keras catches it in each model around the layer, and raises another.
        error = error.__context__


def _at(frame: FrameType) -> str | None:
    """Return the name of the layer that a function of Keras is at work on."""
    place = PurePath(frame.f_code.co_filename).name, frame.f_code.co_name
    values = frame.f_locals
    match place:
        case ("functional.py", "process_layer"):
            # Keras takes the name out of a model's settings as it reads them.
            return _text((values.get("layer_data") or {}).get("name"))
        case ("functional.py", "process_node") | ("sequential.py", "build"):
            return _text(getattr(values.get("layer"), "name", None))
        case ("sequential.py", "from_config"):
            return _name_in(values.get("layer_config"))
        case ("operation.py", "from_config"):
            return _name_in({"config": values.get("config")})
        case _:
            return None


def _name_in(config: Any) -> str | None:
    inner = config.get("config") if isinstance(config, dict) else None
    return _text(inner.get("name") if isinstance(inner, dict) else None)


def _text(name: Any) -> str | None:
    return name if isinstance(name, str) else None
