"""The kinds of store: how each is told from the others, and what opens it for reading.

What opens one for writing stands in ``exporter.sinks.kinds``, under the same name.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from queries.core.address import is_address
from queries.stores.embedded.names import SUFFIX

MODEL_SUFFIXES: Final = (".keras", ".h5", ".hdf5", ".onnx")
SCHEMES: Final = tuple(
    base + security for base in ("bolt", "neo4j") for security in ("", "+s", "+ssc")
)


@dataclass(frozen=True)
class Kind:
    """A kind of store.

    Parameters
    ----------
    name
        Its name.
    looks
        What the text is that says where such a graph is, in the words of an error.
    recognises
        Tells whether a text says where such a graph is; the first kind that does has it.
    store
        Its class, as ``module:class``: imported when the first one is opened, since that takes a
        while. It is made of the URI, or of the path.
    has_address
        Whether the text is the address of a server, and no path.
    is_loaded
        Whether loads write it, with checksums by which it is checked.
    takes_dask
        Whether many processes may answer what is asked; its store then takes ``dask``.
    takes_shapes
        Whether it may have inputs of an open shape; its store then takes ``input_shape``.
    takes_examples
        Whether it may not say itself what its inputs are; its store then takes ``example_inputs``.
    """

    name: str
    looks: str
    recognises: Callable[[str], bool]
    store: str
    has_address: bool = False
    is_loaded: bool = True
    takes_dask: bool = False
    takes_shapes: bool = False
    takes_examples: bool = False


EMBEDDED: Final = Kind(
    "embedded",
    f"a path that ends in {SUFFIX}",
    lambda text: text.rstrip("/").endswith(SUFFIX),
    "queries.stores.embedded.store:EmbeddedStore",
)
NEO4J: Final = Kind(
    "neo4j",
    "a bolt:// or neo4j:// URI",
    lambda text: is_address(text, SCHEMES),
    "queries.stores.neo4j.store:BoltStore",
    has_address=True,
)
DATASET: Final = Kind(
    "dataset",
    "a folder of files for Neo4j, which ends in / or exists",
    lambda text: text.endswith(("/", os.sep)) or os.path.isdir(text),  # noqa: PTH112 - refuses no text.
    "queries.stores.dataset.store:DatasetStore",
)
# It has to be planned, which is the work of the other package.
MODEL_FILE: Final = Kind(
    "model file",
    f"a model file, which ends in {', '.join(MODEL_SUFFIXES)}",
    lambda text: text.lower().endswith(MODEL_SUFFIXES),
    "exporter.model_store:ModelStore",
    is_loaded=False,
    takes_dask=True,
    takes_shapes=True,
)
MODEL_IN_MEMORY: Final = Kind(
    "model in memory",
    "a keras.Model, an onnx.ModelProto or a torch.nn.Module",
    lambda _: False,
    "exporter.model_store:ModelStore",
    is_loaded=False,
    takes_shapes=True,
    takes_examples=True,
)

KINDS: Final = (EMBEDDED, NEO4J, DATASET, MODEL_FILE)
