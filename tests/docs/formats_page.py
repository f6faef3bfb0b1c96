"""The tables of operations in the page about ONNX files, made from the registry of handlers."""

from exporter.wiring.handlers import handled_by_onnx
from exporter.wiring.onnx.unwirable import UNWIRABLE
from tests.docs.markdown import between, table


def formats_page(text: str) -> str:
    """Return the page with what is wired and what is not.

    Parameters
    ----------
    text
        The page as it stands.
    """
    by_handler: dict[tuple[str, str], list[str]] = {}
    handlers = {name: how for name, how in handled_by_onnx().items() if name != "Input"}
    for name, handler in handlers.items():
        file = handler.__module__.replace(".", "/") + ".py"
        does = (handler.__doc__ or "").strip().splitlines()[0]
        by_handler.setdefault((file, does), []).append(f"`{name}`")
    wired = sorted((file, ", ".join(names), does) for (file, does), names in by_handler.items())
    reasons = [(why, ", ".join(f"`{name}`" for name in names)) for why, names in UNWIRABLE.items()]
    head = ["operations", "what the handler does", "wired in"]
    operations = table(head, [(names, does, f"`{file}`") for file, names, does in wired])
    refused = between(text, "unwirable", table(["reason", "operations"], reasons))
    return between(refused, "operations", operations)
