"""The page about the layers that can be wired, made from the registry of handlers."""

from collections.abc import Collection
from inspect import isclass
from typing import Final

from exporter.wiring import TAKEN_APART, UNWIRABLE, handled_classes
from exporter.wiring.handlers import Handler
from tests.docs.markdown import NOTE, table
from tests.docs.own_statistics import own_statistics

_LAYERS: Final = """\
These layers can be wired, however they are joined: in branches, with several inputs and outputs,
used more than once (`dense`, `dense:2`), or within nested models (`outer/dense`), channels last or
first. Other layers are [taken apart](#what-is-taken-apart). A model with a layer for which neither
does is refused, and the error names all such layers with the reason. `neurongraph verify` proves
of each model that its graph computes what Keras computes.

Of the {all} layers in `keras.layers`, one that has several names counted once, {wired} are wired:
{handled} by a handler, {apart} taken apart.

Names with `ops.` are operations of `keras.ops`, which `x * 2 + y` makes in a functional model.
The functions that neurons apply are in [Activation functions](activations.md).
"""
_APART: Final = """\
## What is taken apart

A layer without a handler is made of the operations and layers in its `call()`. Keras records them
when it calls the layer with tensors that have a shape and no values, for a batch of one and as at
inference; no code but that of the layer's class is run. They are named below the layer:
`mha/query`, `block/add`. A part has the name that somebody gave it, else that of the attribute
that holds it. Used again, it is `block/add:2`. Weights that an operation is given count as its
parameters.

A recurrent layer is unrolled: its cell stands at each step of its input, whose length must be
known, and begins with a state of 0. The parts of a step are named after its time:
`lstm@t3/matmul`. A mask that is a constant leaves steps out as Keras does.

So layers and models of your own are wired, if their classes are registered with Keras: see [Model
files](files.md#layers-and-models-of-your-own). Of Keras's own these are taken apart:
{layers}. A layer with a handler is taken apart where it is called with more than a handler takes,
such as a mask that is a constant.

A Fourier transform is a product with a constant matrix, of a pair of real tensors. An operation
that leaves out NaN reads another number in its place; where all is NaN, an extreme is the largest
number of single precision. To sort n numbers takes some 6 n² neurons. Determinants are added up by
their formula, of at most 4 rows.

A part that cannot be wired is refused by its own name. A `call()` that cannot be followed is
refused with the line at which it failed: one that computes by TensorFlow or NumPy instead of
`keras.ops`, does what the values of its inputs say, makes weights as it is called, or draws random
numbers.
"""
_UNWIRABLE: Final = """\
## What cannot be wired

A static weighted graph cannot hold these:
"""
_OWN: Final = """\
What holds for embeddings, integers and masks is in [Tokens and masks](tokens.md). A layer of your
own that cannot be taken apart needs a handler: see [extending.md](extending.md).
"""


def layers_page() -> str:
    """Return the page."""
    by_handler: dict[tuple[str, str], list[str]] = {}
    for name, handler in _handlers().items():
        how = handler.__module__.rpartition(".")[2] + ".py", _first_line(handler.__doc__)
        by_handler.setdefault(how, []).append(f"`{name}`")
    rows = sorted((file, ", ".join(names), does) for (file, does), names in by_handler.items())
    reasons = [(why, ", ".join(f"`{name}`" for name in names)) for why, names in UNWIRABLE.items()]
    parts = [
        NOTE,
        "# Layers\n",
        _LAYERS.format(**_counted()),
        table(
            ["layers", "what the handler does", "in `exporter/wiring/`"],
            [(names, does, f"`{file}`") for file, names, does in rows],
        ),
        own_statistics(),
        _APART.format(layers=", ".join(f"`{name}`" for name in TAKEN_APART)),
        _UNWIRABLE,
        table(["reason", "layers"], reasons),
        _OWN,
    ]
    return "\n".join(parts)


def _handlers() -> dict[str, Handler]:
    """Return the handlers without those of a test in the same process."""
    return {
        name: handler
        for name, handler in handled_classes().items()
        if handler.__module__.startswith("exporter.")
    }


def _counted() -> dict[str, int]:
    """Count the layers of Keras, and those of them that are wired."""
    import keras

    bases = {keras.layers.InputSpec, keras.layers.Layer, keras.layers.Wrapper}
    public = {name: value for name, value in vars(keras.layers).items() if isclass(value)}

    def among(names: Collection[str]) -> int:
        return len({value for name, value in public.items() if name in names} - bases)

    handled, apart = among(_handlers()), among(TAKEN_APART)
    return {"all": among(public), "wired": handled + apart, "handled": handled, "apart": apart}


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0]
