"""The methods of NeuronGraph take what the headers of the queries declare."""

import inspect
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from queries import NeuronGraph
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Parameter
from queries.library.queries import queries

TYPES: dict[str, Any] = {"neurons": NeuronsLike, "int": int, "float": float, "text": str}
OTHERS = {
    "close", "cypher", "export", "location", "matrix", "plot", "question", "statement", "to_networkx",
    "to_scipy", "write",
}  # fmt: skip


def takes(parameter: Parameter) -> Any:
    """Return the annotation that a declared parameter should have."""
    return Literal[parameter.choices] if parameter.choices else TYPES[parameter.type]


class TestSignatures:
    def test_there_is_a_method_for_each_query(self) -> None:
        public = {name for name in dir(NeuronGraph) if not name.startswith("_")}
        assert public == queries().keys() | OTHERS

    @pytest.mark.parametrize("query", queries())
    def test_a_method_takes_what_its_query_declares(self, query: str) -> None:
        method = getattr(NeuronGraph, query)
        own = dict(inspect.signature(method).parameters)
        hints = get_type_hints(method)
        del own["self"]
        if query != "models":
            model = own.pop("model")
            assert (model.kind, model.default) == (inspect.Parameter.KEYWORD_ONLY, None)
        declared = {parameter.name: parameter for parameter in queries()[query].parameters}
        assert list(own) == list(declared)
        for name, parameter in declared.items():
            default = inspect.Parameter.empty if parameter.required else parameter.default
            assert own[name].default == default
            assert hints[name] == takes(parameter)
            if get_origin(hints[name]) is Literal:
                assert get_args(hints[name]) == parameter.choices

    @pytest.mark.parametrize("query", queries())
    def test_only_neurons_and_what_is_required_may_go_without_their_names(self, query: str) -> None:
        own = inspect.signature(getattr(NeuronGraph, query)).parameters
        for parameter in queries()[query].parameters:
            by_position = own[parameter.name].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
            assert by_position == (parameter.type == "neurons" or parameter.required)
