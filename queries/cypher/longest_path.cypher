/*
summary = "The path of the largest sum of weights; it may begin and end anywhere."
theme = "path"
order = "by hop"
definition = "networkx.dag_longest_path"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "Paths over NaN, or over minus infinity, are left out; an infinite sum is longer than any other."
main = ["name", "weight", "hop"]

[parameters]
weights = { choices = ["absolute", "signed"], default = "signed", help = "what is added up: |weight|, or weight" }
by = { shared = true }

[columns]
hop = { type = "int", help = "position in the path, from 0" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
weight = { type = "float", unit = "units of the weights", help = "weight of the relationship into this neuron; null at hop 0" }
length = { type = "float", unit = "units of the weights", help = "the sum up to here" }
*/
//% set length = "abs(r." ~ by ~ ")" if weights == "absolute" else "r." ~ by
// The largest sum that arrives at a neuron, where it is above 0: else a path may as well begin
// there. Infinity counts more than all that is finite, so that sums with it still compare.
MATCH (l:Layer) WHERE l.model = $model
WITH l ORDER BY l.index
CALL (l) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = l.name
  // OPTIONAL, so that no planner begins at the other end.
  OPTIONAL MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  WITH t, /*{ length }*/ AS length, coalesce(s._longest, 0.0) AS before
  WITH t, before,
    CASE WHEN abs(length) < Infinity THEN length WHEN length > 0 THEN 1e300 END AS more
  WITH t, max(before + more) AS longest
  WHERE longest > 0
  SET t._longest = longest
}
WITH count(*) AS layers
// The path is followed back from its end, a hop at a time.
MATCH (m:Model) WHERE m.key = $model
CALL (m) {
  MATCH (n:Neuron) WHERE n.model = $model AND n._longest IS NOT NULL
  WITH n ORDER BY n._longest DESC, n.id LIMIT 1
  WITH collect(n.id) AS ids
  SET m._ids = ids, m._weights = [], m._lengths = []
}
UNWIND range(1, layers) AS hop
CALL (m) {
  WITH m._ids[0] AS begin
  MATCH (t:Neuron)<-[r:CONNECTS_TO]-(s:Neuron)
  WHERE t.model = $model AND t.id = begin AND t._longest IS NOT NULL AND s.model = $model
  WITH s.id AS id, r./*{ by }*/ AS weight, /*{ length }*/ AS length,
    coalesce(s._longest, 0.0) AS before
  WITH id, weight, length,
    before + CASE WHEN abs(length) < Infinity THEN length WHEN length > 0 THEN 1e300 END AS longest
  WHERE longest IS NOT NULL
  WITH id, weight, length ORDER BY longest DESC, id LIMIT 1
  SET m._ids = [id] + m._ids, m._weights = [toFloat(weight)] + m._weights,
      m._lengths = [toFloat(length)] + m._lengths
}
WITH m, count(*) AS hops
WITH m, m._ids AS ids, m._weights AS weights, m._lengths AS lengths
REMOVE m._ids, m._weights, m._lengths
WITH ids, weights, lengths
CALL () {
  MATCH (n:Neuron) WHERE n.model = $model
  REMOVE n._longest
}
UNWIND range(0, size(ids) - 1) AS hop
MATCH (n:Neuron) WHERE n.model = $model AND n.id = ids[hop]
RETURN hop, n.id AS id, n.name AS name, n.layer AS layer,
  CASE WHEN hop > 0 THEN weights[hop - 1] END AS weight,
  reduce(total = 0.0, length IN lengths[..hop] | total + length) AS length
ORDER BY hop
