"""The methods of NeuronGraph and of its plots take what their declarations say."""

import inspect
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from queries import NeuronGraph
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Declaration, Parameter
from queries.library.exports import exports
from queries.library.plots import plots
from queries.library.queries import Query, queries
from queries.plots.plots import Plots

TYPES: dict[str, Any] = {
    "neurons": NeuronsLike,
    "input": InputLike,
    "int": int,
    "float": float,
    "text": str,
}
LATER = {"nx": SimpleNamespace(MultiDiGraph=list)}
"""What is imported where it is needed alone."""
ROWS: dict[str, Any] = {"sort": str | Sequence[str] | None, "limit": int | None}
"""What each query takes beside its parameters."""
OTHERS = {
    "activate", "circuit_graph", "circuits", "close", "cypher", "drop_circuit", "drop_input",
    "export", "export_circuit", "history", "inputs", "location", "matrix", "model", "plot",
    "properties", "prune_cost", "question", "remove_property", "statement", "to_networkx",
    "to_scipy", "view", "write",
    "write_property",
}  # fmt: skip


def takes(parameter: Parameter) -> Any:
    """Return the annotation that a declared parameter should have."""
    if parameter.name == "classes":
        return str | Sequence[str] | None
    if parameter.choices and not parameter.or_property:
        return Literal[parameter.choices]
    optional = not parameter.required and parameter.default is None and parameter.type != "neurons"
    return TYPES[parameter.type] | None if optional else TYPES[parameter.type]


METHODS = [
    *((NeuronGraph, each) for each in queries().values()),
    *((Plots, each) for each in plots().values()),
    *((NeuronGraph, each) for each in exports().values()),
]
named = pytest.mark.parametrize(
    ("face", "declaration"),
    [pytest.param(*each, id=f"{each[1].kind}-{each[1].name}") for each in METHODS],
)
# What Python alone takes.
OWN = {
    "circuit": {"store"},
    "export": {"output"},
    "export_circuit": {"output"},
    "matrix": {"sparse"},
    "to_networkx": {"most"},
}


class TestSignatures:
    def test_there_is_a_method_for_each_query(self) -> None:
        public = {name for name in dir(NeuronGraph) if not name.startswith("_")}
        assert public == queries().keys() | OTHERS

    def test_there_is_a_method_for_each_plot(self) -> None:
        assert {name for name in dir(Plots) if not name.startswith("_")} == plots().keys()

    @named
    def test_a_method_takes_what_is_declared(self, face: Any, declaration: Declaration) -> None:
        method = getattr(face, declaration.name)
        hints = get_type_hints(method, localns=LATER)
        own = dict(inspect.signature(method).parameters)
        del own["self"]
        for name in OWN.get(declaration.name, ()):
            own.pop(name, None)
        if isinstance(declaration, Query):
            for name, hint in ROWS.items():
                kept = own.pop(name)
                assert (kept.kind, kept.default) == (inspect.Parameter.KEYWORD_ONLY, None)
                assert hints[name] == hint
        if face is Plots:
            size = own.pop("size")
            assert (size.kind, size.default) == (inspect.Parameter.KEYWORD_ONLY, None)
        if declaration.name not in {"history", "models"}:
            model = own.pop("model")
            assert (model.kind, model.default) == (inspect.Parameter.KEYWORD_ONLY, None)
            if isinstance(declaration, Query):
                in_store = own.pop("in_store")
                assert (in_store.kind, in_store.default) == (model.kind, False)
                if declaration.score:
                    written, index = own.pop("write_property"), own.pop("index")
                    assert (written.kind, written.default) == (model.kind, None)
                    assert (index.kind, index.default) == (model.kind, False)
        declared = {parameter.name: parameter for parameter in declaration.parameters}
        assert list(own) == list(declared)
        for name, parameter in declared.items():
            default = inspect.Parameter.empty if parameter.required else parameter.default
            assert own[name].default == default
            assert hints[name] == takes(parameter)
            if get_origin(hints[name]) is Literal:
                assert get_args(hints[name]) == parameter.choices

    @pytest.mark.parametrize("name", ["history", "properties", "prune_cost"])
    def test_other_answers_have_an_order_too(self, name: str) -> None:
        own = inspect.signature(getattr(NeuronGraph, name)).parameters
        hints = get_type_hints(getattr(NeuronGraph, name))
        for option, hint in ROWS.items():
            assert (own[option].kind, own[option].default) == (own[option].KEYWORD_ONLY, None)
            assert hints[option] == hint

    @named
    def test_only_neurons_and_what_is_required_may_go_without_their_names(
        self, face: Any, declaration: Declaration
    ) -> None:
        own = inspect.signature(getattr(face, declaration.name)).parameters
        for parameter in declaration.parameters:
            by_position = own[parameter.name].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
            assert by_position == (parameter.type == "neurons" or parameter.required)
