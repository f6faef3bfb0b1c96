"""The one logger of both packages."""

import logging
from typing import Final

logger: Final = logging.getLogger("neurongraph")
# Who uses the library says where its records go; the command line does so in
# queries.commands.terminal.
logger.addHandler(logging.NullHandler())

notices: Final = logger.getChild("dask")
"""What a user is told of the processes that do a load or a pass: how many, and a dashboard."""
