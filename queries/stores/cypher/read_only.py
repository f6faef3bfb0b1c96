"""Let only statements that read what the graph holds through to a store.

A store opened for reading guards its graph, and no more. LadybugDB still lets a statement read
and write other files (LOAD FROM, COPY TO, EXPORT), change settings, or leave a checkpoint that
ends all reading. A Neo4j session for reading still lets the server read files and addresses
(LOAD CSV), end transactions and connections, and drop what it has cached.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from queries.core.address import holds_login
from queries.core.wording import worded
from queries.errors import CypherError, meant
from queries.stores.cypher.dialects import Dialect
from queries.stores.cypher.tokens import Lexis, Token, place_text, tokens

_PREFIXES: Final = frozenset({"explain", "profile", "logical"})
_BEGIN: Final = re.compile(r"\s*([^\s/'\"(){}][^\s'\"(){}]*)")
_ENDING: Final = frozenset({"end", "null", "true", "false", "asc", "ascending", "desc"})
_ALLOWED: Final = frozenset({"load"})
"""Words that may be allowed; what they begin reads, though not the graph."""


class _Effect(NamedTuple):
    """What of a statement may do more than read.

    Parameters
    ----------
    reason
        What it is.
    name
        By what it can be allowed; empty where it cannot.
    """

    reason: str
    name: str = ""


class _Mistake(NamedTuple):
    """A word that no statement of Cypher has in its place.

    Parameters
    ----------
    token
        The word.
    reason
        What is wrong with it.
    words
        Those of which one may have been meant.
    """

    token: Token
    reason: str
    words: frozenset[str]


def to_write() -> str:
    """Say what to do where reading is not enough."""
    return f"to write, say {worded('cypher --write', 'graph.write')}"


def only_statement(cypher: str, lexis: Lexis) -> list[Token]:
    """Return the tokens of a text that is one statement.

    Raises
    ------
    CypherError
        If the text is empty, more than one statement, perhaps an address, or cannot be divided.
    """
    begin = _BEGIN.match(cypher)
    if begin is not None and holds_login(begin[1]):
        raise CypherError(
            "the statement begins with what may be an address; the address of a server is given "
            "as the graph"
        )
    statement = tokens(cypher, lexis)
    if statement and statement[-1].is_sign(";"):
        statement.pop()
    if not statement:
        raise CypherError("the statement is empty")
    if any(token.is_sign(";") for token in statement):
        raise CypherError("give one statement at a time")
    return statement


def refuse_effects(cypher: str, dialect: Dialect, allow: Collection[str] = ()) -> None:
    """Raise CypherError unless the text is one statement that only reads what the graph holds.

    A word that is none of Cypher's is told from one that writes.

    Parameters
    ----------
    cypher
        The statement.
    dialect
        The Cypher of the store that is to run it.
    allow
        Procedures and functions that may run all the same, and LOAD where files may be read.
    """
    statement = _without_prefixes(only_statement(cypher, dialect.lexis))
    allowed = frozenset(name.casefold() for name in allow)
    for found in _effects(statement, dialect, allowed & _ALLOWED):
        if isinstance(found, _Mistake):
            raise _syntax_error(cypher, found)
        reason, name = found
        if not name:
            raise CypherError(f"{reason}; {to_write()}")
        if name.casefold() not in allowed:
            raise CypherError(
                f"{reason}; to run it all the same, say "
                f"{worded(f'cypher --allow {name}', f'allow=[{name!r}]')}"
            )


def _syntax_error(cypher: str, mistake: _Mistake) -> CypherError:
    token, reason, words = mistake
    where = place_text(cypher, token.start)
    alike = meant(token.word, map(str.upper, sorted(words)))
    return CypherError(f"the statement cannot be parsed: {where}: {token.text!r} {reason}{alike}")


def _without_prefixes(statement: list[Token]) -> list[Token]:
    """Leave out what says how a statement is run: EXPLAIN, PROFILE, CYPHER 25 runtime=slotted."""
    at = 0
    while at < len(statement):
        if statement[at].word == "cypher":
            at += 2 if statement[at + 1 : at + 2] and statement[at + 1].kind == "value" else 1
            while at + 2 < len(statement) and statement[at].word and statement[at + 1].is_sign("="):
                at += 3
        elif statement[at].word in _PREFIXES:
            at += 1
        else:
            return statement[at:]
    raise CypherError("the statement is empty")


def _effects(
    statement: Sequence[Token], dialect: Dialect, words: frozenset[str]
) -> Iterator[_Effect | _Mistake]:
    """Return what may do more than read, and words that are wrong."""
    yield from _reaching(statement, dialect)
    yield from _start(statement, dialect.starts | words, dialect.others)
    yield from _called(statement, dialect)
    yield from _clauses(statement, dialect.words | words, dialect.others)


def _reaching(statement: Sequence[Token], dialect: Dialect) -> Iterator[_Effect]:
    for at, token in enumerate(statement):
        for words in dialect.reaching:
            if token.word == words[0] and _words(statement, at, len(words)) == words:
                name = words[0].upper() if words[0] in _ALLOWED else ""
                reason = f"{' '.join(words).upper()} reaches what is not in the graph"
                yield _Effect(reason, name)
        ends_call = at > 1 and statement[at - 1].word == "in" and statement[at - 2].is_sign("}")
        if token.word == "transactions" and ends_call:
            yield _Effect("IN TRANSACTIONS is for statements that write")


def _start(
    statement: Sequence[Token], starts: frozenset[str], others: frozenset[str]
) -> Iterator[_Effect | _Mistake]:
    first, begin = statement[0], ", ".join(sorted(starts)).upper()
    if first.word in others - starts:
        reason = f"a statement that begins with {first.text!r} is not known to be one that only"
        yield _Effect(f"{reason} reads; those begin with {begin}")
    elif first.word not in starts and not first.is_sign("{"):
        reason = f"begins no statement; those that only read begin with {begin}"
        yield _Mistake(first, reason, starts | others)
    elif first.word == "call" and _opens(statement, 2 * len(_chain(statement, 1)), "="):
        yield _Effect(f"CALL {statement[1].text} = changes a setting")


def _called(statement: Sequence[Token], dialect: Dialect) -> Iterator[_Effect]:
    """Return procedures and functions that are not known to read alone."""
    at = 0
    while at < len(statement):
        calls = statement[at].word == "call" and not _is_property(statement, at)
        chain = _chain(statement, at + calls)
        end = at + calls + 2 * len(chain) - 1
        runs = _opens(statement, end, "(")
        if not chain or (calls and not _is_callee(chain, dialect, runs=runs)):
            # A variable may be named call, and what follows it may be a CALL.
            at += 1
            continue
        name = ".".join(token.text for token in chain)
        if calls and not _is_listed(name, dialect):
            yield _Effect(f"{name} is not known to be a procedure that only reads", name)
        elif not calls and len(chain) > 1 and runs and not _computes(name, dialect):
            yield _Effect(f"{name} is not known to be a function that only computes", name)
        at = end


def _is_listed(name: str, dialect: Dialect) -> bool:
    """Tell whether a procedure is known; LadybugDB takes its names in any case."""
    return (name.casefold() if dialect.functions is None else name) in dialect.procedures


def _computes(name: str, dialect: Dialect) -> bool:
    """Tell whether a function with dots in its name is known; case does not count."""
    return dialect.functions is None or name.casefold() in dialect.functions


def _is_callee(chain: Sequence[Token], dialect: Dialect, *, runs: bool) -> bool:
    """Tell whether a name after a CALL is that of a procedure, and not the next clause."""
    return len(chain) > 1 or (runs and chain[0].word not in dialect.words)


def _clauses(
    statement: Sequence[Token], words: frozenset[str], others: frozenset[str]
) -> Iterator[_Effect | _Mistake]:
    """Return words that stand where a clause begins, and are not known to begin one that reads."""
    open_signs: list[str] = []
    operand, alias, listing = False, False, statement[0].word == "show"
    for at, token in enumerate(statement):
        if token.kind == "sign":
            if token.text in "([{":
                open_signs.append(token.text)
            elif token.text in ")]}" and open_signs:
                open_signs.pop()
            # A star that multiplies follows an operand, and one for all variables does not.
            operand, alias = token.text in ")]}" or (token.text == "*" and not operand), False
            continue
        is_word = token.word in words
        is_name = alias or token.kind == "name" or _is_name(statement, at, after_operand=operand)
        listing = listing and token.word not in {"yield", "where", "return"}
        inside = bool(open_signs) and open_signs[-1] != "{"
        clause = operand or _is_before_clause(statement, at)
        if at and token.word and clause and not (is_name or is_word or listing or inside):
            name = "; if it is a name of yours, put it into back-ticks"
            if token.word in others:
                reason = "is not among the words of a statement that only reads"
                yield _Effect(f"{token.text.upper()} {reason}{name}")
            else:
                yield _Mistake(token, f"is no word that can stand there{name}", words | others)
        operand = token.kind == "value" or is_name or not is_word or token.word in _ENDING
        alias = token.word == "as" and not is_name


def _is_name(statement: Sequence[Token], at: int, *, after_operand: bool) -> bool:
    """Tell whether a word is a name by what stands before and after it."""
    if at + 1 < len(statement) and statement[at + 1].is_sign(":") and not after_operand:
        return True
    return at > 0 and (statement[at - 1].is_sign(":", "$") or _is_property(statement, at))


def _is_property(statement: Sequence[Token], at: int) -> bool:
    """Tell whether a word follows the dot of what is no number."""
    return at > 1 and statement[at - 1].is_sign(".") and statement[at - 2].kind != "value"


def _is_before_clause(statement: Sequence[Token], at: int) -> bool:
    """Tell whether what stands before a word has a clause after it: UNION, NEXT, or a brace."""
    before = statement[at - 1].word
    if before in {"all", "distinct"} and at > 1:
        return statement[at - 2].word == "union"
    if statement[at - 1].is_sign("{"):
        after = statement[at + 1] if at + 1 < len(statement) else None
        return after is not None and (after.kind != "sign" or after.is_sign("(", "{"))
    return before in {"union", "next"}


def _chain(statement: Sequence[Token], at: int) -> list[Token]:
    """Return the parts of a name with dots that begins somewhere; none where there is no name."""
    if at >= len(statement) or statement[at].kind not in {"word", "name"}:
        return []
    parts = [statement[at]]
    while at + 2 < len(statement) and statement[at + 1].is_sign("."):
        if statement[at + 2].kind not in {"word", "name"}:
            break
        parts.append(statement[at + 2])
        at += 2
    return parts


def _opens(statement: Sequence[Token], at: int, signs: str) -> bool:
    return at < len(statement) and statement[at].is_sign(*signs)


def _words(statement: Sequence[Token], at: int, number: int) -> tuple[str, ...]:
    return tuple(token.word for token in statement[at : at + number])
