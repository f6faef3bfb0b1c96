"""A graph in the embedded store: a folder of LadybugDB files."""
