"""The page of ``neurongraph view``: a model from left to right, served to this machine alone."""
