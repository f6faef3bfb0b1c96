"""The label that a load gives all nodes of its model, and no other model has."""

from collections.abc import Iterable
from typing import Final

from exporter.planning.plan import Plan
from exporter.wiring import handled_classes
from queries.core.address import repeatable
from queries.core.arguments import require_text
from queries.core.labels import KINDS, own_label
from queries.core.wording import option
from queries.errors import ParameterError

_LONGEST: Final = 200
_OURS: Final = own_label("")


def require_label(label: str) -> None:
    """Raise ParameterError for a text that cannot tell the nodes of a model from others.

    Parameters
    ----------
    label
        A text of the user.
    """
    require_text("label", label, "a name of letters, digits and underscores")
    if not label.isidentifier() or len(label) > _LONGEST:
        raise ParameterError(
            f"{option('label')} {repeatable(label)[:42]} does not do; it has up to {_LONGEST} "
            "letters, digits and underscores, and begins with no digit"
        )
    if label in KINDS or label.startswith(_OURS):
        raise ParameterError(
            f"{option('label')} {label!r} is one that nodes of every model have; choose another"
        )


def require_no_class(label: str | None, part: Plan) -> None:
    """Raise ParameterError for a class of layers: neurons have it as a label in every model."""
    keras = {key.rpartition(">")[2] for key in handled_classes()}
    if label in keras or label in {layer.class_name for layer in part.layers}:
        raise ParameterError(
            f"{option('label')} {label!r} is the class of a layer, which its neurons have as a "
            "label in every model; choose another"
        )


def label_error(label: str, location: str, owners: Iterable[str]) -> ParameterError:
    """Return the error for a label that other nodes have.

    Parameters
    ----------
    label
        The label.
    location
        Where the graph is.
    owners
        The names of the models that have it; none where the nodes are somebody else's.
    """
    whose = ", ".join(f"of {name!r}" for name in owners) or "that are not neurongraph's"
    return ParameterError(
        f"{option('label')} {label!r}: {location} holds nodes {whose} with this label, which would "
        "be mixed; choose another"
    )
