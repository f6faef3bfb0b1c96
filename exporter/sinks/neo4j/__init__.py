"""Write a model into Neo4j over Bolt."""
