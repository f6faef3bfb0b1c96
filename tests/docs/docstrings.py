"""The docstrings of methods that are declared: parameters, columns and an example of each.

They stand in the source, where editors and the site read them. What a declaration does not say is
written by hand: the summary, what follows it, other parameters, and what is raised.
"""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from queries.library.declaration import Declaration
from queries.library.exports import Export, exports
from queries.library.plots import Plot, plots
from queries.library.queries import Query, queries
from tests.docs.sample import ROOT
from tests.examples import example_values

_DRAWING: Final = ("at_input.py", "faithfulness.py", "plots.py")
"""Files of ``queries/plots/`` that have the methods."""

_WIDTH: Final = 100
_MARGIN: Final = 8
_SECTION: Final = re.compile(r"^(\w+)\n-{3,}\n", re.MULTILINE)
_ENTRY: Final = re.compile(r"^(?P<names>\S.*)\n(?P<text>(?:    .*\n|\n)*)", re.MULTILINE)
_MODEL: Final = "The model to ask about; needed where the graph holds more than one."
_NEURONS: Final = (
    'Neurons are a name such as ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column '
    "``id``, or a ``NeuronFilter``."
)
_INPUT: Final = (
    "An array of the shape (samples, ``*shape of the input``), or of the shape of the input; or a "
    'text, or several: the path of a PNG or JPEG, a path with rows as in ``"digits.npz:7"`` of a '
    '``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file, ``"keras:mnist:7"``, or numbers; or a '
    "dictionary of such by the names of inputs; or a ``ModelInput``, which says what is done to "
    "pixels as well."
)
_SORT: Final = (
    "The column by which the rows are sorted, or several; ``-`` before one means the largest "
    "first, as in ``{example}``. NaN and null come last. Equal rows, and all without it, come in "
    "the order that the notes say."
)
_LIMIT: Final = "How many rows to return, the first ones of that order (int, in rows, at least 1)."
_IN_STORE: Final = (
    "Let the store compute the answer, by the query's own Cypher statement, which ``statement`` "
    "returns."
)
_WRITE_PROPERTY: Final = (
    "Write the score, the column ``{score}``, to the neurons in the answer, as a property of this "
    "name; it takes the place of one of that name. Neurons without a number get none. ``limit`` "
    "leaves none out."
)
_SIZE: Final = "Width and height in pixels; by default 1280 and 800."
_INDEX: Final = "With write_property: make an index on it, which Neo4j has."


def _shared(declaration: Declaration) -> dict[str, str]:
    """Return what a parameter means that the declaration does not have."""
    if not isinstance(declaration, Query):
        return {"model": _MODEL}
    score = declaration.score
    return {
        "model": _MODEL,
        "sort": _SORT.format(example=_sort_of(declaration)),
        "limit": _LIMIT,
        "in_store": f"{_IN_STORE} {_stated(declaration)}".rstrip(),
        "write_property": _WRITE_PROPERTY.format(score=score),
        "index": _INDEX,
        "size": _SIZE,
    }


def _sort_of(query: Query) -> str:
    """Return a value of sort that makes sense for a query: its score, or its last number."""
    numbers = [each.name for each in query.columns if each.type in {"int", "float"}]
    return f'sort="-{query.score or numbers[-1]}"'


def _stated(query: Query) -> str:
    """Say which stores do not have a statement of a query, and why."""
    if query.not_stated:
        return f"This query has none: {query.not_stated}."
    if query.not_embedded:
        return f"Neo4j has it, the embedded store does not: {query.not_embedded}."
    return ""


_FILES: Final = {"export": '"part.graphml"', "export_circuit": '"circuit.json"'}


def docstrings() -> dict[Path, str]:
    """Return the text of each file with such methods, their docstrings renewed."""
    methods = {**queries(), **exports()}
    room = ROOT / "queries" / "methods"
    renewed = {path: _renewed(path, methods) for path in sorted(room.glob("*.py"))}
    drawing = [ROOT / "queries" / "plots" / name for name in _DRAWING]
    return {**renewed, **{path: _renewed(path, plots()) for path in drawing}}


def example_of(declaration: Declaration) -> str:
    """Return a line of Python that asks the example of a declaration, of a graph ``graph``."""
    of = "graph.plot" if isinstance(declaration, Plot) else "graph"
    arguments = [_FILES[declaration.name]] if declaration.name in _FILES else []
    by_place = True
    for parameter in declaration.parameters:
        # The others go by their names, as the signatures have it.
        by_place &= parameter.type == "neurons" or parameter.required
        if parameter.name in declaration.example:
            text = _python(parameter.name, declaration)
            arguments.append(text if by_place else f"{parameter.name}={text}")
        else:
            by_place = False
    return f"{of}.{declaration.name}({', '.join(arguments)})"


def _python(name: str, declaration: Declaration) -> str:
    """Return a value of the example as Python has it."""
    value = declaration.example[name]
    if not isinstance(value, str):
        return repr(value)
    if value.startswith("id:"):
        ids = example_values(declaration)[name].id
        return repr(range(ids.start, ids.stop)) if isinstance(ids, slice) else repr(ids)
    return json.dumps(value)


def _renewed(path: Path, named: Mapping[str, Declaration]) -> str:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    for method, literal in reversed(list(_methods(ast.parse(source)))):
        if method.name in named:
            text = _docstring(method, named[method.name])
            body = textwrap.indent(f'"""{text}\n"""\n', " " * _MARGIN)
            lines[literal.lineno - 1 : literal.end_lineno] = [body]
    return "".join(lines)


def _methods(module: ast.Module) -> Iterator[tuple[ast.FunctionDef, ast.Expr]]:
    """Yield each method with a docstring, and the docstring."""
    for node in module.body:
        for method in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(method, ast.FunctionDef) and ast.get_docstring(method):
                literal = method.body[0]
                assert isinstance(literal, ast.Expr)
                yield method, literal


def _docstring(method: ast.FunctionDef, declaration: Declaration) -> str:
    before, sections = _sections(ast.get_docstring(method) or "")
    own = {
        names: text
        for names, text in _ENTRY.findall(sections.get("Parameters", ""))
        if "," not in names
    }
    arguments = [each.arg for each in (*method.args.args, *method.args.kwonlyargs)][1:]
    parts = {
        "Parameters": "".join(_parameter(name, declaration, own) for name in arguments),
        "Returns": _returns(declaration) or sections.get("Returns", ""),
        "Raises": sections.get("Raises", ""),
        "Notes": _notes(declaration),
        "Examples": f">>> {example_of(declaration)}\n",
    }
    text = before.rstrip() + "\n"
    for title, part in parts.items():
        if part.strip():
            text += f"\n{title}\n{'-' * len(title)}\n{part.rstrip()}\n"
    return text.rstrip()


def _sections(text: str) -> tuple[str, dict[str, str]]:
    """Return what stands before all sections of a docstring, and the text of each."""
    before, *rest = _SECTION.split(inspect.cleandoc(text) + "\n")
    return before, dict(zip(rest[::2], rest[1::2], strict=True))


def _parameter(name: str, declaration: Declaration, own: Mapping[str, str]) -> str:
    declared = {each.name: each for each in declaration.parameters}
    if name in declared:
        neurons = f" {_NEURONS}" if declaration.neurons[:1] == [name] else ""
        given = f" {_INPUT}" if declaration.input == name else ""
        return f"{name}\n{_wrapped(_sentence(declared[name].meaning) + neurons + given, 4)}"
    shared = _shared(declaration)
    return f"{name}\n{_wrapped(shared[name], 4) if name in shared else own[name]}"


def _returns(declaration: Declaration) -> str:
    if isinstance(declaration, Export):
        return ""
    if isinstance(declaration, Query):
        columns = [
            f"- ``{each.name}`` ({each.kind}): {each.meaning}" for each in declaration.columns
        ]
        return "pandas.DataFrame\n    The columns:\n\n" + "".join(
            _wrapped(column, 4, hanging=2) for column in columns
        )
    return "Picture\n" + _wrapped("It shows itself in a notebook; ``save`` writes it to a file.", 4)


def _notes(declaration: Declaration) -> str:
    if not isinstance(declaration, Query):
        return ""
    notes = [f"Order of the rows: {declaration.order}."]
    notes += [f"Definition: {declaration.definition}."] if declaration.definition else []
    if declaration.not_finite:
        notes.append(f"Weights that are NaN or infinite: {declaration.not_finite}")
    return "\n".join(_wrapped(text, 0) for text in notes)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _wrapped(text: str, indent: int, hanging: int = 0) -> str:
    settings: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
    margin = " " * indent
    lines = textwrap.wrap(
        text,
        _WIDTH - _MARGIN,
        initial_indent=margin,
        subsequent_indent=margin + " " * hanging,
        **settings,
    )
    return "\n".join(lines) + "\n"
