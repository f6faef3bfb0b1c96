"""What a test needs to know of a running Neo4j server."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Neo4jServer:
    """
    A running Neo4j server.

    Attributes
    ----------
    uri
        Bolt address for the driver.
    version
        Version of the server, such as ``5.26.30``.
    username
        User to log in as, where there is a password.
    password
        Password of that user, or None where the server asks for none.
    home
        Folder of a server of this machine, else None.
    """

    uri: str
    version: str
    username: str = "neo4j"
    password: str | None = field(default=None, repr=False)
    home: Path | None = None

    @property
    def auth(self) -> tuple[str, str] | None:
        """What the driver takes as ``auth``."""
        return None if self.password is None else (self.username, self.password)
