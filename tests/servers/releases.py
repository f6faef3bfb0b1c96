"""The Neo4j releases that the tests run on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Release:
    """
    What it takes to run a release without Docker.

    Attributes
    ----------
    java
        Oldest major version of Java that runs it.
    main
        Main class of the community server.
    """

    java: int
    main: str


LTS = "5.26.30"
NEWEST = "2026.08.1"

RELEASES = {
    LTS: Release(17, "org.neo4j.server.CommunityEntryPoint"),
    NEWEST: Release(21, "org.neo4j.server.Neo4jCommunity"),
}
