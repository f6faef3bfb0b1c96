"""What a page shows of a model at an input."""
