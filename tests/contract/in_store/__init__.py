"""Each query's own statement, run in the store, answers what is computed from its columns."""
