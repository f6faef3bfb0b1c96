"""Keras models exported to ONNX once, beside what builds them: the other witness of a graph."""
