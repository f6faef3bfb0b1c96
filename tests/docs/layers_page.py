"""The page about the layers that can be wired, made from the registry of handlers."""

from typing import Final

from exporter.wiring import UNWIRABLE, handled_classes
from queries.core.activations import ACTIVATIONS
from tests.docs.markdown import NOTE, table
from tests.docs.old_files import OLD_FILES
from tests.docs.tokens import TOKENS

_LAYERS: Final = """\
These layers can be wired, however they are joined: in branches, with several inputs and outputs,
used more than once (`dense`, `dense:2`), or within nested models (`outer/dense`), channels last
or first. A model with any other layer is refused, and the error names all such layers with the
reason. `neurongraph verify` proves of each model that its graph computes what Keras computes.

Names with `ops.` are operations of `keras.ops`, which `x * 2 + y` makes in a functional model.
"""
_ACTIVATIONS: Final = """\
## Activation functions

What `activation` of a layer in the graph says, and what a neuron then makes of `x`, its weighted
inputs and its bias. What follows `=` is the default of a parameter; `activation_config` has the
others. An axis is counted with the samples as axis 0.
"""
_UNWIRABLE: Final = """\
## What cannot be wired

A static weighted graph cannot hold these:
"""
_OWN: Final = """\
A layer of your own needs a handler: see [extending.md](extending.md).
"""


def layers_page() -> str:
    """Return the page."""
    by_handler: dict[tuple[str, str], list[str]] = {}
    for name, handler in handled_classes().items():
        if not handler.__module__.startswith("exporter."):
            continue  # Of a test in the same process.
        how = handler.__module__.replace(".", "/") + ".py", _first_line(handler.__doc__)
        by_handler.setdefault(how, []).append(f"`{name}`")
    rows = sorted((file, ", ".join(names), does) for (file, does), names in by_handler.items())
    reasons = [(why, ", ".join(f"`{name}`" for name in names)) for why, names in UNWIRABLE.items()]
    parts = [
        NOTE,
        "# Layers\n",
        _LAYERS,
        table(
            ["layers", "what the handler does", "wired in"],
            [(names, does, f"`{file}`") for file, names, does in rows],
        ),
        _ACTIVATIONS,
        table(
            ["activation", "value"],
            [(f"`{name}`", each.formula) for name, each in ACTIVATIONS.items()],
        ),
        _UNWIRABLE,
        table(["reason", "layers"], reasons),
        TOKENS,
        OLD_FILES,
        _OWN,
    ]
    return "\n".join(parts)


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0]
