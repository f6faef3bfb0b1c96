"""What is known of properties that were written: the columns of ``NeuronGraph.properties``."""

from typing import Final

from queries.library.declaration import Column

COLUMNS: Final = (
    Column("name", "text", "name of the property"),
    Column(
        "state",
        "text",
        "complete; unfinished, where a write or a removal runs or was interrupted",
    ),
    Column("index", "bool", "whether the store has an index on it"),
)
