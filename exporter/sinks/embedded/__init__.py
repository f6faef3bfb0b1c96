"""Write a model into the embedded store, as one LadybugDB file."""
