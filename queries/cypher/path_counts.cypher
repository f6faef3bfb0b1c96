/*
summary = "For each target how many paths end there, and what their weights come to."
theme = "path"
order = "by id"
score = "absolute"
definition = "see path_norm"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { source = "input_layer", target = "dense_1" }
main = ["name", "paths", "absolute", "signed"]

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { shared = true }
input = { shared = true, required = false }

[columns]
id = { type = "int", help = "id of the target" }
name = { type = "text", help = "name of the target" }
layer = { type = "text", help = "name of the layer" }
paths = { type = "float", unit = "paths", help = "number of paths that end there" }
absolute = { type = "float", unit = "products of weights", help = "sum of the products of their absolute weights" }
signed = { type = "float", unit = "products of weights", help = "sum of the products of their weights" }
*/
// For each neuron the sums over the paths to it, where there are any; a source begins one itself.
MATCH (n:Neuron) WHERE n.model = $model /*{ where("source", "n") }*/
SET n._paths = 1.0, n._absolute = 1.0, n._signed = 1.0
WITH count(*) AS sources
MATCH (l:Layer) WHERE l.model = $model
WITH l ORDER BY l.index
CALL (l) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = l.name
  // OPTIONAL, so that no planner begins at the other end.
  OPTIONAL MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  WITH t, sum(s._paths) AS paths, sum(abs(r./*{ by }*/) * s._absolute) AS absolute,
    sum(r./*{ by }*/ * s._signed) AS signed
  WHERE paths > 0
  SET t._paths = coalesce(t._paths, 0.0) + paths,
      t._absolute = coalesce(t._absolute, 0.0) + absolute,
      t._signed = coalesce(t._signed, 0.0) + signed
}
WITH count(*) AS layers
// A target that is a source has more than what arrives, so that this is added up once more.
MATCH (n:Neuron) WHERE n.model = $model /*{ where("target", "n") }*/
OPTIONAL MATCH (n)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
WITH n, sum(s._paths) AS paths, sum(abs(r./*{ by }*/) * s._absolute) AS absolute,
  sum(r./*{ by }*/ * s._signed) AS signed
WITH collect({n: n, paths: paths, absolute: absolute, signed: signed}) AS targets
CALL () {
  MATCH (n:Neuron) WHERE n.model = $model
  REMOVE n._paths, n._absolute, n._signed
}
UNWIND targets AS target
WITH target.n AS n, target.paths AS paths, target.absolute AS absolute, target.signed AS signed
RETURN n.id AS id, n.name AS name, n.layer AS layer, paths, absolute, signed
ORDER BY id
