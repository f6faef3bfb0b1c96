"""Stores that answer queries by Cypher, and what statements they let through."""
