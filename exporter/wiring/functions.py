"""Functions of ``keras.ops`` that are applied to each neuron."""

from collections.abc import Callable
from typing import Any, Final

from exporter.wiring.activation import ELEMENTWISE, settings_of
from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.results import Computed, Ids, Wiring


def _activation(name: str, *arguments: str) -> Callable[..., Wiring]:
    def activation(operation: Any, ids: Ids) -> Computed:
        """Apply the function to each neuron."""
        function, config = settings_of(operation, name, *arguments)
        return one_to_one(ids, function, **config)

    return activation


FUNCTIONS: Final = {
    "Abs": ("absolute",),
    "Clip": ("clip", "x_min", "x_max"),
    "Celu": ("celu", "alpha"),
    "Elu": ("elu", "alpha"),
    "Gelu": ("gelu", "approximate"),
    "HardShrink": ("hard_shrink", "threshold"),
    "HardSigmoid": ("hard_sigmoid",),
    "HardSilu": ("hard_silu",),
    "HardTanh": ("hard_tanh",),
    "LeakyRelu": ("leaky_relu", "negative_slope"),
    "LogSigmoid": ("log_sigmoid",),
    "LogSoftmax": ("log_softmax", "axis"),
    "NanToNum": ("nan_to_num", "nan", "posinf", "neginf"),
    "ReLU": ("relu", "negative_slope", "max_value", "threshold"),
    "Relu": ("relu",),
    "Relu6": ("relu6",),
    "Selu": ("selu",),
    "Sigmoid": ("sigmoid",),
    "Silu": ("silu",),
    "SoftShrink": ("soft_shrink", "threshold"),
    "Softmax": ("softmax", "axis"),
    "Softplus": ("softplus",),
    "Softsign": ("softsign",),
    "SparsePlus": ("sparse_plus",),
    "SparseSigmoid": ("sparse_sigmoid",),
    "Sparsemax": ("sparsemax", "axis"),
    "Squareplus": ("squareplus", "b"),
    "Tanh": ("tanh",),
    "TanhShrink": ("tanh_shrink",),
    "Threshold": ("threshold", "threshold", "default_value"),
    **{name.capitalize(): (name,) for name in ELEMENTWISE},
}
for _class_name, _function in FUNCTIONS.items():
    handles(f"ops.{_class_name}")(_activation(*_function))
