"""What the processes of a load tell a user: how many they are, and where Dask's dashboard is."""

from typing import Final

from queries.log import logger

notices: Final = logger.getChild("dask")
