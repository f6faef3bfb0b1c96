"""Refuse what would be built of a layer where memory does not hold it."""

from exporter.wiring.results import NotWirableError
from queries.core.memory import ID_BYTES, available_memory, fits_in_memory
from queries.core.text import size_text
from queries.core.wording import option


def require_room(ids: int, what: str) -> None:
    """Raise NotWirableError where so many ids do not fit into memory.

    Parameters
    ----------
    ids
        How many are built.
    what
        What of the layer needs them, for the message.
    """
    if not fits_in_memory(ids):
        raise NotWirableError(
            f"{what}: {ids:,} ids take {size_text(ids * ID_BYTES)} of memory, but only "
            f"{size_text(available_memory())} are free; save it for a shorter input, or give a "
            f"shorter one by {option('input_shape')} where its length is open in the file"
        )
