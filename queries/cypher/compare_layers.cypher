/*
summary = "How the weights into each layer change from this model to another, most changed first."
theme = "comparison"
order = "largest relative_change first, NaN and null last, then layers as in the model"
definition = "changes lead from this model to the other; layers are matched by their order, relationships by their ends"
reads = "edges"
not_embedded = "there each model is a file of its own, and a statement reads one file"
not_finite = "What is the same in both models, NaN or infinite, is no change; the largest change leaves NaN out, and sums are NaN where NaN is in them."
example = { other = "digits" }
main = ["layer", "changed", "largest_change", "relative_change"]

[parameters]
other = { type = "text", required = true, help = "name of the other model, which stands in the same graph and has the same architecture" }
by = { shared = true }

[columns]
layer_index = { type = "int", help = "position of the layer" }
layer = { type = "text", help = "name of the layer" }
edges = { type = "int", help = "number of relationships into the layer" }
changed = { type = "int", help = "number of weights that differ" }
flips = { type = "int", help = "number of weights that change their sign" }
mean_change = { type = "float", unit = "units of the weights", help = "mean absolute change of a weight" }
largest_change = { type = "float", unit = "units of the weights", help = "largest absolute change of a weight" }
relative_change = { type = "float", help = "root of the sum of the squared changes over that of the squared weights; null where all weights are 0" }
cosine = { type = "float", help = "cosine of the weights and those of the other model, -1 to 1; null where all of either are 0" }
correlation = { type = "float", help = "Pearson correlation of the weights and those of the other model, -1 to 1; null where all of either are equal" }
bias_change = { type = "float", unit = "units of the neurons' sums", help = "root of the sum of the squared changes of the biases; null where there are none" }
*/
MATCH (l:Layer) WHERE l.model = $model AND l.edges > 0
CALL (l) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = l.name
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
  WITH weights, others WHERE ids = other_ids
  UNWIND range(0, size(weights) - 1) AS i
  WITH 1.0 * weights[i] AS weight, 1.0 * others[i] AS other
  // NaN is not equal to itself.
  WITH weight, other, CASE WHEN weight = other OR (weight <> weight AND other <> other) THEN 0.0
    ELSE other - weight END AS change
  RETURN count(*) AS edges, count(CASE WHEN NOT change = 0 THEN 1 END) AS changed,
    count(CASE WHEN sign(weight) * sign(other) < 0 THEN 1 END) AS flips, sum(abs(change)) AS total,
    max(CASE WHEN change = change THEN abs(change) END) AS largest_change,
    sqrt(sum(change * change)) AS off, sqrt(sum(weight * weight)) AS size,
    sqrt(sum(other * other)) AS other_size, sum(weight * other) AS product,
    stDevP(weight) AS std, stDevP(other) AS other_std,
    stDevP(weight + other) AS std_of_sum, stDevP(weight - other) AS std_of_difference
}
CALL (l) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = l.name
  CALL (t) { MATCH (u:Neuron) WHERE u.model = $other AND u.id = t.id RETURN u }
  WITH t.bias AS bias, u.bias AS other
  WITH CASE WHEN bias = other OR (bias <> bias AND other <> other) THEN 0.0
    ELSE other - bias END AS change
  RETURN CASE WHEN count(change) > 0 THEN sqrt(sum(change * change)) END AS bias_change
}
WITH l, edges, changed, flips, total / edges AS mean_change, largest_change, bias_change,
  CASE WHEN size <> 0 THEN off / size END AS relative_change,
  CASE WHEN size <> 0 AND other_size <> 0 THEN product / size / other_size END AS cosine,
  // Four times the covariance is the variance of the sum less that of the difference.
  CASE WHEN std <> 0 AND other_std <> 0 THEN
    (std_of_sum * std_of_sum - std_of_difference * std_of_difference) / (4 * std * other_std)
    END AS correlation
RETURN l.index AS layer_index, l.name AS layer, edges, changed, flips, mean_change,
  largest_change, relative_change, cosine, correlation, bias_change
ORDER BY CASE WHEN relative_change >= 0 THEN relative_change ELSE -1 END DESC, layer_index
