"""Open the files that Keras has saved, of any version."""
