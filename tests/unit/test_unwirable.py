"""Every class of Keras is handled, taken apart, or has a reason why not."""

import inspect

import keras

from exporter.reading.keras.composing import COMPOSED
from exporter.wiring import TAKEN_APART, UNWIRABLE, handled_classes

BASES = {"InputSpec", "Layer", "Wrapper"}


def test_every_layer_of_keras_is_handled_or_has_a_reason() -> None:
    refused = {name for names in UNWIRABLE.values() for name in names}
    known = {*handled_classes(), *refused, *TAKEN_APART}
    public = {name for name, value in vars(keras.layers).items() if inspect.isclass(value)}
    assert public - known == BASES


def test_no_class_is_in_two_of_the_lists() -> None:
    refused = [name for names in UNWIRABLE.values() for name in names]
    every = [*handled_classes(), *refused, *TAKEN_APART]
    assert len(every) == len(set(every))


def test_every_operation_with_a_handler_or_a_reason_exists() -> None:
    from keras.src import ops
    from keras.src.activations import activations

    there = {
        name
        for module in (
            ops.core,
            ops.einops,
            ops.image,
            ops.linalg,
            ops.math,
            ops.nn,
            ops.numpy,
            activations,
        )
        for name in vars(module)
    }
    refused = (name for names in UNWIRABLE.values() for name in names)
    keys = [*handled_classes(), *refused, *TAKEN_APART]
    named = {key.removeprefix("ops.") for key in keys if key.startswith("ops.")}
    assert named - there == set()


def test_every_operation_of_keras_has_a_handler_or_a_reason() -> None:
    from keras.src import ops
    from keras.src.ops.operation import Operation

    modules = (ops.core, ops.einops, ops.image, ops.linalg, ops.math, ops.nn, ops.numpy)
    there = {
        f"ops.{name}"
        for module in modules
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Operation)
    }
    refused = {name for names in UNWIRABLE.values() for name in names}
    known = {*handled_classes(), *refused, *TAKEN_APART}
    assert there - known == {"ops.Operation", "ops.SegmentReduction"}


def test_every_operation_that_others_stand_for_is_among_what_is_taken_apart() -> None:
    named = {key.removeprefix("ops.") for key in TAKEN_APART if key.startswith("ops.")}
    assert named == set(COMPOSED)
