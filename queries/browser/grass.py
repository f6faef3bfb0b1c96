"""The style sheet of Neo4j Browser: captions, and a colour for each kind of layer.

Browser takes the last rule that fits, and adds one of its own for a label that has no rule with
both a colour and a caption. So each kind has a rule with both, behind that of ``Neuron``.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from queries.core.labels import own_label

_FAMILIES: Final = {
    "Input": "#999999",
    "Conv": "#0072b2",
    "Pool": "#56b4e9",
    "Dense": "#e69f00",
    "Norm": "#009e73",
    "Softmax": "#cc79a7",
    "LU": "#cc79a7",
    "Activation": "#cc79a7",
}
"""The colour of a class by a part of its name: those of Okabe and Ito, which the colour-blind tell
apart."""
_OTHERWISE: Final = "#d55e00"
_LIGHT: Final = {"#999999", "#56b4e9", "#e69f00", "#cc79a7", "#f0e442"}
"""Colours on which black reads better than white."""


def style_sheet(kinds: Iterable[str]) -> str:
    """Return a style sheet for Neo4j Browser.

    Parameters
    ----------
    kinds
        The labels that neurons have of their layers' classes.
    """
    rules = {
        "node": _node("#d9d9d9", "50px"),
        **_of_kind("Model", _node("#1a1a1a", "110px")),
        **_of_kind("Layer", _node("#4d4d4d", "100px")),
        **_of_kind("Neuron", _node("#999999", "100px")),
        **_of_kind("Input", _node("#f0e442", "110px")),
        **_of_kind("Circuit", _node("#009e73", "110px")),
        **_of_kind("Active", _node("#56b4e9", "80px")),
        **{f"node.{kind}": _node(_colour(kind), "100px") for kind in sorted(set(kinds))},
        "relationship": _relationship("#a5abb6", "1px", "<type>"),
        "relationship.CONNECTS_TO": _relationship("#7f7f7f", "2px", "{weight}"),
        "relationship.NEXT": _relationship("#4d4d4d", "3px", "<type>"),
        "relationship.HAS_LAYER": _relationship("#a5abb6", "1px", "<type>"),
        "relationship.ACTIVATES": _relationship("#a5abb6", "1px", "{value}"),
        "relationship.CONTRIBUTES": _relationship("#d55e00", "2px", "{attribution}"),
    }
    return "\n".join(_rule(selector, values) for selector, values in rules.items())


def _of_kind(kind: str, rule: dict[str, str]) -> dict[str, dict[str, str]]:
    return {f"node.{label}": rule for label in (kind, own_label(kind))}


def _colour(kind: str) -> str:
    return next((colour for part, colour in _FAMILIES.items() if part in kind), _OTHERWISE)


def _node(colour: str, diameter: str) -> dict[str, str]:
    text = "#000000" if colour in _LIGHT or colour == "#d9d9d9" else "#ffffff"
    return {
        "diameter": diameter,
        "color": colour,
        "border-color": "#595959",
        "border-width": "1px",
        "text-color-internal": text,
        "font-size": "10px",
        "caption": "'{name}'",
    }


def _relationship(colour: str, width: str, caption: str) -> dict[str, str]:
    return {
        "color": colour,
        "shaft-width": width,
        "font-size": "8px",
        "padding": "3px",
        "text-color-external": "#000000",
        "text-color-internal": "#ffffff",
        "caption": f"'{caption}'",
    }


def _rule(selector: str, values: Mapping[str, str]) -> str:
    lines = "".join(f"  {name}: {value};\n" for name, value in values.items())
    return f"{selector} {{\n{lines}}}\n"
