"""Pages from a template, in which no value becomes markup."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template


def page(name: str, **values: Any) -> str:
    """Fill a template of this package.

    Parameters
    ----------
    name
        Its file.
    **values
        What stands in it; each value is escaped.
    """
    return _template(name).render(values)


@cache
def _template(name: str) -> "Template":
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    def finalized(value: Any) -> Any:
        return value if hasattr(value, "__html__") else Markup(escaped(str(value)))  # noqa: S704

    environment = Environment(undefined=StrictUndefined, autoescape=True, finalize=finalized)
    text = (files("queries") / "browser" / name).read_text(encoding="utf-8")
    return environment.from_string(text)


def escaped(text: str) -> str:
    """Return a text as HTML that shows it, whatever is in it.

    Browser edits a guide by patterns before it shows it: what looks like ``onload=...`` in a text
    would be gone. So all signs but letters and digits are written as numbers.

    Parameters
    ----------
    text
        Any text.
    """
    return "".join(sign if sign.isalnum() else f"&#{ord(sign)};" for sign in text)
