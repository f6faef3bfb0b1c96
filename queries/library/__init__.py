"""What can be asked of a graph: one declaration of each query, plot and export."""
