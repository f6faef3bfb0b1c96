"""The part of a graph of contributions that explains an answer."""
