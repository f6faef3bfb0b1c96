/*
summary = "How many paths there are between neurons, and what their weights come to."
theme = "path"
order = "one row"
definition = "Neyshabur et al. (2015), Norm-based capacity control, sec. 2, with exponent 1: sum over paths of the product of absolute weights"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { source = "input_layer", target = "dense_1" }

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { shared = true }
input = { shared = true, required = false }

[columns]
paths = { type = "float", unit = "paths", help = "number of paths" }
absolute = { type = "float", unit = "products of weights", help = "sum over paths of the product of absolute weights: the path norm" }
signed = { type = "float", unit = "products of weights", help = "sum over paths of the product of weights: the sum of the effective weights" }
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
WITH sum(s._paths) AS paths, sum(abs(r./*{ by }*/) * s._absolute) AS absolute,
  sum(r./*{ by }*/ * s._signed) AS signed
CALL () {
  MATCH (n:Neuron) WHERE n.model = $model
  REMOVE n._paths, n._absolute, n._signed
}
RETURN paths, absolute, signed
