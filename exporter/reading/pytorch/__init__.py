"""Open modules of PyTorch in memory: PyTorch itself exports them to ONNX."""
