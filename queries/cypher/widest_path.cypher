/*
summary = "The path whose weakest relationship is strongest: its bottleneck."
theme = "path"
order = "by hop"
definition = "Pollack (1960), The maximum capacity through a network"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "Paths over NaN are left out; an infinite weight is wider than any other."
example = { source = "input_layer", target = "dense_1" }
main = ["name", "weight", "hop", "weakest"]

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { shared = true }

[columns]
hop = { type = "int", help = "position in the path, from 0" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
weight = { type = "float", unit = "units of the weights", help = "weight of the relationship into this neuron; null at hop 0" }
weakest = { type = "float", unit = "units of the weights", help = "the smallest absolute weight of the whole path" }
*/
// The width of a neuron: that of the widest path to it; a source has no bounds.
MATCH (n:Neuron) WHERE n.model = $model /*{ where("source", "n") }*/
SET n._width = Infinity
WITH count(*) AS sources
MATCH (l:Layer) WHERE l.model = $model
WITH l ORDER BY l.index
CALL (l) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = l.name AND t._width IS NULL
  // OPTIONAL, so that no planner begins at the other end.
  OPTIONAL MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  WITH t, abs(r./*{ by }*/) AS size, s._width AS width
  WITH t, max(CASE WHEN 0 < size <= width THEN size WHEN size > width THEN width END) AS width
  SET t._width = width
}
WITH count(*) AS layers
// What arrives at a target: it may itself be a source. The path is followed back, a hop at a time.
MATCH (m:Model) WHERE m.key = $model
CALL (m) {
  MATCH (t:Neuron) WHERE t.model = $model /*{ where("target", "t") }*/
  OPTIONAL MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  WITH t.id AS id, abs(r./*{ by }*/) AS size, s._width AS width
  WITH id, max(CASE WHEN 0 < size <= width THEN size WHEN size > width THEN width END) AS width
  WHERE width IS NOT NULL
  WITH id ORDER BY width DESC, id LIMIT 1
  WITH collect(id) AS ids
  SET m._ids = ids, m._weights = []
}
UNWIND range(1, layers) AS hop
CALL (m, hop) {
  WITH m._ids[0] AS begin
  MATCH (t:Neuron)<-[r:CONNECTS_TO]-(s:Neuron)
  WHERE t.model = $model AND t.id = begin AND s.model = $model
    AND (hop = 1 OR NOT coalesce(true /*{ where("source", "t") }*/, false))
  WITH s.id AS id, r./*{ by }*/ AS weight, s._width AS width
  WITH id, weight, abs(weight) AS size, width
  WITH id, weight, CASE WHEN 0 < size <= width THEN size WHEN size > width THEN width END AS width
  WHERE width IS NOT NULL
  WITH id, weight ORDER BY width DESC, id LIMIT 1
  SET m._ids = [id] + m._ids, m._weights = [toFloat(weight)] + m._weights
}
WITH m, count(*) AS hops
WITH m, m._ids AS ids, m._weights AS weights
REMOVE m._ids, m._weights
WITH ids, weights
CALL () {
  MATCH (n:Neuron) WHERE n.model = $model
  REMOVE n._width
}
UNWIND range(0, size(ids) - 1) AS hop
MATCH (n:Neuron) WHERE n.model = $model AND n.id = ids[hop]
RETURN hop, n.id AS id, n.name AS name, n.layer AS layer,
  CASE WHEN hop > 0 THEN weights[hop - 1] END AS weight,
  reduce(weakest = Infinity, weight IN weights |
    CASE WHEN abs(weight) < weakest THEN abs(weight) ELSE weakest END) AS weakest
ORDER BY hop
