"""ONNX's own backend tests: how many agree with onnxruntime, how many are refused.

Run it with ``python -m tests.zoo.onnx_suite``; it prints the numbers, and what failed.
"""

import pickle
import re
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.planning.push import trace
from exporter.reading.onnx.live import OnnxInMemory
from exporter.reading.onnx.model import opened
from exporter.verifying.drawing import drawn_inputs
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.verification import compare
from queries.errors import ModelFileError, UnsupportedLayerError, VerificationError

AGREE, REFUSED, FAILED = "agree", "refused", "failed"

_OF_TENSORS: Final = frozenset(
    "Add And Concat Div Einsum Max Mean Min Mul Or Pow Sub Sum Where Xor".split()  # noqa: SIM905
)
"""Operations of which all floating-point inputs stay inputs; of others the first alone."""

Case = tuple[str, bytes, list[NDArray[Any]]]
"""The name of a case, its model, and its inputs."""


def node_cases() -> list[Case]:
    """Return the tests of single nodes that onnx generates; kept, since that takes long."""
    import onnx

    file = Path(tempfile.gettempdir()) / f"onnx_node_cases_{onnx.__version__}.pickle"
    if not file.exists():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from onnx.backend.test.case.node import collect_testcases

            cases = [
                (case.name, case.model.SerializeToString(), list(case.data_sets[0][0]))
                for case in collect_testcases(None)
                if case.model is not None and case.data_sets
            ]
        file.write_bytes(pickle.dumps(cases))
    kept: list[Case] = pickle.loads(file.read_bytes())  # noqa: S301 - our own file
    return kept


def stored_cases(kind: str) -> Iterator[Case]:
    """Yield the tests that lie in the package of onnx, such as ``pytorch-converted``."""
    import onnx
    from onnx import numpy_helper

    folder = Path(onnx.__file__).parent / "backend/test/data" / kind
    for each in sorted(folder.iterdir()):
        data = sorted((each / "test_data_set_0").glob("input_*.pb"))
        tensors = [onnx.load_tensor(str(file)) for file in data]
        yield (
            each.name,
            (each / "model.onnx").read_bytes(),
            [numpy_helper.to_array(tensor) for tensor in tensors],
        )


def outcome(case: Case) -> tuple[str, str]:
    """Return what comes of a case, and why; nothing where it is not of float32."""
    import onnx
    from onnx import numpy_helper

    _, content, inputs = case
    model = onnx.ModelProto()
    model.ParseFromString(content)
    _lift(model)
    given = {each.name for each in model.graph.initializer}
    named = [value for value in model.graph.input if value.name not in given]
    if not all(isinstance(each, np.ndarray) for each in inputs):
        return "", "no tensor"
    floats = [
        value.name
        for value, each in zip(named, inputs, strict=False)
        if each.dtype == np.float32 and each.size
    ]
    op = model.graph.node[0].op_type if len(model.graph.node) else ""
    kept = floats if op in _OF_TENSORS else floats[:1]
    if not kept:
        return "", "no input of float32"
    for value, each in zip(named, inputs, strict=False):
        if value.name not in kept:
            model.graph.initializer.append(numpy_helper.from_array(np.asarray(each), value.name))
    result = _result(model, batch=False)
    if result[0] != REFUSED:
        return result
    again = _result(model, batch=True)
    return again if again[0] != REFUSED else result


def _lift(model: Any) -> None:
    """Make a model of opset 6 one of opset 7, whose operations are the same but for these."""
    if any(node.op_type == "PRelu" for node in model.graph.node):
        # Its slopes broadcast in another way.
        return
    for version in model.opset_import:
        if not version.domain and version.version == 6:
            version.version = 7
            for node in model.graph.node:
                kept = [
                    each
                    for each in node.attribute
                    if each.name not in {"broadcast", "is_test", "consumed_inputs"}
                ]
                del node.attribute[:]
                node.attribute.extend(kept)


def _result(model: Any, *, batch: bool) -> tuple[str, str]:
    own = OnnxInMemory(model)
    try:
        read = opened(own.whole(), own, batch=batch)
        traced = trace(read)
    except (ModelFileError, UnsupportedLayerError) as error:
        return REFUSED, str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return FAILED, f"{type(error).__name__}: {error}"
    try:
        # The witness knows fewer operations, and no batch of one where a shape is baked in.
        read.values(drawn_inputs(read, traced.plan, samples=1))
    except VerificationError as error:
        return REFUSED, str(error)
    try:
        report = compare(read, StreamSource(traced.plan), samples=2)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return FAILED, f"{type(error).__name__}: {error}"
    worst = report.frame["relative_difference"].max()
    return (AGREE, "") if report.passed else (FAILED, f"difference {worst:.1e}")


@dataclass(frozen=True)
class Outcomes:
    """What came of the cases of a suite.

    Parameters
    ----------
    counts
        How many agree, are refused and fail.
    failed
        The names of those that fail, with what differs.
    reasons
        How many are refused for each reason, and the operations that are.
    """

    counts: Counter[str]
    failed: dict[str, str]
    reasons: dict[str, tuple[int, tuple[str, ...]]]


def outcomes_of(kind: str) -> Outcomes:
    """Return what comes of the cases of a suite: ``node``, or a folder of onnx's own data."""
    cases = node_cases() if kind == "node" else stored_cases(kind)
    each = [(case[0], *outcome(case)) for case in cases]
    refused = [_reason(why) for _, result, why in each if result == REFUSED]
    whys = Counter(why for _, why in refused)
    return Outcomes(
        Counter(result for _, result, _ in each if result),
        {name: why for name, result, why in each if result == FAILED},
        {
            why: (count, tuple(sorted({op for op, own in refused if own == why and op})))
            for why, count in whys.most_common()
        },
    )


def _reason(said: str) -> tuple[str, str]:
    """Return the operation that is refused first, and why, without what differs between models."""
    match = re.search(r"cannot be wired: .*? \(([\w.]+): (.+?)\)(?:, |$)", said)
    op, why = match.groups() if match else ("", said)
    for pattern, text in _MODEL:
        why = re.sub(pattern, text, why)
    return op, why


_MODEL: Final = (
    (r"^(?:case\.onnx|model '[^']*' in memory): ", ""),
    (r" '[^']*'", ""),
    (r"opset \d+, ", "an older opset, "),
    (r"int\d+", "integers"),
    (r": \[ONNXRuntimeError\].*", ""),
    (r" output \d+ ", " other output "),
)
"""What differs between the messages of models, and what stands for it."""


def main(kinds: list[str]) -> int:
    """Print the outcomes of the suites; return how many cases failed."""
    failed = 0
    for kind in kinds:
        outcomes = outcomes_of(kind)
        counts = outcomes.counts
        print(f"{kind}: {', '.join(f'{counts[each]} {each}' for each in (AGREE, REFUSED, FAILED))}")
        for why, (count, ops) in outcomes.reasons.items():
            print(f"| {why} | {', '.join(f'`{op}`' for op in ops)} | {count} |")
        for name, why in outcomes.failed.items():
            print(f"  failed {name}: {why}")
        failed += counts[FAILED]
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:] or ["pytorch-converted", "pytorch-operator", "node"])))
