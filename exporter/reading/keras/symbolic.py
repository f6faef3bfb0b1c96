"""Let Keras record what a layer does with symbolic tensors, by whatever functions it does it."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from exporter.reading.keras.replacing import replaced

_ARITHMETIC: Final = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
_LOGIC: Final = ("lt", "le", "gt", "ge", "ne", "and", "or", "xor")
_OPERATORS: Final = tuple(f"__{name}__" for name in (*_ARITHMETIC, *_LOGIC))
_MODULES: Final = ("numpy", "nn", "math")
_UFUNC: Final = "__array_ufunc__"


@contextmanager
def symbolic_operands() -> Iterator[None]:
    """Record operations that Keras does not record by itself.

    ``variable * tensor`` and ``array * tensor`` are recorded as ``tensor * variable`` is: else a
    variable, or NumPy, would try to compute with a tensor that has no values. So would the
    functions of the backend, by which some layers of Keras compute: they are recorded as those of
    ``keras.ops`` that have their names. What a layer puts out has no open axis, where its inputs
    have none: EinsumDense would leave lengths open that it was not told. Attention puts out as many
    features as its values have, where Keras says those of its queries. A layer puts out what its
    ``call`` does, where that is newer than what says so, or that fails; None may be among it.
    The rank of a tensor is a number.
    """
    with replaced(_replacements()):
        yield


def _replacements() -> list[tuple[Any, str, Any]]:
    """Return what becomes of attributes of classes and modules of Keras."""
    import keras
    from keras.src import backend
    from keras.src.layers import layer as layers
    from keras.src.ops.nn import DotProductAttention
    from keras.src.ops.numpy import Ndim

    variable, tensor, layer = keras.Variable, keras.KerasTensor, keras.layers.Layer
    found: list[tuple[Any, str, Any]] = [
        (variable, name, _giving_way(getattr(variable, name), tensor)) for name in _OPERATORS
    ]
    spec_of, of_attention = (owner.compute_output_spec for owner in (layer, DotProductAttention))
    found += [
        (tensor, _UFUNC, None),
        (layer, spec_of.__name__, _closing(spec_of)),
        (layer, "symbolic_call", _by_own_call(layer.symbolic_call)),
        (layers, "Node", _of_tensors(layers.Node)),
        (Ndim, "symbolic_call", _rank),
        (DotProductAttention, of_attention.__name__, _with_features_of_values(of_attention)),
    ]
    for module in (backend, *(getattr(backend, name) for name in _MODULES)):
        names = ("cast", "convert_to_tensor") if module is backend else vars(module)
        for name in names:
            function, operation = getattr(module, name), getattr(keras.ops, name, None)
            if inspect.isfunction(function) and operation is not None:
                found.append((module, name, _recording(function, operation)))
    return found


def _giving_way(operator: Callable[[Any, Any], Any], tensor: type) -> Callable[[Any, Any], Any]:
    def give_way(one: Any, other: Any) -> Any:
        return NotImplemented if isinstance(other, tensor) else operator(one, other)

    return give_way


def _recording(function: Callable[..., Any], operation: Callable[..., Any]) -> Callable[..., Any]:
    from keras.src.backend.common.keras_tensor import any_symbolic_tensors

    def record(*args: Any, **kwargs: Any) -> Any:
        symbolic = any_symbolic_tensors(args, kwargs)
        return operation(*args, **kwargs) if symbolic else function(*args, **kwargs)

    return record


def _with_features_of_values(spec_of: Callable[..., Any]) -> Callable[..., Any]:
    import keras

    def of_values(attention: Any, query: Any, key: Any, value: Any, **rest: Any) -> Any:
        spec = spec_of(attention, query, key, value, **rest)
        return keras.KerasTensor((*spec.shape[:-1], value.shape[-1]), spec.dtype)

    return of_values


def _by_own_call(symbolic_call: Callable[..., Any]) -> Callable[..., Any]:
    from keras.src import backend

    def follow(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if not _has_newer_call(type(layer)):
            # If the call fails too, it says what is wrong.
            with suppress(Exception):
                return symbolic_call(layer, *args, **kwargs)
        return backend.compute_output_spec(layer.call, *args, **kwargs)

    return follow


def _has_newer_call(cls: type) -> bool:
    """Tell whether a class has a ``call`` that is newer than what says what it puts out."""
    says = "compute_output_spec", "compute_output_shape"
    of_call, *of_outputs = (_owner(cls, name) for name in ("call", *says))
    return not any(issubclass(owner, of_call) for owner in of_outputs)


def _owner(cls: type, name: str) -> type:
    return next(base for base in cls.__mro__ if name in vars(base))


def _of_tensors(node: Callable[..., Any]) -> Callable[..., Any]:
    import keras

    def note(operation: Any, *, outputs: Any, **call: Any) -> Any:
        tensors = [output for output in keras.tree.flatten(outputs) if output is not None]
        return node(operation, outputs=tensors, **call)

    return note


def _rank(_: Any, x: Any) -> int:
    return len(x.shape)


def _closing(spec_of: Callable[..., Any]) -> Callable[..., Any]:
    import keras
    from keras.src import backend

    def has_open_axis(structure: Any) -> bool:
        tensors = keras.tree.flatten(structure)
        return any(isinstance(t, keras.KerasTensor) and None in t.shape for t in tensors)

    def close(layer: Any, *args: Any, **kwargs: Any) -> Any:
        spec = spec_of(layer, *args, **kwargs)
        if has_open_axis(spec) and not has_open_axis((args, kwargs)):
            return backend.compute_output_spec(layer.call, *args, **kwargs)
        return spec

    return close
