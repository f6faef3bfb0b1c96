"""Modules of PyTorch: in memory where it is installed, and elsewhere the files that it wrote."""
