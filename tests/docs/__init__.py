"""The parts of the documentation that are made from the code, and how they are made."""
