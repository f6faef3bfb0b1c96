"""A Keras model in memory: a copy is built of its configuration, and it is left as it is.

What is read of it are its configuration and its weights, once. The copy is what a file of it would
be opened as, so that its graph is the same.
"""

import hashlib
import json
import random
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.finite import are_finite
from exporter.reading.keras.copying import copy_values
from exporter.reading.keras.importing import import_keras
from exporter.reading.keras.inputs import inputs_of
from exporter.reading.keras.opened import OpenedKeras, build, taken_apart
from exporter.reading.keras.refusing import refusing
from exporter.reading.keras.saved import checked_model
from exporter.reading.keras.unwirable_calls import unwirable
from exporter.reading.keras.values import flat, predicted
from exporter.reading.keras.vocabularies import copy_vocabularies
from exporter.reading.keras.weights import unfilled
from exporter.reading.model_file import InMemory, reading
from exporter.reading.refusal import raise_unsupported
from exporter.wiring import is_of_keras
from queries.core.input_shapes import InputShapes
from queries.core.live_models import KERAS
from queries.core.log import logger
from queries.errors import ModelFileError

_NOT_HASHED: Final = frozenset({"trainable", "build_config", "compile_config", "shared_object_id"})
"""Settings that change nothing of what a model computes, or are others in the next process."""

_NAMES: Final = "object_name_uids"
"""Where Keras counts the layers that it has named."""


@dataclass(frozen=True, eq=False)
class KerasInMemory:
    """A Keras model that somebody holds; a ``GivenModel``.

    Its weights are read once, when they are first needed.

    Parameters
    ----------
    model
        The model, which is not changed.
    """

    model: Any

    @property
    def name(self) -> str:
        """What Keras calls it."""
        return str(self.model.name)

    @property
    def place(self) -> InMemory:
        """Where it is."""
        return InMemory(self.name, KERAS)

    @cached_property
    def changed(self) -> datetime:
        """When it was first looked at."""
        return datetime.now(UTC)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of its configuration and its weights, in hexadecimal."""
        # The name of the model is nothing of the graph.
        named = {**self._config, "config": _hashed(self._config["config"])}
        if isinstance(named["config"], dict):
            named["config"].pop("name", None)
        digest = hashlib.sha256(json.dumps(_hashed(named), sort_keys=True).encode())
        for variable in self.model.weights:
            value = self.weights[id(variable)]
            about = [variable.name, str(value.dtype), value.shape]
            digest.update(json.dumps(about).encode())
            digest.update(np.ascontiguousarray(value).data)
        return digest.hexdigest()

    @cached_property
    def weights(self) -> dict[int, NDArray[Any]]:
        """A copy of each of its weights, by the ``id`` of the variable."""
        self._require_weights()
        return {id(variable): _array(variable) for variable in self.model.weights}

    @cached_property
    def _classes(self) -> dict[str, type]:
        """The classes of its layers that nobody has registered with Keras."""
        with reading(self.place):
            return _own_classes(self.model)

    @cached_property
    def _config(self) -> dict[str, Any]:
        """Its configuration, as a file has it."""
        from keras.src.saving.serialization_lib import ObjectSharingScope

        keras = import_keras()
        with reading(self.place), refusing("Keras cannot give its configuration", _GET_CONFIG):
            with warnings.catch_warnings(), ObjectSharingScope():
                # A layer of a lambda is refused by name.
                warnings.simplefilter("ignore")
                config = keras.saving.serialize_keras_object(self.model)
            read = json.loads(json.dumps({**config, "compile_config": None}))
            named: dict[str, Any] = _named(read, self._classes)
            copy_vocabularies(named, self.model)
            return named

    def _require_weights(self) -> None:
        if not self.model.built:
            raise ModelFileError(
                f"{self.place}: it has no weights yet, since its input shape is not known; begin "
                "it with an Input layer, or call it once on a batch, as by model(batch)"
            )

    def open(
        self,
        *,
        partial: bool = False,
        weights: bool = True,
        input_shape: InputShapes | None = None,
    ) -> "OpenedInMemory":
        """Open a copy of it, as ``formats.open_model`` does."""
        begun = time.perf_counter()
        self._require_weights()
        size = sum(8 * int(np.prod(variable.shape)) for variable in self.model.weights)
        known = {_registered_name(cls): cls for cls in self._classes.values()}
        config = self._config
        with (
            reading(self.place),
            undisturbed(),
            import_keras().saving.custom_object_scope(known),
        ):
            config = checked_model(config, partial=partial)
            with refusing("Keras cannot build a copy of it", _GET_CONFIG):
                built = unfilled(lambda: build(config), size + 1)
                read = inputs_of(built.model, input_shape)
                if weights:
                    copy_values(self.model, self.weights, built.model)
            opened = OpenedInMemory(config, taken_apart(built.model, read), read, built, self)
            if not partial:
                raise_unsupported(unwirable(opened.calls))
        seconds = time.perf_counter() - begun
        logger.info("opened %s, %d layer calls, in %.1f s", self.place, len(opened.calls), seconds)
        return opened


_GET_CONFIG: Final = "let get_config() of each class return the arguments of its __init__()"


@dataclass(frozen=True)
class OpenedInMemory(OpenedKeras):
    """A Keras model in memory, opened; an ``OpenedModel``.

    Parameters
    ----------
    given
        The model that was given.
    """

    given: KerasInMemory

    @property
    def path(self) -> InMemory:
        """Where the model is."""
        return self.given.place

    @property
    def sha256(self) -> str:
        """The SHA-256 of its configuration and its weights, in hexadecimal."""
        return self.given.sha256

    @property
    def source(self) -> str:
        """The Keras that the model is of."""
        return f"Keras {import_keras().__version__}, in memory"

    def may_hold_not_finite(self) -> bool:
        """Tell whether a weight of the model is not finite."""
        return not all(are_finite(_array(each)) for each in self.given.model.weights)

    def _predicted(self, model: Any, inputs: Sequence[NDArray[Any]]) -> list[Any]:
        if self.half_precisions:
            # The model that was given would round what it says.
            return predicted(model, self._read, inputs)
        return self._said(self._read.packed(inputs))

    def _said(self, argument: Any) -> list[Any]:
        """Return what the model that was given says, with the weights that were read of it."""
        import tensorflow as tf

        given, weights = self.given.model, self.given.weights
        trainable, others = (
            [weights[id(each)] if id(each) in weights else _array(each) for each in variables]
            for variables in (given.trainable_variables, given.non_trainable_variables)
        )
        mode = {"training": False} if given._call_has_training_arg else {}

        def call() -> Any:
            return given.stateless_call(trainable, others, argument, **mode)[0]

        try:
            return flat(call())
        except tf.errors.OpError:
            return flat(tf.function(call, jit_compile=True)())


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let what follows draw the numbers, and take the names, that it would without this block.

    Keras draws the seed of each layer that it makes, also of one that is read from a file, and
    numbers the layers through.
    """
    from keras.src.backend.common.global_state import get_global_attribute, set_global_attribute

    state, names = random.getstate(), get_global_attribute(_NAMES)
    before = None if names is None else names.copy()
    try:
        yield
    finally:
        random.setstate(state)
        set_global_attribute(_NAMES, before)


def _own_classes(model: Any) -> dict[str, type]:
    """Return the classes of a model's layers that are neither of Keras nor registered, by name."""
    import keras

    found: dict[str, type] = {}
    for layer in model._flatten_layers():
        cls = type(layer)
        if is_of_keras(cls.__module__) or ">" in keras.saving.get_registered_name(cls):
            continue
        if found.setdefault(cls.__name__, cls) is not cls:
            raise ModelFileError(
                f"two of its classes have the name {cls.__name__!r}; register them with "
                "keras.saving.register_keras_serializable, each in a package of its own"
            )
    return found


def _registered_name(cls: type) -> str:
    """Return the name under which a class is known that is not registered."""
    return f"{cls.__module__}>{cls.__name__}"


def _named(config: Any, classes: Mapping[str, type]) -> Any:
    """Return a configuration in which classes that are not registered have their whole names."""
    if isinstance(config, list):
        return [_named(value, classes) for value in config]
    if not isinstance(config, dict):
        return config
    named = {key: _named(value, classes) for key, value in config.items()}
    name = named.get("class_name")
    if isinstance(name, str) and name in classes and named.get("registered_name") == name:
        named["registered_name"] = _registered_name(classes[name])
    return named


def _array(variable: Any) -> NDArray[Any]:
    """Return a copy of the value of a variable."""
    import keras

    value = keras.ops.convert_to_numpy(variable.value)
    # NumPy has no bfloat16 of its own.
    plain = value.dtype.kind in "fiub" and value.dtype.itemsize > 1
    return np.array(value if plain or value.dtype.kind == "b" else value.astype(np.float32))


def _hashed(config: Any) -> Any:
    """Return what of a configuration says which model it is."""
    if isinstance(config, list):
        return [_hashed(value) for value in config]
    if not isinstance(config, dict):
        return config
    return {key: _hashed(value) for key, value in config.items() if key not in _NOT_HASHED}
