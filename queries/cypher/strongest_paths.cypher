/*
summary = "The k strongest paths between neurons, by the product of absolute weights; exact."
theme = "path"
order = "by path, then by hop"
definition = "best completion from each neuron by one pass a layer, then best-first search with it as the bound"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "Paths over NaN are left out. Infinite strengths come first: those of more infinite weights, then by the product of the other weights."
example = { source = "input_layer", target = "dense_1", k = 5 }
main = ["path", "name", "weight", "strength"]

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
k = { type = "int", default = 10, least = 1, unit = "paths", help = "how many paths" }
distinct = { choices = ["path", "channel", "target"], default = "path", help = "path: all paths; channel: the strongest over each chain of channels alone; target: the strongest to each target alone", not_stated = { channel = "it searches chains best first until k are whole, and Cypher has no loop that ends by a condition" } }
by = { shared = true }
input = { shared = true, required = false }

[columns]
path = { type = "int", help = "rank of the path, from 1" }
strength = { type = "float", unit = "products of weights", help = "product of the absolute weights along the path" }
sign = { type = "int", help = "sign of the product of the weights: 1 or -1" }
hop = { type = "int", help = "position in the path, from 0" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
weight = { type = "float", unit = "units of the weights", help = "weight of the relationship into this neuron; null at hop 0" }
*/
//% if distinct == "target"
// From the inputs on: the best logarithm of a product of a path to a neuron, over a relationship at
// least, and in `_best` also over none. That of infinity stands above all others.
MATCH (n:Neuron) WHERE n.model = $model /*{ where("source", "n") }*/
SET n._best = 0.0
WITH count(*) AS sources
MATCH (l:Layer) WHERE l.model = $model
WITH l ORDER BY l.index
CALL (l) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = l.name
  // OPTIONAL, so that no planner begins at the other end.
  OPTIONAL MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  WITH t, abs(r./*{ by }*/) AS size, s._best AS best
  WITH t, CASE WHEN 0 < size < Infinity THEN log(size) WHEN size > 0 THEN 2.0 ^ 30 END AS more, best
  WITH t, max(more + best) AS arriving
  WHERE arriving IS NOT NULL
  SET t._arriving = arriving,
      t._best = CASE WHEN t._best > arriving THEN t._best ELSE arriving END
}
WITH count(*) AS layers
CALL () {
  MATCH (t:Neuron) WHERE t.model = $model AND t._arriving IS NOT NULL /*{ where("target", "t") }*/
  WITH t ORDER BY t._arriving DESC, t.id LIMIT $k
  SET t._ids = [t.id], t._weights = [1.0]
  RETURN collect(t) AS goals
}
// Each path is followed back, a hop at a time, to where a source has no better one to it.
CALL (goals, layers) {
  UNWIND range(0, size(goals) - 1) AS rank
  UNWIND range(1, layers) AS hop
  WITH rank, goals[rank] AS goal, hop
  CALL (goal, hop) {
    WITH goal._ids[0] AS begin
    MATCH (t:Neuron)<-[r:CONNECTS_TO]-(s:Neuron)
    WHERE t.model = $model AND t.id = begin AND s.model = $model AND (hop = 1 OR t._arriving > 0
      OR NOT coalesce(true /*{ where("source", "t") }*/, false))
    WITH s.id AS id, toFloat(r./*{ by }*/) AS weight, s._best AS best
    WITH id, weight, abs(weight) AS size, best
    WITH id, weight,
      CASE WHEN 0 < size < Infinity THEN log(size) WHEN size > 0 THEN 2.0 ^ 30 END + best AS score
    WHERE score IS NOT NULL
    WITH id, weight ORDER BY score DESC, id LIMIT 1
    SET goal._ids = [id] + goal._ids, goal._weights = [1.0, weight] + goal._weights[1..]
  }
  WITH rank, goal, count(*) AS hops ORDER BY rank
  RETURN collect({ids: goal._ids, weights: goal._weights}) AS paths
}
CALL () {
  MATCH (n:Neuron) WHERE n.model = $model
  REMOVE n._best, n._arriving, n._ids, n._weights
}
UNWIND range(0, size(paths) - 1) AS rank
WITH rank + 1 AS path, paths[rank].ids AS ids, paths[rank].weights AS weights
//% else
// From the outputs back: the best logarithm of a product from a neuron on to a target, over a
// relationship at least, and in `_best` also over none. That of infinity stands above all others.
MATCH (n:Neuron) WHERE n.model = $model /*{ where("target", "n") }*/
SET n._best = 0.0
WITH count(*) AS targets
MATCH (l:Layer) WHERE l.model = $model
WITH l ORDER BY l.index DESC
CALL (l) {
  MATCH (s:Neuron) WHERE s.model = $model AND s.layer = l.name
  // OPTIONAL, so that no planner begins at the other end.
  OPTIONAL MATCH (s)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.model = $model
  WITH s, abs(r./*{ by }*/) AS size, t._best AS best
  WITH s, CASE WHEN 0 < size < Infinity THEN log(size) WHEN size > 0 THEN 2.0 ^ 30 END AS more, best
  WITH s, max(more + best) AS onward
  WHERE onward IS NOT NULL
  SET s._onward = onward, s._best = CASE WHEN s._best > onward THEN s._best ELSE onward END
}
WITH count(*) AS layers
// The beam: the k beginnings of paths that have the best completions, each with the one before it.
MATCH (m:Model) WHERE m.key = $model
CALL (m) {
  MATCH (s:Neuron) WHERE s.model = $model AND s._onward IS NOT NULL /*{ where("source", "s") }*/
  WITH s ORDER BY s._onward DESC, s.id LIMIT $k
  WITH s.id AS id ORDER BY id
  WITH collect(id) AS ids
  SET m._ids = ids, m._weights = [id IN ids | 1.0], m._logs = [id IN ids | 0.0],
      m._before = [id IN ids | -1], m._beam = 0
}
UNWIND range(1, layers) AS hop
CALL (m, hop) {
  WITH m._ids AS ids, m._logs AS logs, m._beam AS beam
  UNWIND range(beam, size(ids) - 1) AS before
  // Grouped, so that no row carries the lists: the transaction's memory would not hold them.
  WITH before, ids[before] AS end, logs[before] AS log, count(*) AS one
  CALL (end, hop) {
    MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron)
    WHERE s.model = $model AND s.id = end AND t.model = $model AND t._best IS NOT NULL
    WITH t, toFloat(r./*{ by }*/) AS weight
    WITH t, weight, abs(weight) AS size
    WITH t, weight,
      CASE WHEN 0 < size < Infinity THEN log(size) WHEN size > 0 THEN 2.0 ^ 30 END AS more
    WHERE more IS NOT NULL
    RETURN t.id AS id, weight, more, t._best AS best
  UNION ALL
    // At a target a path may end, with -1 for an id, and then stays as it is.
    MATCH (s:Neuron) WHERE s.model = $model AND s.id = end AND hop > 1 /*{ where("target", "s") }*/
    RETURN -1 AS id, 1.0 AS weight, 0.0 AS more, 0.0 AS best
  UNION ALL
    WITH end WHERE end = -1
    RETURN -1 AS id, 1.0 AS weight, 0.0 AS more, 0.0 AS best
  }
  // Equal ones in the order of their ids, in which the beam is kept.
  WITH before, id, weight, log + more AS log, log + (more + best) AS bound
  ORDER BY bound DESC, before, id LIMIT $k
  WITH before, id, weight, log ORDER BY before, id
  WITH collect(before) AS befores, collect(id) AS ids, collect(weight) AS weights,
    collect(log) AS logs
  SET m._beam = size(m._ids), m._ids = m._ids + ids, m._weights = m._weights + weights,
      m._logs = m._logs + logs, m._before = m._before + befores
}
WITH m, count(*) AS hops
WITH m, hops, m._ids AS ids, m._weights AS weights, m._logs AS logs, m._before AS before,
  m._beam AS beam
REMOVE m._ids, m._weights, m._logs, m._before, m._beam
WITH hops, ids, weights, logs, before, beam
CALL () {
  MATCH (n:Neuron) WHERE n.model = $model
  REMOVE n._best, n._onward
}
CALL (logs, beam) {
  UNWIND range(beam, size(logs) - 1) AS at
  WITH at ORDER BY logs[at] DESC, at
  RETURN collect(at) AS ends
}
UNWIND range(0, size(ends) - 1) AS rank
WITH rank + 1 AS path, ids, weights,
  reduce(steps = [ends[rank]], hop IN range(1, hops) | [before[steps[0]]] + steps) AS steps
WITH path, [at IN steps WHERE ids[at] >= 0 | ids[at]] AS ids,
  [at IN steps WHERE ids[at] >= 0 | weights[at]] AS weights
//% endif
WITH path, ids, weights,
  reduce(product = 1.0, weight IN weights | product * abs(weight)) AS strength,
  reduce(sign = 1, weight IN weights | CASE WHEN weight < 0 THEN -sign ELSE sign END) AS sign
UNWIND range(0, size(ids) - 1) AS hop
MATCH (n:Neuron) WHERE n.model = $model AND n.id = ids[hop]
RETURN path, strength, sign, hop, n.id AS id, n.name AS name, n.layer AS layer,
  CASE WHEN hop > 0 THEN weights[hop] END AS weight
ORDER BY path, hop
