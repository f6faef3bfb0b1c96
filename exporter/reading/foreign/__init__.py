"""Recognise, by their content, models of formats that are not read; say what exports them.

Nothing of a file is run: of a pickle only the names are read that it would import.
"""

from exporter.reading.foreign.recognition import foreign_text

__all__ = ["foreign_text"]
