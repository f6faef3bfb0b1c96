"""Do all that needs no model file to be opened, and try what does; a program, run by itself.

It imports neurongraph alone, so that it runs where the test tools are not installed. In its folder
are ``digits.lbug``, ``both.lbug``, ``repeat.lbug``, ``files/`` and the model files that its
arguments name, before modules that it is to hide. It prints JSON.
"""

import json
import pkgutil
import sys
from http.cookiejar import CookieJar
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any, Final
from urllib.request import HTTPCookieProcessor, build_opener

from queries.core.packages import OPENING

_PACKAGES: Final = ("exporter", "neurongraph", "queries")
_OPENS: Final = (
    ["inspect", "MODEL"],
    ["load", "MODEL", "--graph", "new.lbug"],
    ["load", "MODEL", "--graph", "digits.lbug", "--name", "digits", "--replace"],
    ["verify", "MODEL", "--graph", "digits.lbug", "--name", "digits"],
    ["query", "katz", "--graph", "MODEL"],
)


def main() -> None:
    """Print what failed, what each command that opens a model said, and what was imported."""
    models = [word for word in sys.argv[1:] if Path(word).suffix]
    loaded: dict[str, Any] = sys.modules  # None in it hides a module.
    loaded.update(dict.fromkeys(set(sys.argv[1:]).difference(models)))
    refused = [
        _run(*(each.replace("MODEL", model) for each in words))
        for model in models
        for words in _OPENS
    ]
    answered = [_run(*words) for words in [*_asked(), *_changed()]]
    found = {
        "answered": len(answered),
        "failed": [each for each in answered if each["exit_code"]],
        "refused": refused,
        "page": _page(),
        "modules": len(_imported()),
        "opening": [name for name in OPENING if loaded.get(name)],
    }
    sys.stdout.write(json.dumps(found))


def _run(*words: str) -> dict[str, Any]:
    from typer.testing import CliRunner

    from exporter.cli import app

    done = CliRunner().invoke(app, words)
    return {"words": words, "exit_code": done.exit_code, "said": done.stderr or str(done.exception)}


def _asked() -> list[list[str]]:
    """Return commands that only read: every query, plot and export, on every kind of file."""
    from queries.commands.description import example_words
    from queries.library.exports import exports
    from queries.library.plots import plots
    from queries.library.queries import queries

    both = ["--graph", "both.lbug", "--model", "rounded"]
    repeat = ["--graph", "repeat.lbug"]
    part = example_words(exports()["export"])
    return [
        ["--help"],
        ["versions"],
        ["models", "--graph", "digits.lbug"],
        ["check", "--graph", "digits.lbug"],
        ["cypher", "--graph", "digits.lbug", "MATCH (n:Neuron) RETURN count(n)"],
        *(
            [
                "query",
                each.name,
                *(repeat if each.theme == "attention" else both),
                *example_words(each),
            ]
            for each in queries().values()
            if not each.of_records
        ),
        *(
            [
                "plot",
                each.name,
                *(repeat if each.name == "attention" else both),
                *example_words(each),
                "--output",
                f"{each.name}.html",
            ]
            for each in plots().values()
        ),
        *(["export", *both, *part, "--output", f"part{suffix}"] for suffix in (".graphml", ".dot")),
        ["query", "katz", "--graph", "files/"],
        ["query", "strength", "--graph", "files/", "--format", "parquet", "--output", "a.parquet"],
    ]


def _changed() -> list[list[str]]:
    """Return commands that write, the last of which removes a model."""
    graph = ["--graph", "digits.lbug"]
    return [
        ["query", "katz", *graph, "--write-property", "katz"],
        ["properties", *graph, "--remove", "katz"],
        ["drop", "digits", "--graph", "both.lbug", "--yes"],
    ]


def _page() -> int:
    """Return how long the page of ``neurongraph view`` is, saved as a file."""
    from queries.viewer.server import Viewer

    with Viewer("digits.lbug") as viewer:
        Thread(target=viewer.serve, daemon=True).start()
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        browser.open(viewer.address).close()
        with browser.open(f"http://127.0.0.1:{viewer.port}/view.html") as page:
            return len(page.read())


def _imported() -> list[str]:
    """Import every module of ours, and return their names."""
    # Dask is an extra.
    left_out = {f"{package}.__main__" for package in _PACKAGES}
    if find_spec("distributed") is None:
        left_out.add("exporter.parallel.cluster")
    names = [
        each.name
        for package in _PACKAGES
        for each in pkgutil.walk_packages(import_module(package).__path__, f"{package}.")
        if each.name not in left_out
    ]
    return [import_module(name).__name__ for name in names]


if __name__ == "__main__":
    main()
