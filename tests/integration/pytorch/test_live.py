"""Modules of PyTorch in memory, which PyTorch itself exports."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exporter import inspect, load, verify
from exporter.reading.pytorch import exporting
from queries import NeuronGraph
from queries.errors import ModelFileError, ParameterError, VerificationError

try:
    import torch
    from torch import nn
except ImportError:
    pytest.skip(
        "no module of PyTorch in memory is tested, its exports alone are; to test them: "
        "pip install torch onnxscript",
        allow_module_level=True,
    )

from tests.integration.pytorch.modules import MODULES, Encoder, Net, made


def state(module: Any) -> list[Any]:
    """Return all that somebody can see of a module."""
    parts = list(module.modules())
    tensors = [*module.parameters(), *module.buffers()]
    return [
        [part.training for part in parts],
        [{key: id(value) for key, value in vars(part).items()} for part in parts],
        [list(map(id, part._forward_hooks.values())) for part in parts],
        [(id(each), each.detach().tolist(), each.requires_grad) for each in tensors],
        torch.get_rng_state().tolist(),
        [(kind, str(text)) for kind, _, text, *_ in warnings.filters],
    ]


@pytest.fixture(params=["new", "old"])
def by_exporter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Export by the newer or by the older exporter."""
    if request.param == "old":
        monkeypatch.setattr(exporting, "find_spec", lambda _: None)


@pytest.mark.usefixtures("by_exporter")
@pytest.mark.parametrize("name", MODULES)
def test_a_module_goes_through_load_and_verify(name: str, tmp_path: Path) -> None:
    module, example = MODULES[name]()
    graph = tmp_path / "graph.lbug"
    before = state(module)
    report = load(module, graph, example_inputs=example, progress=False)
    assert report.model == type(module).__name__
    assert verify(module, graph, example_inputs=example, progress=False).passed
    assert state(module) == before


def test_a_module_is_inspected_and_asked() -> None:
    module, example = MODULES["net"]()
    frame = inspect(module, example_inputs=example).frame
    assert frame["layer"].tolist()[:3] == ["x", "features.0", "features.3"]
    with NeuronGraph(module, example_inputs=[example]) as graph:
        assert graph.location == "model 'Net' in memory"
        (model,) = graph.models().to_dict("records")
        assert model["source"].startswith("pytorch 2.")
        assert model["source"].endswith(", in memory")
        weights = graph.edges(target="classifier")["weight"]
    own = module.classifier.weight.detach().numpy()
    assert sorted(weights) == sorted(own.ravel().tolist())


def test_a_module_that_is_trained_is_another_one(tmp_path: Path) -> None:
    module, example = MODULES["net"]()
    graph = tmp_path / "graph.lbug"
    load(module, graph, name="run", example_inputs=example, progress=False)
    with torch.no_grad():
        module.classifier.bias[1] += 0.5
    with pytest.raises(VerificationError, match="another model than model 'Net' in memory"):
        verify(module, graph, name="run", example_inputs=example, progress=False)


class Two(nn.Module):  # type: ignore[misc]
    """A module of several inputs, one of them by name alone, and several outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.seen = nn.Linear(3, 2), nn.Linear(4, 2), 0
        self.register_buffer("calls", torch.zeros(1))
        self.a.register_forward_hook(lambda _, __, output: output * 2)

    def forward(self, left: Any, right: Any, *, scale: float = 1.0) -> Any:
        self.calls += 1
        return {"sum": (self.a(left) + self.b(right)) * scale, "left": left}


@pytest.mark.parametrize("by_name", [False, True])
def test_arguments_by_place_and_by_name(by_name: bool, tmp_path: Path) -> None:
    module, _ = made(Two, lambda: None)
    left, right = torch.zeros(1, 3), torch.zeros(1, 4)
    given = {"left": left, "right": right, "scale": 2.0} if by_name else (left, right)
    before = state(module)
    load(module, tmp_path / "graph.lbug", example_inputs=given, progress=False)
    assert verify(module, tmp_path / "graph.lbug", example_inputs=given, progress=False).passed
    assert state(module) == before


class Difference(nn.Module):  # type: ignore[misc]
    """A module that tells its two inputs of one shape apart."""

    def forward(self, a: Any, b: Any) -> Any:
        return a - 2 * b


@pytest.mark.usefixtures("by_exporter")
def test_arguments_by_name_in_another_order(tmp_path: Path) -> None:
    given = {"b": torch.zeros(1, 3), "a": torch.zeros(1, 3)}
    load(Difference(), tmp_path / "graph.lbug", example_inputs=given, progress=False)
    assert verify(
        Difference(), tmp_path / "graph.lbug", example_inputs=given, progress=False
    ).passed


@pytest.mark.parametrize("cast", ["half", "bfloat16", "double"])
def test_other_precisions(cast: str, tmp_path: Path) -> None:
    module, example = MODULES["net"]()
    module, example = getattr(module, cast)(), getattr(example, cast)()
    load(module, tmp_path / "graph.lbug", example_inputs=example, progress=False)
    assert verify(module, tmp_path / "graph.lbug", example_inputs=example, progress=False).passed


def test_a_batch_of_several_is_read_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    module, _ = MODULES["net"]()
    with caplog.at_level("WARNING"):
        frame = inspect(module, example_inputs=torch.zeros(3, 1, 6, 6)).frame
    assert frame["shape"].tolist()[0] == [3, 1, 6, 6]
    assert "x[:1]" in caplog.text


class Branching(nn.Module):  # type: ignore[misc]
    """A module that computes otherwise where the sum of its input is negative."""

    def forward(self, x: Any) -> Any:
        return x if x.sum() > 0 else -x


class Decomposing(nn.Module):  # type: ignore[misc]
    """A module of an operation that ONNX does not have."""

    def forward(self, x: Any) -> Any:
        return torch.linalg.svd(x)[1]


@pytest.mark.usefixtures("by_exporter")
@pytest.mark.parametrize("make", [Branching, Decomposing])
def test_what_cannot_be_exported_is_said(make: Callable[[], Any], tmp_path: Path) -> None:
    for ask in (inspect, lambda module, **given: load(module, tmp_path / "graph.lbug", **given)):
        with pytest.raises(ModelFileError, match=r"^model '\w+' in memory: torch\.onnx\.export"):
            ask(make(), example_inputs=torch.ones(1, 3, 4))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("example", "said"),
    [
        (None, r"does not say what it is called with"),
        ([], "a list is no tensor"),
        ("x", "a str is no tensor"),
        (
            torch.zeros(1, 3, 6, 6),
            r"cannot be called with them: Given groups=1, .*channels instead$",
        ),
        ({"y": torch.zeros(1, 1, 6, 6)}, "unexpected keyword argument 'y'"),
    ],
)
def test_examples_that_do_not_fit(example: Any, said: str) -> None:
    module, _ = MODULES["net"]()
    with pytest.raises(ParameterError, match=rf"example_inputs: .*{said}"):
        inspect(module, example_inputs=example)


def test_torchscript_and_programs_are_told_what_to_give() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        script = torch.jit.trace(Net().eval(), torch.zeros(1, 1, 6, 6))
    with pytest.raises(ParameterError, match="TorchScript"):
        inspect(script, example_inputs=torch.zeros(1, 1, 6, 6))
    program = torch.export.export(Encoder().eval(), (torch.tensor([[3, 1, 6]]),))
    with pytest.raises(ParameterError, match=r"give program\.module\(\)"):
        inspect(program)
