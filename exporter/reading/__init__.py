"""Open a model file as a list of layer calls: one folder a format."""
