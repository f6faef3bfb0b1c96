"""Say on the page what went wrong."""

from html import escape

from queries.core.log import logger
from queries.errors import NeurongraphError


def format_error(error: BaseException) -> str:
    """Return an error as HTML; what nobody foresaw is logged as well."""
    if not isinstance(error, NeurongraphError):
        logger.error("the page could not be drawn", exc_info=error)
    return f"<p class='problem' role='alert'>{escape(str(error) or repr(error))}</p>"
