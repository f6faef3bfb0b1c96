"""Open ONNX files: the graph as layer calls, and onnxruntime as what runs it."""
