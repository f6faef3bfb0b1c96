"""What a statement that only reads is made of, in the Cypher of each store.

All that is not listed is refused: what a later release brings reads nothing until it is listed.
"""

from dataclasses import dataclass
from typing import Final

from queries.stores.cypher.tokens import LADYBUG, NEO4J, Lexis


@dataclass(frozen=True)
class Dialect:
    """The Cypher of a store, as far as it reads. All words are in small letters.

    Parameters
    ----------
    lexis
        How a statement is divided into tokens.
    starts
        Words that a statement begins with.
    words
        Words that stand where a clause or an operator can: all others are refused there.
    others
        Words that stand there too, in statements that do more than read.
    reaching
        Words in a row that reach files, the network or what the server does, wherever they stand.
    procedures
        What CALL may run: it only reads what the database holds.
    functions
        Functions with a dot in their name that only compute; None where there are no others.
    """

    lexis: Lexis
    starts: frozenset[str]
    words: frozenset[str]
    others: frozenset[str]
    reaching: tuple[tuple[str, ...], ...]
    procedures: frozenset[str]
    functions: frozenset[str] | None


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STARTS: Final = _set("match optional unwind with return call")
_WORDS: Final = _STARTS | _set(
    """
    where order by asc ascending desc descending skip limit union all distinct yield as
    and or xor not in is null starts ends contains true false
    case when then else end
    hint join multi_join from headers
    """
)
_OTHERS: Final = _set(
    """
    create merge set delete detach remove foreach drop alter use load copy on
    begin commit rollback
    """
)
_TIMES: Final = "realtime statement transaction truncate"
_CLOCKS: Final = frozenset(
    f"{clock}.{name}"
    for clock in ("date", "time", "datetime", "localtime", "localdatetime")
    for name in _TIMES.split()
)

NEO4J_CYPHER: Final = Dialect(
    lexis=NEO4J,
    starts=_STARTS | _set("show filter let when finish"),
    words=_WORDS
    | _set(
        """
        csv fieldterminator offset filter let next finish group nulls first last search score
        using index scan seek text range point on
        any shortest path paths groups repeatable different element elements relationship
        relationships bindings walk trail simple acyclic shortestpath allshortestpaths
        typed normalized datetime time timezone zone without value integer
        """
    ),
    others=_OTHERS
    | _set(
        """
        insert nodetach using order limit offset skip grant deny revoke rename start stop terminate
        enable dryrun deallocate reallocate cordon uncordon
        concurrent transactions of rows row error continue break fail retry report status
        """
    ),
    reaching=(("load", "csv"), ("terminate", "transaction"), ("terminate", "transactions")),
    procedures=_set(
        """
        db.info db.labels db.ping db.propertyKeys db.relationshipTypes
        db.schema.nodeTypeProperties db.schema.relTypeProperties db.schema.visualization
        db.index.fulltext.listAvailableAnalyzers db.index.fulltext.queryNodes
        db.index.fulltext.queryRelationships db.index.vector.queryNodes
        db.index.vector.queryRelationships
        dbms.components dbms.info dbms.listCapabilities
        """
    ),
    functions=_CLOCKS
    | _set(
        """
        datetime.fromepoch datetime.fromepochmillis
        duration.between duration.inmonths duration.indays duration.inseconds
        point.distance point.withinbbox
        vector.similarity.cosine vector.similarity.euclidean
        coll.distinct coll.flatten coll.indexof coll.insert coll.max coll.min coll.remove coll.sort
        """
    ),
)

LADYBUG_CYPHER: Final = Dialect(
    lexis=LADYBUG,
    starts=_STARTS,
    words=_WORDS,
    others=_OTHERS
    | _set(
        """
        attach install uninstall update force import export comment checkpoint analyze
        extension macro project
        """
    ),
    reaching=(("load", "from"), ("load", "with", "headers")),
    procedures=_set(
        """
        show_tables show_functions show_indexes show_sequences show_macros show_graphs
        show_warnings show_connection show_attached_databases show_loaded_extensions
        show_official_extensions
        table_info db_version catalog_version storage_version storage_info stats_info bm_info
        file_info disk_info disk_size_info fsm_info current_setting
        """
    ),
    # A name of a function has no dot.
    functions=None,
)
