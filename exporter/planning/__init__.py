"""Plan a load: which layers make neurons, and how their relationships are built."""
