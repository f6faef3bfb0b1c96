"""Write the files of exports/, where torch and onnxscript are installed.

``python -m tests.integration.pytorch.make`` writes each module by both exporters, and beside them
what the module says at one input.
"""

import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from exporter.reading.onnx.scopes import SCOPES
from tests.integration.pytorch.modules import MODULES

EXPORTS: Final = Path(__file__).with_name("exports")


def main() -> None:
    """Write all of them."""
    EXPORTS.mkdir(exist_ok=True)
    for name, make in MODULES.items():
        module, example = make()
        module.eval()
        with torch.no_grad():
            said = module(example)
        outputs = said if isinstance(said, tuple) else (said,)
        arrays = {f"output_{place}": each.numpy() for place, each in enumerate(outputs)}
        np.savez(EXPORTS / f"{name}.npz", input=example.numpy(), **arrays)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program: Any = torch.onnx.export(module, (example,), dynamo=True, verbose=False)
            proto = program.model_proto
            for node in proto.graph.node:
                # The others say where the code lay.
                kept = [each for each in node.metadata_props if each.key == SCOPES]
                del node.metadata_props[:]
                node.metadata_props.extend(kept)
            (EXPORTS / f"{name}.dynamo.onnx").write_bytes(proto.SerializeToString())
            torch.onnx.export(module, (example,), EXPORTS / f"{name}.script.onnx", dynamo=False)


if __name__ == "__main__":
    main()
