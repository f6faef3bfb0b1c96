"""A model at an input: an affine map that says what it said there, and what made it say so."""
