/*
summary = "The weights that change most from this model to another, such as a later checkpoint."
theme = "comparison"
order = "largest first by the measure, then by target, by source and by weight"
definition = "changes lead from this model to the other; layers are matched by their order, relationships by their ends"
reads = "edges"
not_embedded = "there each model is a file of its own, and a statement reads one file"
not_finite = "What is the same in both models, NaN or infinite, is no change; changes from or to NaN are left out."
example = { other = "digits", source = "dense_0", target = "dense_1", k = 5 }
main = ["source_name", "target_name", "change", "weight", "other_weight"]

[parameters]
other = { type = "text", required = true, help = "name of the other model, which stands in the same graph and has the same architecture" }
source = { type = "neurons", help = "where relationships begin" }
target = { type = "neurons", help = "where they end" }
k = { type = "int", default = 10, least = 1, unit = "relationships", help = "how many" }
measure = { choices = ["absolute", "relative", "flips"], default = "absolute", help = "largest by |change|, by |change| / |weight|, or by |change| among those that change their sign" }
by = { shared = true }

[columns]
source = { type = "int", help = "id of the neuron where it begins" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of the neuron where it ends" }
target_name = { type = "text", help = "name of that neuron" }
weight = { type = "float", unit = "units of the weights", help = "weight, or the property that by names" }
other_weight = { type = "float", unit = "units of the weights", help = "weight in the other model" }
change = { type = "float", unit = "units of the weights", help = "other weight - weight" }
relative_change = { type = "float", help = "|change| / |weight|; null where the weight is 0" }
flips = { type = "bool", help = "whether it changes its sign" }
*/
MATCH (t:Neuron) WHERE t.model = $model /*{ where("target", "t") }*/
// In a subquery, so that no planner holds each neuron against all of the other model.
CALL (t) { MATCH (u:Neuron) WHERE u.model = $other AND u.id = t.id RETURN u }
CALL (t) {
  MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  WITH s, s.id AS id, r./*{ by }*/ AS weight ORDER BY id, weight
  RETURN collect(s) AS sources, collect(id) AS ids, collect(weight) AS weights
}
CALL (u) {
  MATCH (u)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $other
  WITH s.id AS id, r./*{ by }*/ AS weight ORDER BY id, weight
  RETURN collect(id) AS other_ids, collect(weight) AS others
}
// Neurons that are joined to others have nothing to compare.
WITH t, sources, weights, others WHERE ids = other_ids
UNWIND range(0, size(weights) - 1) AS i
WITH t, sources[i] AS s, 1.0 * weights[i] AS weight, 1.0 * others[i] AS other
WHERE true /*{ where("source", "s") }*/
// NaN is not equal to itself.
WITH s, t, weight, other, CASE WHEN weight = other OR (weight <> weight AND other <> other)
  THEN 0.0 ELSE other - weight END AS change
WHERE change = change
//% if measure == "flips"
  AND sign(weight) * sign(other) < 0
//% endif
WITH s, t, weight, other, change,
  CASE WHEN weight <> 0 THEN abs(change) / abs(weight) END AS relative_change
//% if measure == "relative"
ORDER BY CASE WHEN relative_change >= 0 THEN relative_change ELSE -1.0 END DESC, t.id, s.id, weight
//% else
ORDER BY abs(change) DESC, t.id, s.id, weight
//% endif
LIMIT $k
RETURN s.id AS source, s.name AS source_name, t.id AS target, t.name AS target_name, weight,
  other AS other_weight, change, relative_change, sign(weight) * sign(other) < 0 AS flips
