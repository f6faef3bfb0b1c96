"""Which statements only read what the graph holds."""

import re
from collections.abc import Iterator
from pathlib import Path

import ladybug
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.browser import questions
from queries.core.wording import shell_wording
from queries.errors import CypherError
from queries.library.queries import queries
from queries.stores.cypher.dialects import LADYBUG_CYPHER, NEO4J_CYPHER, Dialect
from queries.stores.cypher.read_only import only_statement, refuse_effects
from tests import attacks

BOTH = [
    "RETURN 'LOAD FROM x; CREATE (n)' AS text",
    'RETURN "it\'s CALL x.y()" AS text',
    "RETURN 1 AS `LOAD CSV FROM`",
    "RETURN 1 // LOAD FROM 'x'",
    "RETURN /* CREATE (n); */ 1",
    "MATCH (n) WHERE n.load = 1 AND n.call > n.set RETURN n.load, n.call AS x, n.create",
    "MATCH (n:Load {set: 1, create: $load})-[r:CALL|CREATE]->(m:Set) RETURN n",
    "MATCH (load:Neuron) RETURN load.load AS load, load.id AS set ORDER BY load DESC LIMIT 3",
    "WITH 1 AS call, 2 AS load RETURN call, load",
    "WITH 1 AS as RETURN as",
    "UNWIND [1, 2] AS copy RETURN sum(copy) AS create",
    "MATCH (n) WITH n.load AS load WITH load MATCH (m) RETURN m, load",
    "MATCH (n) WHERE n.call IN (n.list) RETURN n",
    "match (n) optional match (n)-->(m) with *, 2 * 3 as x return distinct x skip 1 limit 2",
    "MATCH (n) RETURN CASE WHEN n.x IS NOT NULL THEN 1 ELSE 2 END AS x UNION ALL RETURN 3 AS x",
    "MATCH (n) WHERE n.name STARTS WITH 'a' OR NOT n.name ENDS WITH 'b' RETURN n;",
    "MATCH (n) WHERE EXISTS { MATCH (n)-->(m) } RETURN COUNT { MATCH (n)-->() } AS x",
    "MATCH p = (a)-[:CONNECTS_TO*1..3]->(b) RETURN [x IN nodes(p) | x.name] AS names",
    "RETURN all(x IN [1] WHERE x > 0) AS x, 1.5e-3 + .5 AS y, {load: 1, call: 2} AS z",
    "EXPLAIN MATCH (n) RETURN n",
    "PROFILE MATCH (n) RETURN n",
]
NEO4J_ALONE = [
    "SHOW INDEXES",
    "SHOW ALL FUNCTIONS EXECUTABLE BY CURRENT USER YIELD name WHERE name CONTAINS '.' RETURN name",
    "SHOW TRANSACTIONS YIELD transactionId AS id RETURN id",
    "CALL db.labels",
    "CALL db . labels() YIELD label AS load RETURN load",
    "MATCH (n) CALL db.index.fulltext.queryNodes('i', 'x') YIELD node, score RETURN node, score",
    "MATCH (n) CALL (n) { MATCH (n)-->(m) RETURN m LIMIT 1 } RETURN n, m",
    "MATCH (n) OPTIONAL CALL (n) { RETURN 1 AS set } RETURN set",
    "CALL { WITH 1 AS x RETURN x } RETURN x",
    "CYPHER 25 runtime=slotted MATCH (n) FILTER n.x > 1 LET y = n.x RETURN y NEXT RETURN y",
    "CYPHER 25 WHEN true THEN RETURN 1 AS x ELSE RETURN 2 AS x",
    "MATCH p = SHORTEST 3 PATH GROUPS (a)-[*1..2]->(b) RETURN p",
    "MATCH (n:A) USING TEXT INDEX n:A(x) WHERE n.x IS :: STRING NOT NULL RETURN n {.load, call: 1}",
    "RETURN date.truncate('day', date()), DateTime.FromEpoch(1, 2), trim(BOTH 'x' FROM 'axa')",
    'RETURN \'a\\u0027 + "LOAD CSV" AS x',
    "RETURN '\\\\u0027 LOAD CSV' AS x",
    "RETURN reduce(s = [], x IN [1] | s + COLLECT { MATCH (n) RETURN n.x }) AS x",
    "MATCH (n) FINISH",
]
LADYBUG_ALONE = [
    "CALL show_tables() RETURN *",
    "CALL TABLE_INFO('Neuron') WHERE name = 'load' RETURN name",
    "UNWIND [1] AS x CALL `show_tables`() RETURN name, x",
    "CALL show_tables() YIELD id AS load, name AS n, type, `database name` AS d, comment RETURN n",
    "MATCH (a)-[e:CONNECTS_TO* ALL SHORTEST 1..3]->(b) RETURN b",
    "MATCH (a)-[e:CONNECTS_TO*1..3 (r, n | WHERE r.weight > 1 | {r.weight}, {n.id})]->(b) RETURN b",
    "MATCH (a)-[e]->(b) WHERE a.id = 1 HINT (a JOIN e) JOIN b RETURN b",
    "RETURN list_transform([1, 2], load -> load + 1) AS x",
    "EXPLAIN LOGICAL MATCH (n) RETURN n",
]
DIALECTS = {"neo4j": NEO4J_CYPHER, "ladybug": LADYBUG_CYPHER}
HARMLESS = [
    *(("neo4j", text) for text in [*BOTH, *NEO4J_ALONE]),
    *(("ladybug", text) for text in [*BOTH, *LADYBUG_ALONE]),
]
HARMFUL = [
    *(("neo4j", *each) for each in attacks.attacks(attacks.NEO4J)),
    *(("ladybug", *each) for each in attacks.attacks(attacks.LADYBUG)),
]


def is_refused(statement: str, dialect: Dialect, *allow: str) -> bool:
    try:
        refuse_effects(statement, dialect, allow)
    except CypherError:
        return True
    return False


@pytest.mark.parametrize(("name", "statement"), HARMLESS)
def test_lets_through_what_reads(name: str, statement: str) -> None:
    refuse_effects(statement, DIALECTS[name])


@pytest.mark.parametrize(("name", "kind", "statement"), HARMFUL)
def test_refuses(name: str, kind: str, statement: str) -> None:
    assert is_refused(statement, DIALECTS[name]), kind


def test_lets_through_what_the_library_itself_says() -> None:
    # Others have parts that are filled in.
    whole = [each.body for each in queries().values() if not re.search(r"//%|/\*\{", each.body)]
    for text in filter(str.strip, whole):
        refuse_effects(text, NEO4J_CYPHER)
        refuse_effects(text, LADYBUG_CYPHER)
    for question in (
        questions.models(),
        questions.layers("load"),
        questions.strongest_inputs("key", "call[0]"),
        questions.field_picture("key", "set"),
        questions.paths("key", ["create"], ["delete"]),
        questions.written("it's"),
        questions.largest("key", "remove"),
    ):
        refuse_effects(question.cypher, NEO4J_CYPHER)


@pytest.mark.parametrize(
    ("statement", "dialect", "says"),
    [
        ("UNWIND [1] AS x LOAD FROM 'x' RETURN x", LADYBUG_CYPHER, "LOAD FROM .* --allow LOAD$"),
        ("LOAD CSV FROM 'x' AS r RETURN r", NEO4J_CYPHER, "LOAD CSV .*--allow LOAD$"),
        ("CALL db.clearQueryCaches()", NEO4J_CYPHER, "--allow db.clearQueryCaches$"),
        ("RETURN apoc.x.y(1)", NEO4J_CYPHER, "apoc.x.y .* function .*--allow apoc.x.y$"),
        ("CALL threads = 1", LADYBUG_CYPHER, "CALL threads = changes a setting; .*--write"),
        ("MATCH (n) SET n.x = 1", NEO4J_CYPHER, "^SET is not .*back-ticks; .*--write"),
        ("COPY x TO 'x'", LADYBUG_CYPHER, "begins with 'COPY' .* CALL, MATCH, .*--write"),
        ("RETURN 'x", NEO4J_CYPHER, "text in quotes that does not end"),
        ("RETURN `x", NEO4J_CYPHER, "name in back-ticks that does not end"),
        ("RETURN /* x", LADYBUG_CYPHER, "comment that does not end"),
        ("RETURN \\u00x", NEO4J_CYPHER, "four hexadecimal digits"),
        ("EXPLAIN", NEO4J_CYPHER, "is empty"),
        (" /* x */ ;", LADYBUG_CYPHER, "is empty"),
        ("RETURN 1; RETURN 2", NEO4J_CYPHER, "one statement at a time"),
    ],
)
def test_says_which_word_and_what_to_do(statement: str, dialect: Dialect, says: str) -> None:
    with shell_wording(), pytest.raises(CypherError, match=re.compile(says)):
        refuse_effects(statement, dialect)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("MTCH (n) RETURN n", "line 1, column 1: 'MTCH' begins no .* did you mean 'MATCH'"),
        ("CRATE (n)", "line 1, column 1: 'CRATE' .* did you mean 'CREATE'"),
        ("WHERE true RETURN 1", "line 1, column 1: 'WHERE' begins no statement"),
        ("(n) RETURN n", r"line 1, column 1: '\(' begins no statement"),
        ("EXPLAIN MTCH (n) RETURN n", "line 1, column 9: 'MTCH' .* did you mean 'MATCH'"),
        ("// a\nMATCH (n)\n  RETRUN n", "line 3, column 3: 'RETRUN' .* did you mean 'RETURN'"),
        ("MATCH (n) RETURN n LIMITT 3", "column 20: 'LIMITT' .* did you mean 'LIMIT'"),
        ("MATCH (n) WHERE n.x > 1 ORDR BY n", "column 25: 'ORDR' .* did you mean 'ORDER'"),
        ("RETURN 1\nAS 'x", "line 2, column 4: .* text in quotes that does not end"),
    ],
)
def test_a_misspelt_word_is_no_write(statement: str, dialect: Dialect, says: str) -> None:
    with shell_wording(), pytest.raises(CypherError, match=says) as caught:
        refuse_effects(statement, dialect)
    assert "--write" not in str(caught.value)
    assert "cannot be parsed: line" in str(caught.value) or "does not end" in says


@pytest.mark.parametrize(
    ("statement", "dialect", "says"),
    [
        ("UNWIND [1] AS x LOAD FROM 'x' RETURN x", LADYBUG_CYPHER, r"LOAD FROM .*allow=\['LOAD'\]"),
        ("LOAD CSV FROM 'x' AS r RETURN r", NEO4J_CYPHER, r"LOAD CSV .*allow=\['LOAD'\]"),
        ("RETURN apoc.x.y(1)", NEO4J_CYPHER, r"function .*allow=\['apoc.x.y'\]"),
        ("MATCH (n) SET n.x = 1", NEO4J_CYPHER, r"back-ticks; .*graph\.write"),
    ],
)
def test_speaks_python_in_python(statement: str, dialect: Dialect, says: str) -> None:
    with pytest.raises(CypherError, match=says):
        refuse_effects(statement, dialect)


@pytest.mark.parametrize(
    ("statement", "dialect", "name"),
    [
        ("UNWIND [1] AS x LOAD FROM 'x' RETURN x", LADYBUG_CYPHER, "load"),
        ("LOAD WITH HEADERS (a STRING) FROM 'x' RETURN a", LADYBUG_CYPHER, "LOAD"),
        ("LOAD CSV WITH HEADERS FROM 'x' AS r FIELDTERMINATOR ';' RETURN r", NEO4J_CYPHER, "LOAD"),
        ("CALL dbms.listConnections()", NEO4J_CYPHER, "dbms.listConnections"),
        ("RETURN apoc.util.md5(['x']) AS x", NEO4J_CYPHER, "apoc.util.md5"),
        ("CALL project_graph('g', ['N'], [])", LADYBUG_CYPHER, "project_graph"),
    ],
)
def test_lets_through_what_is_named(statement: str, dialect: Dialect, name: str) -> None:
    assert is_refused(statement, dialect)
    assert is_refused(statement, dialect, "another")
    refuse_effects(statement, dialect, [name])


@pytest.mark.parametrize(
    ("statement", "dialect"),
    [
        ("MATCH (n) SET n.x = 1", NEO4J_CYPHER),
        ("CHECKPOINT", LADYBUG_CYPHER),
        ("TERMINATE TRANSACTION 'x'", NEO4J_CYPHER),
        ("RETURN 1; RETURN 2", NEO4J_CYPHER),
        ("EXPORT DATABASE 'x'", LADYBUG_CYPHER),
    ],
)
def test_some_cannot_be_named(statement: str, dialect: Dialect) -> None:
    assert is_refused(
        statement, dialect, statement, statement.split(" ", maxsplit=1)[0], "SET", "n"
    )


def test_a_long_statement_is_judged_too() -> None:
    refuse_effects(f"RETURN {' + '.join(['1'] * 20_000)} AS x", NEO4J_CYPHER)
    assert is_refused(f"WITH 1 AS {'as ' * 20_000} SET x", NEO4J_CYPHER)
    assert is_refused("RETURN " + "(" * 20_000 + "LOAD CSV", NEO4J_CYPHER)


def cased(text: str) -> st.SearchStrategy[str]:
    """Write letters small or large."""
    return st.tuples(*(st.sampled_from([sign.lower(), sign.upper()]) for sign in text)).map("".join)


def escaped(text: str) -> st.SearchStrategy[str]:
    """Write some signs as Neo4j's escapes."""
    return st.tuples(
        *(
            st.sampled_from([sign, sign, f"\\u{ord(sign):04x}", f"\\u{ord(sign):04X}"])
            for sign in text
        )
    ).map("".join)


INSIDE = st.text("ab */'`\"\u00e9-[](){}.", max_size=8).map(lambda text: text.replace("*/", ""))
GAPS = st.one_of(
    st.sampled_from([" ", "\n", "\t", "\r\n", "\u00a0", "\u2003", "\u3000", "\x1c"]),
    INSIDE.filter(lambda text: "*" not in text).map(lambda text: f" /*{text}*/ "),
    INSIDE.map(lambda text: f" //{text}\n"),
)
BEFORE = st.sampled_from(
    [
        "UNWIND [1] AS x",
        "WITH 'it\\'s' AS x",
        'WITH "a\'b" AS x',
        "WITH 'LOAD' AS `a``b`",
        "WITH 1 AS load",
        "WITH 1 AS as",
        "WITH [1.5, {a: 'x'}] AS x",
        "MATCH (n {x: '\\\\'})",
        "MATCH (n) WHERE n.load = n.call WITH *",
    ]
)


@st.composite
def obfuscated(draw: st.DrawFn, words: str, *, escapes: bool) -> str:
    """Write a clause behind another one with what is between words changed."""
    parts = [draw(cased(word)) for word in words.split()]
    if escapes:
        parts = [draw(escaped(part)) for part in parts]
    gaps = [draw(GAPS) for _ in parts]
    clause = "".join(gap + part for gap, part in zip(gaps, parts, strict=True))
    return draw(BEFORE) + clause


@given(st.sampled_from(["LOAD CSV", "TERMINATE TRANSACTIONS", "SET", "CREATE", "USE"]), st.data())
def test_no_writing_hides_a_clause_of_neo4j(words: str, data: st.DataObject) -> None:
    clause = data.draw(obfuscated(words, escapes=True))
    assert is_refused(f"{clause} FROM 'x' AS row RETURN row", NEO4J_CYPHER)


@given(obfuscated("LOAD FROM", escapes=False))
def test_no_writing_hides_a_clause_of_ladybugdb(clause: str) -> None:
    assert is_refused(f"{clause} 'x' RETURN *", LADYBUG_CYPHER)


@given(obfuscated("CALL", escapes=True), GAPS, GAPS, escaped("clearQueryCaches"), st.booleans())
def test_no_writing_hides_a_procedure(
    call: str, before: str, after: str, name: str, quoted: bool
) -> None:
    name = f"`{name}`" if quoted else name
    assert is_refused(f"{call} db{before}.{after}{name}()", NEO4J_CYPHER)


@given(st.text(), st.sampled_from(["'{}'", '"{}"', "`{}`", "n.`{}`", "/*{}*/ 1"]), st.booleans())
def test_what_is_quoted_is_no_clause(text: str, quoting: str, first: bool) -> None:
    dialect = NEO4J_CYPHER if first else LADYBUG_CYPHER
    quoted = text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"').replace("*", "")
    quoted = quoted.replace("`", "``")
    if quoting.startswith(("`", "n")) or "/*" in quoting:
        # Neither a name nor a comment has escapes.
        quoted = text.replace("`", "``").replace("*", "").replace("\\", "")
    refuse_effects(f"MATCH (n) RETURN {quoting.format(quoted)} AS x", dialect)


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ladybug.Connection, Path]]:
    """Give LadybugDB itself, and a file that nobody may read."""
    file = tmp_path_factory.mktemp("canary") / "secret.csv"
    file.write_text("canary\n")
    with ladybug.Database(":memory:") as database, ladybug.Connection(database) as connection:
        yield connection, file


def test_the_attacks_are_real(canary: tuple[ladybug.Connection, Path]) -> None:
    connection, file = canary
    connection.execute("CREATE NODE TABLE Neuron(id INT64, name STRING, PRIMARY KEY(id))")
    connection.execute("CREATE (:Neuron {id: 1, name: 'a'})")
    reading = attacks.LADYBUG["reading files and addresses"]
    read = []
    # LadybugDB itself ends by a signal where a CALL reads a file.
    for statement in (each for each in reading if "CALL" not in each and "frame" not in each):
        try:
            found = connection.execute(statement.replace("{}", str(file)))
        except RuntimeError:
            continue
        if isinstance(found, ladybug.QueryResult) and "canary" in str(found.get_all()):
            read.append(statement)
    assert len(read) >= 20, read


SPOILING = [
    *("/*", "*/", "**", "/", "*", "//", "\n", "\r", "'", '"', "`", "\\", "''", " ", "1", ".", "x"),
    *(" as", " AS x ", "LOAD FROM ", " RETURN 1 ", "WITH 1 AS x ", "\\'", '\\"', "$", "\u00a0"),
]
PIECES = st.lists(st.sampled_from(SPOILING), max_size=8).map("".join)


@given(PIECES, PIECES, PIECES)
def test_what_ladybugdb_reads_is_refused(
    canary: tuple[ladybug.Connection, Path], before: str, between: str, after: str
) -> None:
    connection, file = canary
    for statement in (
        f"UNWIND [1] AS x {before}LOAD{between} FROM '{file}' RETURN *{after}",
        f"UNWIND [1{before}] AS x{between} LOAD FROM '{file}' RETURN *{after}",
        f"RETURN '{before}' AS column0 UNION ALL {between}LOAD FROM '{file}' RETURN column0{after}",
    ):
        try:
            result = connection.execute(statement)
        except RuntimeError:
            continue
        results = result if isinstance(result, list) else [result]
        if any("canary" in str(each.get_all()) for each in results):
            assert is_refused(statement, LADYBUG_CYPHER), statement


def test_a_statement_that_may_write_is_one_alone() -> None:
    only_statement("CREATE (n {text: 'a;b'}) // ;\n;", NEO4J_CYPHER.lexis)
    with pytest.raises(CypherError, match="one statement"):
        only_statement("CREATE (n) \\u003b MATCH (n) DETACH DELETE n", NEO4J_CYPHER.lexis)


@pytest.mark.parametrize("dialect", [NEO4J_CYPHER, LADYBUG_CYPHER], ids=["neo4j", "ladybug"])
@pytest.mark.parametrize("text", ["RETURN '\udcff'", "RETURN 1 //\udcff", "RETURN 1 AS `\ud800`"])
def test_a_statement_that_utf_8_cannot_hold_is_refused(dialect: Dialect, text: str) -> None:
    with pytest.raises(CypherError, match="no UTF-8"):
        only_statement(text, dialect.lexis)


@pytest.mark.parametrize("dialect", [NEO4J_CYPHER, LADYBUG_CYPHER], ids=["neo4j", "ladybug"])
@pytest.mark.parametrize(
    "text",
    [
        "MATCH(n{name:'a@b://'})RETURN n",
        "//see:http://a.example\nRETURN 1",
        "RETURN[1]",
        "RETURN 'bolt://u:p@h' AS a",
    ],
)
def test_a_statement_with_signs_of_an_address_in_it_is_one(dialect: Dialect, text: str) -> None:
    refuse_effects(text, dialect)
