/*
summary = "PageRank over absolute weights, exact: one pass a layer."
theme = "centrality"
order = "by id"
score = "pagerank"
definition = "Page et al. (1999); networkx.pagerank: teleport and dangling neurons spread evenly"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "Not defined, and an error that names the layers."
example = { neurons = "dense_1" }

[parameters]
neurons = { type = "neurons", help = "which neurons to return" }
alpha = { type = "float", default = 0.85, least = 0, help = "damping: the share that goes on along relationships" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
pagerank = { type = "float", help = "PageRank; that of all neurons adds up to 1" }
*/
// A neuron divides its score among what it feeds, by their weights: _share is what goes on for each
// unit of weight. What begins anew, and what neurons without a way on pass back, is spread evenly,
// so that it scales all scores alike.
MATCH (l:Layer) WHERE l.model = $model
WITH l ORDER BY l.index
CALL (l) {
  MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
  OPTIONAL MATCH (n)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  WITH n, 1 + $alpha * sum(abs(r./*{ by }*/) * s._share) AS score
  OPTIONAL MATCH (n)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.model = $model
  WITH n, score, sum(abs(r./*{ by }*/)) AS strength
  SET n._pagerank = score, n._share = CASE WHEN strength > 0 THEN score / strength ELSE 0.0 END
}
WITH count(*) AS layers
MATCH (n:Neuron) WHERE n.model = $model
WITH sum(n._pagerank) AS total
MATCH (n:Neuron) WHERE n.model = $model
WITH n, n._pagerank / total AS pagerank
REMOVE n._pagerank, n._share
WITH n, pagerank
WHERE true /*{ where("neurons", "n") }*/
RETURN n.id AS id, n.name AS name, n.layer AS layer, pagerank
ORDER BY id
