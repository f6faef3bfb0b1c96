"""No text that may be an address is repeated, since it may hold a password."""

import os
import traceback
from collections.abc import Callable
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from exporter import drop, load, verify
from exporter.cli import app
from exporter.parallel.address import check_address
from queries import NeuronGraph
from queries.errors import ParameterError
from queries.stores.kinds import DATASET, EMBEDDED, MODEL_FILE, NEO4J
from queries.stores.location import locate

SECRET = "s3cretPhrase"
_MODEL = Path("samples/digits.keras").absolute()

NEARLY = {
    "usual": "bolt://u:{}@h:7687",
    "no user": "bolt://:{}@h",
    "a token": "neo4j+s://{}@h.example",
    "one slash": "bolt:/u:{}@h",
    "no slash": "bolt:u:{}@h",
    "three slashes": "bolt:///u:{}@h",
    "only slashes": "//u:{}@h:7687/",
    "backslashes": "bolt:\\\\u:{}@h",
    "slash behind": "bolt://u:{}@h/",
    "one slash, slash behind": "bolt:/u:{}@h/",
    "slash in it": "bolt://u:a/{}@h",
    "question in it": "bolt://u:a?{}@h",
    "hash in it": "bolt://u:a#{}@h",
    "at sign in it": "bolt://u:a@{}@h",
    "as port": "bolt://u:{}",
    "behind a port": "bolt://h:7687{}",
    "query": "bolt://h:7687?password={}",
    "path and query": "bolt://h:7687/?password={}",
    "fragment": "bolt://h#{}",
    "path": "bolt://h/{}",
    "encoded at sign": "bolt://u:{}%40h",
    "encoded": "bolt%3A%2F%2Fu%3A{}%40h/",
    "encoded twice": "u%253A{}%2540h/",
    "wide at sign": "bolt://u:{}\uff20h",
    "wide colon": "bolt\uff1a//u\uff1a{}\uff20h/",
    "small at sign": "u{}\ufe6bh/",
    "ssc": "bolt+ssc://u:{}@h",
    "neo4j": "neo4j://u:{}@h",
    "large letters": "BOLT://u:{}@h",
    "http": "http://u:{}@h:7474",
    "scheme": "{}://h",
    "no scheme": "u:{}@h:7687",
    "no scheme, slash behind": "u:{}@h:7687/",
    "no scheme, path": "u:{}@h.lbug",
    "no scheme, model": "u:{}@h.keras",
    "spaces": " bolt://u:{}@h",
    "spaces within": "bolt://u:a {}@h",
    "lines": "bolt://u:{}@h\n",
    "zero": "bolt://u:{}@h\0",
    "unicode": "bolt://é:{}\u2603@hôst",
    "surrogate": "bolt://u:{}\udcff@h",
    "brackets": "bolt://u:{}@[::1]:7687",
    "open bracket": "bolt://[u:{}@h",
    "no ipv6": "bolt://[{}]:7687",
    "zone": "bolt://[fe80::1%25{}]",
    "long label": "bolt://u:{}@" + "h" * 300,
    "long": "bolt://u:{}@h/" + "x" * 10_000,
    "a path in front": "./bolt://u:{}@h/",
}

USES: dict[str, Callable[[str], object]] = {
    "NeuronGraph": NeuronGraph,
    "load": lambda graph: load("missing.keras", graph),
    "verify": lambda graph: verify(_MODEL, graph),
    "drop": lambda graph: drop("digits", graph),
    "dask": check_address,
}

COMMANDS = (
    ("models",),
    ("query", "katz"),
    ("query", "katz", "--dask", "local"),
    ("cypher", "RETURN 1"),
    ("cypher", "RETURN 1", "--write", "--yes"),
    ("load", "missing.keras"),
    ("load", "missing.keras", "--dask", "local"),
    ("drop", "digits", "--yes"),
    ("plot", "adjacency", "-o", "picture.html"),
    ("export", "-o", "graph.dot"),
    ("view", "--no-open"),
    ("browser",),
)

ELSEWHERE = (
    ("--log-level", "{}", "models"),
    ("--{}", "models"),
    ("inspect", "{model}", "-o", "{}"),
    ("load", "{model}", "-g", "new.lbug", "-n", "{}\x07"),
    ("load", "{model}", "-g", "new.lbug", "-n", "{}~new"),
    ("load", "{model}", "-g", "new.lbug", "--from-layer", "{}"),
    ("verify", "{model}", "-g", "{graph}", "-n", "{}"),
    ("verify", "{model}", "-g", "{graph}", "-o", "{}"),
    ("check", "{}", "-g", "{graph}"),
    ("check", "-g", "{graph}", "-o", "{}"),
    ("drop", "{}", "-g", "{graph}", "--yes"),
    ("history", "{}", "-g", "{graph}"),
    ("models", "-g", "{graph}", "-o", "{}"),
    ("query", "katz", "{}", "-g", "{graph}"),
    ("query", "katz", "{}=1", "-g", "{graph}"),
    ("query", "katz", "-g", "{graph}", "-m", "{}"),
    ("query", "edges", "-g", "{graph}", "target={}"),
    ("query", "edges", "-g", "{graph}", "min_weight={}"),
    ("query", "edges", "-g", "{graph}", "by={}"),
    ("cypher", "{}", "-g", "{graph}"),
    ("cypher", "{}", "-g", "{graph}", "--write", "--yes"),
    ("cypher", "RETURN 1", "{}", "-g", "{graph}"),
    ("cypher", "RETURN 1", "-g", "{graph}", "-m", "{}"),
    ("plot", "adjacency", "-g", "{graph}", "-o", "{}"),
    ("plot", "adjacency", "-g", "{graph}", "{}"),
    ("export", "-g", "{graph}", "-o", "{}"),
    ("export", "-g", "{graph}", "-o", "a.dot", "k={}"),
    ("view", "{}", "-g", "{graph}", "--no-open"),
    ("browser", "-g", "bolt://127.0.0.1:1", "--favourites", "{}"),
)
"""Where something else is meant, and somebody may still write the address."""

_SAMPLE = [NEARLY[kind] for kind in ("usual", "one slash, slash behind", "query")]
_SETTINGS = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a small graph."""
    path = tmp_path_factory.mktemp("addresses") / "g.lbug"
    load(_MODEL, path, granularity="layer")
    return path


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEURONGRAPH_GRAPH", raising=False)


def shows(text: str) -> bool:
    """Tell whether a text has the secret in it, be it broken into lines."""
    return SECRET.casefold() in "".join(text.split()).casefold()


class TestNearlyAddresses:
    @pytest.mark.parametrize("use", USES.values(), ids=USES)
    @pytest.mark.parametrize("text", NEARLY.values(), ids=NEARLY)
    def test_are_refused_and_not_repeated(self, text: str, use: Callable[[str], object]) -> None:
        with pytest.raises(ParameterError) as caught:
            use(text.format(SECRET))
        assert not shows("".join(traceback.format_exception(caught.value)))
        assert caught.value.__context__ is None
        assert list(Path().iterdir()) == []

    @pytest.mark.parametrize(
        ("text", "command"),
        [*((text, COMMANDS[0]) for text in NEARLY.values()), *product(_SAMPLE, COMMANDS[1:])],
    )
    def test_are_refused_by_commands(self, text: str, command: tuple[str, ...]) -> None:
        words = [*command, "--log-level", "debug", "--graph", text.format(SECRET)]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 1
        assert done.stderr.startswith("Error: --graph: ")
        assert not shows(done.output)
        assert list(Path().iterdir()) == []

    @pytest.mark.parametrize("text", NEARLY.values(), ids=NEARLY)
    def test_are_refused_in_the_environment(
        self, text: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if "\0" in text:
            return
        monkeypatch.setenv("NEURONGRAPH_GRAPH", text.format(SECRET))
        done = CliRunner().invoke(app, ["models"])
        assert done.exit_code == 1
        assert not shows(done.output)
        with pytest.raises(ParameterError) as caught:
            NeuronGraph()
        assert not shows(str(caught.value))

    @pytest.mark.parametrize(
        "words", [["models"], ["query"], ["plot"], ["inspect"], ["load"], ["load", str(_MODEL)], []]
    )
    def test_are_not_repeated_where_none_is_taken(self, words: list[str]) -> None:
        done = CliRunner().invoke(app, [*words, "bolt://u:" + SECRET + "@h"])
        assert done.exit_code in {1, 2}
        assert not shows(done.output)

    @pytest.mark.parametrize("words", ELSEWHERE, ids=" ".join)
    @pytest.mark.parametrize("kind", ["usual", "one slash", "as port", "encoded", "wide at sign"])
    def test_are_not_repeated_where_something_else_is_meant(
        self, kind: str, words: tuple[str, ...], graph: Path
    ) -> None:
        text = NEARLY[kind].format(SECRET)
        given = [word.format(text, model=_MODEL, graph=graph) for word in words]
        done = CliRunner().invoke(app, given)
        assert isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code in {1, 2}
        assert not shows(done.output)

    def test_names_and_paths_are_repeated(self, graph: Path) -> None:
        done = CliRunner().invoke(app, ["query", "edges", "target=convv", "-g", str(graph)])
        assert "'convv'" in done.stderr
        done = CliRunner().invoke(app, ["models", "-g", str(graph), "-o", "./no/a:b.csv"])
        assert "cannot write no/a:b.csv" in done.stderr

    @pytest.mark.parametrize("text", NEARLY.values(), ids=NEARLY)
    def test_are_refused_as_a_path(self, text: str) -> None:
        with pytest.raises(ParameterError) as caught:
            locate(Path(text.format(SECRET)))
        assert not shows(str(caught.value))

    @pytest.mark.parametrize("text", NEARLY.values(), ids=NEARLY)
    def test_of_a_scheduler_are_refused(self, text: str) -> None:
        text = text.replace("bolt", "tls").format(SECRET)
        done = CliRunner().invoke(app, ["load", str(_MODEL), "-g", "files/", "--dask", text])
        assert done.exit_code == 1
        assert done.stderr.startswith("Error: --dask: ")
        assert not shows(done.output)


SECRETS = st.sampled_from([SECRET, quote(SECRET[:3]) + SECRET[3:], SECRET.upper()])
PIECES = st.one_of(
    SECRETS,
    st.sampled_from(
        [
            *("bolt", "neo4j", "+s", "http", "u", "h", "7687", "password", "=", "&", "xn--"),
            *(
                "://",
                ":",
                "/",
                "//",
                "\\",
                "?",
                "#",
                "@",
                "%40",
                "%3A",
                "%2540",
                "\uff20",
                "\uff1a",
            ),
            *("[", "]", "::1", " ", "\t", "\n", "\0", "\udcff", ".lbug", ".keras", "./", "~", ".."),
        ]
    ),
    st.text(max_size=3),
)
ADDRESS_SIGNS = st.sampled_from([":", "@", "?", "#", "%40", "\uff20", "://"])


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """Draw a text with the secret and a sign of an address in it."""
    pieces = draw(st.lists(PIECES, max_size=8))
    for needed in (draw(SECRETS), draw(ADDRESS_SIGNS)):
        pieces.insert(draw(st.integers(0, len(pieces))), needed)
    return "".join(pieces)


class TestAnyText:
    @_SETTINGS
    @given(text=nearly())
    def test_is_an_address_a_path_or_not_repeated(self, text: str) -> None:
        try:
            found = locate(text)
        except ParameterError as error:
            assert not shows("".join(traceback.format_exception(error)))  # noqa: PT017
            return
        if found.kind is NEO4J:
            scheme, _, rest = text.partition("://")
            assert scheme.startswith(("bolt", "neo4j"))
            # A host is not known to be a password.
            assert not set("@?#%\\ \n") & set(rest)
            assert "/" not in rest.removesuffix("/")
        else:
            assert text.startswith(("./", "../", "/"))
            assert "://" not in text

    @_SETTINGS
    @given(text=nearly(), command=st.sampled_from(COMMANDS))
    def test_is_not_repeated_by_commands(self, text: str, command: tuple[str, ...]) -> None:
        try:
            locate(text)
        except ParameterError:
            done = CliRunner().invoke(app, [*command, "--graph", text])
            assert done.exit_code == 1
            assert done.stderr.startswith(("Error: graph", "Error: --graph"))
            assert not shows(done.output)

    @_SETTINGS
    @given(text=st.one_of(nearly(), st.text(), st.binary()))
    def test_is_known_or_refused(self, text: str | bytes) -> None:
        try:
            locate(text)
        except ParameterError:
            return


class TestAddresses:
    @pytest.mark.parametrize(
        "text",
        [
            "bolt://localhost",
            "bolt://localhost/",
            "bolt://localhost:7687",
            "bolt://10.0.0.1:7687/",
            "neo4j+s://1a2b3c4d.databases.neo4j.io",
            "neo4j+ssc://db_1.internal.:65535",
            "bolt+s://[::1]:7687",
            "bolt://[2001:db8::1]",
            "bolt://xn--hst-sna.example:1",
        ],
    )
    def test_are_known(self, text: str) -> None:
        assert locate(text).kind is NEO4J
        assert locate(text).text == text

    @pytest.mark.parametrize(
        "text",
        [
            *("bolt://", "bolt:///", "bolt://:7687", "bolt://h:", "bolt://h:0", "bolt://h:65536"),
            *("bolt://h:port", "bolt://h:7687:1", "bolt://[::1", "bolt://[1.2.3.4]", "bolt://[]"),
            *("bolt://a..b", "bolt://.", "bolt://-a", "bolt://a-", "bolt://" + "a" * 64),
            *("bolt://" + "a.b" * 99, "bolt://hôst", "bolt://h//", "bolt://h/path", "ftp://h"),
            *("bolt://h\n", " bolt://h", "bolt://h:٣", "bolt://[::1%eth0]"),
        ],
    )
    def test_that_are_malformed_are_refused(self, text: str) -> None:
        with pytest.raises(ParameterError, match="no address of a Neo4j server") as caught:
            locate(text)
        assert caught.value.__context__ is None


class TestPaths:
    def test_with_signs_of_an_address_are_taken_where_they_are_plainly_paths(
        self, tmp_path: Path
    ) -> None:
        for text in ("./a:b@c.lbug", "../a:b.lbug", f"{tmp_path}/2026-11-28T10:00.lbug"):
            assert locate(text).kind is EMBEDDED
        Path("model@2.keras").touch()
        assert locate("model@2.keras").kind is MODEL_FILE
        Path("a:b").mkdir()
        assert locate("a:b").kind is DATASET

    def test_that_are_no_graph_are_repeated(self) -> None:
        with pytest.raises(ParameterError, match=r"graph 'digits\.lbg' is neither a path"):
            locate("digits.lbg")

    def test_of_bytes_are_decoded(self) -> None:
        assert locate(os.fsencode("g.lbug")).text == "g.lbug"

    def test_of_another_kind_are_refused(self) -> None:
        with pytest.raises(ParameterError, match="7 is neither a path nor an address"):
            locate(7)
