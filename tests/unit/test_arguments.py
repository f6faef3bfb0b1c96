"""Arguments of a wrong kind: all that is public says which one is wrong, by an error of ours."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

import neurongraph
from neurongraph import NeuronFilter, NeuronGraph
from queries.core.arguments import described, path_of, require_texts
from queries.errors import CypherError, ModelNotFoundError, NeurongraphError, ParameterError
from queries.plots.plots import Plots
from tests.unit.builders import chain, layer, saved

# What each takes where no other value is needed: of a graph with the layers hidden and out.
GIVEN: Final[dict[str, Any]] = {
    "source": "hidden",
    "target": "out",
    "neurons": "hidden",
    "over": "out",
    "among": "hidden",
    "other": "run@2",
    "first": "hidden",
    "second": "out",
    "run": "run",
    "text": "RETURN 1 AS one",
    "input": np.zeros((1, 3)),
    "other_input": np.zeros((1, 3)),
    "x": np.zeros((1, 3)),
    "at": "seven",
    "circuit": "why",
}
FLAGS: Final = {"bool"}
FUNCTIONS: Final = ("load", "inspect", "verify", "check", "drop", "load_epochs", "NeuronGraph")


class Odd:
    """Nothing that anything takes."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = chain((3,), layer("Dense", units=2, name="hidden"), layer("Dense", units=2, name="out"))
    return saved(own, tmp_path_factory.mktemp("arguments") / "third.keras")


@pytest.fixture(scope="module")
def graph(model: Path) -> Iterator[NeuronGraph]:
    place = model.with_name("graph.lbug")
    for name in ("run@1", "run@2"):
        neurongraph.load(model, place, name=name)
    with NeuronGraph(place, model="run@1") as opened:
        yield opened


def parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the parameters of a function that are no flags, for a flag is anything."""
    of = inspect.signature(function).parameters
    return {
        name: each
        for name, each in of.items()
        if each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY}
        and str(getattr(each.annotation, "__name__", each.annotation)) not in FLAGS
    }


def refuses(
    function: Callable[..., Any],
    given: dict[str, Any],
    wrong: object,
    always: dict[str, Any] | None = None,
) -> None:
    """Call a function with one wrong value after the other, each of which it names.

    Parameters
    ----------
    function
        The function.
    given
        Values of parameters that need one.
    wrong
        The value.
    always
        Values of parameters that need none.
    """
    of = parameters(function)
    needed = {name: given[name] for name, each in of.items() if each.default is each.empty}
    needed |= always or {}
    for name in of:
        values = {**needed, name: wrong}
        alone = [other for other in of if of[other].kind is inspect.Parameter.POSITIONAL_ONLY]
        first = [values.pop(other) for other in alone]
        with pytest.raises(NeurongraphError) as caught:
            function(*first, **values)
        assert name in str(caught.value), (function.__name__, name)


def methods(of: type) -> list[str]:
    return [
        name
        for name, each in inspect.getmembers(of, inspect.isfunction)
        if not name.startswith("_") and parameters(each).keys() - {"self"}
    ]


@pytest.mark.parametrize("wrong", [Odd(), [Odd()]], ids=["object", "list"])
@pytest.mark.parametrize("name", methods(NeuronGraph))
def test_methods(graph: NeuronGraph, tmp_path: Path, name: str, wrong: object) -> None:
    own = {"name": "share" if "property" in name else "katz", "frame": graph.neurons()}
    # Which neurons are changed may be said in two ways, and one of them must.
    always = {"neurons": "hidden"} if name == "intervene" else {}
    given = {**GIVEN, **own, "output": tmp_path / "part.dot"}
    refuses(getattr(graph, name), given, wrong, always)


# The model has no attention to be drawn, which is said before the size of a picture is looked at.
@pytest.mark.parametrize("name", sorted({*methods(Plots)} - {"attention"}))
def test_plots(graph: NeuronGraph, name: str) -> None:
    refuses(getattr(graph.plot, name), GIVEN, Odd())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(graph: NeuronGraph, model: Path, name: str) -> None:
    function = getattr(neurongraph, name)
    # Without a graph it would be the one of this folder.
    always = {"graph": graph.location} if "graph" in parameters(function) else {}
    refuses(function, {"model": model, "name": "run@1", "run": "run"}, Odd(), always)


@pytest.mark.parametrize("name", inspect.signature(NeuronFilter).parameters)
def test_filters(name: str) -> None:
    for wrong in (Odd(), [Odd()], 1.5):
        with pytest.raises(ParameterError, match=name):
            NeuronFilter(**{name: wrong})  # type: ignore[arg-type]


def test_a_picture_is_saved_at_a_path(graph: NeuronGraph) -> None:
    picture = graph.plot.weight_distribution()
    with pytest.raises(ParameterError, match="path: 3 is no path"):
        picture.save(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [3, 0, False, [], b"\xff"])
def test_a_graph_is_chosen_by_a_text(graph: NeuronGraph, wrong: Any) -> None:
    before = graph.model
    with pytest.raises(ParameterError, match="model"):
        graph.model = wrong
    assert graph.model == before
    if not isinstance(wrong, bytes):
        # What counts as nothing in Python is not the default graph.
        with pytest.raises(ParameterError, match="graph"):
            NeuronGraph(wrong)


def test_a_model_that_is_not_there_is_named_when_a_graph_is_opened(graph: NeuronGraph) -> None:
    with pytest.raises(
        ModelNotFoundError, match=r"no model 'ruin'; it holds run@1, run@2; did you mean"
    ):
        NeuronGraph(graph.location, model="ruin")


@pytest.mark.parametrize(
    ("module", "name", "said"),
    [
        ("tf_keras.src.engine.training", "Model", r"a model in memory, .*model\.save\('"),
        ("tf_keras.src.engine.base_layer", "Layer", r"a layer, and a model is taken"),
        ("torch.export.exported_program", "ExportedProgram", r"give program\.module\(\)"),
        ("torch.onnx._internal.exporter", "ONNXProgram", "give its model_proto"),
        ("onnx.onnx_ml_pb2", "GraphProto", r"give the onnx\.ModelProto"),
        ("tensorflow.python.module.module", "Module", r"tf2onnx\.convert\.from_function\("),
    ],
)
def test_what_is_in_memory_is_told_how_it_becomes_a_file(module: str, name: str, said: str) -> None:
    base = type(name, (), {"__module__": module})
    own = type("Net", (base,), {})()
    for ask in (neurongraph.load, neurongraph.inspect, neurongraph.verify):
        with pytest.raises(ParameterError, match=rf"^model: a Net .*{said}"):
            ask(own)
    with pytest.raises(ParameterError, match=rf"^graph: a Net .*{said}"):
        NeuronGraph(own)


def test_example_inputs_belong_to_a_module_of_torch(graph: NeuronGraph, model: Path) -> None:
    base = type("Module", (), {"__module__": "torch.nn.modules.module"})
    net = type("Net", (base,), {})()
    for ask in (neurongraph.load, neurongraph.inspect, neurongraph.verify, NeuronGraph):
        with pytest.raises(ParameterError, match=r"^example_inputs: .*torch\.zeros\(1, 3"):
            ask(net)
        for other in (model, chain((3,), layer("Dense", units=2))):
            with pytest.raises(ParameterError, match=r"^example_inputs: only a torch"):
                ask(other, example_inputs=np.zeros((1, 3)))
    with pytest.raises(ParameterError, match=r"^example_inputs: only a torch"):
        NeuronGraph(graph.location, example_inputs=np.zeros((1, 3)))
    with pytest.raises(ParameterError, match=r"^output: a Net .*torch\.onnx\.export\(model\.eval"):
        path_of("output", net)


def test_weights_without_layers_are_told_from_a_model() -> None:
    tensor = type("Tensor", (), {"__module__": "torch"})()
    for ask in (neurongraph.load, neurongraph.inspect, NeuronGraph):
        with pytest.raises(ParameterError, match=r": a dict is a state dict of PyTorch, .*module"):
            ask({"conv.weight": tensor})


def test_a_model_in_memory_is_told_how_it_becomes_a_file() -> None:
    own = chain((3,), layer("Dense", units=2))
    with pytest.raises(ParameterError, match=r"^output: a Sequential .*model\.save\('"):
        path_of("output", own)
    with pytest.raises(ParameterError, match="a Dense is a layer, and a model is taken"):
        neurongraph.load(own.layers[0])


def test_values_of_parameters(graph: NeuronGraph) -> None:
    cypher = "RETURN $x AS x"
    for wrong in (3, ["x"], {3: 4}):
        with pytest.raises(ParameterError, match="parameters"):
            graph.cypher(cypher, wrong)  # type: ignore[arg-type]
    # LadybugDB takes them for the type of the first.
    for value in (Odd(), [1, "a"], 2**70):
        with pytest.raises(ParameterError, match="a parameter of the statement"):
            graph.cypher(cypher, x=value)
    (number,) = graph.cypher(cypher, x=np.int64(7))["x"]
    assert number == 7
    with pytest.raises(ParameterError, match=r"allow: a text is no list; .*\['LOAD'\]"):
        graph.cypher("RETURN 1", allow="LOAD")
    # The name of a model is no value of a parameter.
    with pytest.raises(ParameterError, match=r"no value for \$model"):
        graph.cypher("RETURN $model AS x", model="run@1")


def test_a_value_is_described_in_short() -> None:
    class Island:
        pass

    values = (None, True, 3, 1.5, [1], np.zeros(2), Island(), 10**50)
    assert [described(value) for value in values] == [
        "None", "True", "3", "1.5", "a list", "a ndarray", "an Island", repr(10**50)[:40]
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", ["a\0b", "\ud800"])
def test_a_text_that_no_path_can_be(wrong: str) -> None:
    with pytest.raises(ParameterError, match=r"^output: .* is no path"):
        path_of("output", wrong)
    for ask in (neurongraph.inspect, neurongraph.load):
        with pytest.raises(ParameterError, match=r"^model: "):
            ask(f"{wrong}.keras")


def test_arrays_and_frames_are_compared_with_nothing(graph: NeuronGraph, model: Path) -> None:
    frame = graph.neurons()
    for wrong in (np.zeros(2), frame):
        for name in ("inspect", "load", "load_epochs"):
            given: dict[str, Any] = {"run": "run"} if name == "load_epochs" else {"model": model}
            with pytest.raises(ParameterError, match="granularity"):
                getattr(neurongraph, name)(**given, granularity=wrong)
        with pytest.raises(ParameterError, match="file_format"):
            neurongraph.load(model, graph.location, file_format=wrong)  # type: ignore[arg-type]
        with pytest.raises(ParameterError, match=r"column: an? \w+ is no name"):
            graph.write_property(frame, "share", wrong)  # type: ignore[arg-type]
    with pytest.raises(ModelNotFoundError):
        neurongraph.drop("\ud800", graph.location)


def test_a_column_that_no_answer_holds(graph: NeuronGraph) -> None:
    with pytest.raises(CypherError, match=r"as id\(n\); return a property"):
        graph.cypher("MATCH (n:Neuron) RETURN id(n)")


def test_paths() -> None:
    assert path_of("model", Path("a")) == path_of("model", b"a") == path_of("model", "a") == "a"
    require_texts("allow", {"a", "b"}, "names")
