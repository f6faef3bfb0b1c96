"""A dataset: a folder of files that ``neo4j-admin`` imports, with a subfolder for each model.

A note in the subfolder has the properties of the model, its state among them. A complete model has
a list of its files as well, against which they are held when they are read.
"""

from queries.stores.dataset.notes import (
    HEADING,
    NOTE,
    README,
    REMOVED_SUFFIX,
    complete_notes,
    file_format_of,
    is_dataset,
    model_note,
    model_notes,
    note_text,
    number_of,
)

__all__ = [
    "HEADING",
    "NOTE",
    "README",
    "REMOVED_SUFFIX",
    "complete_notes",
    "file_format_of",
    "is_dataset",
    "model_note",
    "model_notes",
    "note_text",
    "number_of",
]
