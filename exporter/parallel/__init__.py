"""Write a dataset, or pass over a model, by many processes: those of Dask, or local ones."""
