"""Write a dataset by many processes: those of Dask, or local ones."""
