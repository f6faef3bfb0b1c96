"""The mathematics of the queries: operators on scores, and what is computed by them."""
