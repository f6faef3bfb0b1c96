/*
summary = "The neurons that change most from this model to another, such as a later checkpoint."
theme = "comparison"
order = "largest first by the measure, then by id"
score = "weight_change"
definition = "changes lead from this model to the other; layers are matched by their order, relationships by their ends"
reads = "edges"
not_embedded = "there each model is a file of its own, and a statement reads one file"
not_finite = "What is the same in both models, NaN or infinite, is no change; neurons of which the change is NaN are left out."
example = { other = "digits", neurons = "dense_0", k = 5 }
main = ["name", "weight_change", "relative_change"]

[parameters]
other = { type = "text", required = true, help = "name of the other model, which stands in the same graph and has the same architecture" }
neurons = { type = "neurons", help = "among which neurons to look" }
k = { type = "int", default = 10, least = 1, unit = "neurons", help = "how many" }
measure = { choices = ["weights", "strength", "bias"], default = "weights", help = "largest by weight_change, by |strength_change|, or by |bias_change|" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
weight_change = { type = "float", unit = "units of the weights", help = "root of the sum of the squared changes of the weights into it" }
relative_change = { type = "float", help = "weight_change over the root of the sum of the squared weights; null where all are 0" }
flips = { type = "int", help = "number of weights into it that change their sign" }
strength = { type = "float", unit = "units of the weights", help = "in-strength: absolute weights into it, added up" }
strength_change = { type = "float", unit = "units of the weights", help = "in-strength in the other model - in-strength" }
bias = { type = "float", unit = "units of the neuron's sum", help = "bias; null where the layer has none" }
bias_change = { type = "float", unit = "units of the neuron's sum", help = "bias in the other model - bias" }
*/
MATCH (t:Neuron) WHERE t.model = $model /*{ where("neurons", "t") }*/
// In a subquery, so that no planner holds each neuron against all of the other model.
CALL (t) { MATCH (u:Neuron) WHERE u.model = $other AND u.id = t.id RETURN u }
CALL (t) {
  MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  WITH s.id AS id, r./*{ by }*/ AS weight ORDER BY id, weight
  RETURN collect(id) AS ids, collect(weight) AS weights
}
CALL (u) {
  MATCH (u)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $other
  WITH s.id AS id, r./*{ by }*/ AS weight ORDER BY id, weight
  RETURN collect(id) AS other_ids, collect(weight) AS others
}
// Neurons that are joined to others have nothing to compare.
WITH t, u, weights, others WHERE ids = other_ids
CALL (weights, others) {
  UNWIND range(0, size(weights) - 1) AS i
  WITH 1.0 * weights[i] AS weight, 1.0 * others[i] AS other
  // NaN is not equal to itself.
  WITH weight, other, CASE WHEN weight = other OR (weight <> weight AND other <> other) THEN 0.0
    ELSE other - weight END AS change
  RETURN sqrt(sum(change * change)) AS weight_change, sqrt(sum(weight * weight)) AS size,
    count(CASE WHEN sign(weight) * sign(other) < 0 THEN 1 END) AS flips, sum(abs(weight)) AS strength,
    sum(CASE WHEN abs(change) = 0 OR abs(weight) = abs(other) THEN 0.0
      ELSE abs(other) - abs(weight) END) AS strength_change
}
WITH t, weight_change, CASE WHEN size <> 0 THEN weight_change / size END AS relative_change,
  flips, strength, strength_change,
  CASE WHEN t.bias = u.bias OR (t.bias <> t.bias AND u.bias <> u.bias) THEN 0.0
    ELSE u.bias - t.bias END AS bias_change
//% if measure == "weights"
WITH *, weight_change AS most
//% elif measure == "strength"
WITH *, abs(strength_change) AS most
//% else
// Neurons without a bias come last.
WITH *, coalesce(abs(bias_change), -1.0) AS most
//% endif
WHERE most = most
RETURN t.id AS id, t.name AS name, t.layer AS layer, weight_change, relative_change, flips,
  strength, strength_change, t.bias AS bias, bias_change
ORDER BY most DESC, id
LIMIT $k
