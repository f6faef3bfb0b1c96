"""Write a model as files that ``neo4j-admin database import full`` reads."""
