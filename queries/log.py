"""The one logger of both packages."""

import logging
from typing import Final

logger: Final = logging.getLogger("neurongraph")
# Who uses the library says where its records go; the command line does so in queries.terminal.
logger.addHandler(logging.NullHandler())
