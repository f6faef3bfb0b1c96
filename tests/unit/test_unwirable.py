"""Every class of Keras is handled, or has a reason why not."""

import inspect

import keras

from exporter.wiring import UNWIRABLE, handled_classes

BASES = {"InputSpec", "Layer", "Wrapper"}
UNWRITTEN = {"Pipeline"}
"""Layers that could be wired by a handler that nobody has written."""


def test_every_layer_of_keras_is_handled_or_has_a_reason() -> None:
    known = {*handled_classes(), *(name for names in UNWIRABLE.values() for name in names)}
    public = {name for name, value in vars(keras.layers).items() if inspect.isclass(value)}
    assert public - known == BASES | UNWRITTEN


def test_no_class_is_both_handled_and_unwirable() -> None:
    assert not {name for names in UNWIRABLE.values() for name in names} & set(handled_classes())


def test_every_operation_with_a_handler_or_a_reason_exists() -> None:
    from keras.src import ops
    from keras.src.activations import activations

    there = {
        name
        for module in (ops.core, ops.image, ops.linalg, ops.math, ops.nn, ops.numpy, activations)
        for name in vars(module)
    }
    keys = [*handled_classes(), *(name for names in UNWIRABLE.values() for name in names)]
    named = {key.removeprefix("ops.") for key in keys if key.startswith("ops.")}
    assert named - there == set()
