"""Help for Neo4j Browser: a style sheet, a guide made from the models, favourites, a server."""
