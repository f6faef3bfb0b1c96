/*
summary = "The share of all path weight, from inputs to outputs, that runs through each neuron."
theme = "centrality"
order = "by id"
score = "path_centrality"
definition = "sum over all paths through a neuron of the product of absolute weights, by the same sum over all paths; the path norm of Neyshabur et al. (2015), sec. 2, with exponent 1"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "Not defined, and an error that names the layers."
example = { neurons = "dense_0" }

[parameters]
neurons = { type = "neurons", help = "which neurons to return" }
by = { shared = true }
input = { shared = true, required = false }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
path_centrality = { type = "float", help = "the share, from 0 to 1; that of the neurons of a layer that all paths cross adds up to 1" }
*/
// The weights of all paths to a neuron and on from it, added up: as logarithms, since a product over
// many layers leaves the range of numbers. A neuron that no path with a weight reaches has none.
MATCH (l:Layer) WHERE l.model = $model
OPTIONAL MATCH (before:Layer)-[:NEXT]->(l) WHERE before.model = $model
WITH l, collect(before.name) AS feeding ORDER BY l.index
CALL (l, feeding) {
  OPTIONAL MATCH (s:Neuron) WHERE s.model = $model AND s.layer IN feeding
  WITH max(s._forward) AS scale
  MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
  OPTIONAL MATCH (n)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  WITH n, scale, sum(abs(r./*{ by }*/) * exp(s._forward - scale)) AS weight
  SET n._forward =
    CASE WHEN feeding = [] THEN 0.0 WHEN weight = 0 THEN null ELSE log(weight) + scale END
}
WITH count(*) AS layers
MATCH (l:Layer) WHERE l.model = $model
OPTIONAL MATCH (l)-[:NEXT]->(next:Layer) WHERE next.model = $model
WITH l, collect(next.name) AS fed ORDER BY l.index DESC
CALL (l, fed) {
  OPTIONAL MATCH (t:Neuron) WHERE t.model = $model AND t.layer IN fed
  WITH max(t._backward) AS scale
  MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
  OPTIONAL MATCH (n)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.model = $model
  WITH n, scale, sum(abs(r./*{ by }*/) * exp(t._backward - scale)) AS weight
  SET n._backward =
    CASE WHEN fed = [] THEN 0.0 WHEN weight = 0 THEN null ELSE log(weight) + scale END
}
WITH count(*) AS layers
MATCH (l:Layer)
WHERE l.model = $model AND NOT EXISTS { (l)-[:NEXT]->(next:Layer) WHERE next.model = $model }
MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
WITH max(n._forward) AS scale, collect(n._forward) AS ends
WITH scale + log(reduce(total = 0.0, path IN ends | total + exp(path - scale))) AS all_paths
MATCH (n:Neuron) WHERE n.model = $model
WITH n, coalesce(exp(n._forward + n._backward - all_paths), 0.0) AS path_centrality
REMOVE n._forward, n._backward
WITH n, path_centrality
WHERE true /*{ where("neurons", "n") }*/
RETURN n.id AS id, n.name AS name, n.layer AS layer, path_centrality
ORDER BY id
