"""Stores that answer queries from blocks of columns, without Cypher."""

from queries.stores.blocks.base import Blocks, Columns
from queries.stores.blocks.neurons import flags
from queries.stores.blocks.store import BlockStore

__all__ = ["BlockStore", "Blocks", "Columns", "flags"]
