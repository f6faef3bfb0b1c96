/*
summary = "From the nearest source to each target: how many hops, and how small a sum of absolute weights."
theme = "path"
order = "by id"
score = "length"
definition = "Dijkstra (1959); networkx.multi_source_dijkstra_path_length"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "The smallest sum leaves paths over NaN out, and is infinite where every other path has an infinite weight; the fewest hops take all paths."
example = { source = "input_layer", target = "dense_1" }
main = ["name", "hops", "length"]

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the target" }
name = { type = "text", help = "name of the target" }
layer = { type = "text", help = "name of the layer" }
hops = { type = "int?", help = "the fewest relationships; null without a path" }
length = { type = "float", unit = "units of the weights", help = "the smallest sum of absolute weights, perhaps over other neurons; null without a path" }
*/
MATCH (n:Neuron) WHERE n.model = $model /*{ where("source", "n") }*/
SET n._hops = 0, n._length = 0.0
WITH count(*) AS sources
MATCH (l:Layer) WHERE l.model = $model
WITH l ORDER BY l.index
CALL (l) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = l.name AND t._hops IS NULL
  // OPTIONAL, so that no planner begins at the other end.
  OPTIONAL MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  // NaN counts more than any number, so that it is left where each path has it.
  WITH t, min(s._hops) + 1 AS hops, min(s._length + abs(r./*{ by }*/)) AS length
  SET t._hops = hops, t._length = length
}
WITH count(*) AS layers
MATCH (n:Neuron) WHERE n.model = $model /*{ where("target", "n") }*/
WITH n, n._hops AS hops, n._length AS length
WITH collect({n: n, hops: hops, length: length}) AS targets
CALL () {
  MATCH (n:Neuron) WHERE n.model = $model
  REMOVE n._hops, n._length
}
UNWIND targets AS target
WITH target.n AS n, target.hops AS hops, target.length AS length
RETURN n.id AS id, n.name AS name, n.layer AS layer, hops, length
ORDER BY id
