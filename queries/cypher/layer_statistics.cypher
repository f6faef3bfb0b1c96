/*
summary = "A row a layer that is fed: range and spread of its weights, sparsity, norms, fluctuation."
theme = "structure"
order = "layers as in the model"
definition = "spectral norm: largest singular value of the matrix of weights into the layer; fluctuation: La Malfa et al. (2021), Characterizing Learning Dynamics of Deep Neural Networks via Complex Networks, Layers Fluctuation, over the mean strength"
reads = "edges"
not_finite = "The smallest and the largest weight leave NaN out; sums, means and norms are NaN where NaN is in them, and the spectral norm is null."
example = { threshold = 0.1 }
main = ["layer", "mean", "std", "min", "max", "zero_share"]

[parameters]
threshold = { type = "float", default = 0.01, least = 0, bounds_weights = true, unit = "units of the weights", help = "absolute weight below which a weight counts as small" }
by = { shared = true }

[columns]
layer_index = { type = "int", help = "position of the layer" }
layer = { type = "text", help = "name of the layer" }
neurons = { type = "int", help = "number of neurons" }
edges = { type = "int", help = "number of relationships into the layer" }
mean = { type = "float", unit = "units of the weights", help = "mean weight" }
std = { type = "float", unit = "units of the weights", help = "standard deviation of the weights" }
min = { type = "float", unit = "units of the weights", help = "smallest weight" }
max = { type = "float", unit = "units of the weights", help = "largest weight" }
mean_absolute = { type = "float", unit = "units of the weights", help = "mean absolute weight" }
not_finite = { type = "int", help = "number of weights that are NaN or infinite" }
zero_share = { type = "float", help = "share of weights that are exactly 0, 0 to 1" }
small_share = { type = "float", help = "share of weights of an absolute value below the threshold, 0 to 1" }
frobenius_norm = { type = "float", unit = "units of the weights", help = "root of the sum of the squared weights" }
spectral_norm = { type = "float", unit = "units of the weights", help = "largest singular value of the matrix of weights; bounds how much the layer's sums stretch a vector", not_stated = "it takes as many steps as it needs to converge, and Cypher has no loop that ends by a condition" }
fluctuation = { type = "float", help = "standard deviation of in-strength (absolute weights) over its mean, over the neurons of the layer; null where all strengths are 0" }
*/
MATCH (t:Neuron)<-[r:CONNECTS_TO]-(s:Neuron)
WHERE t.model = $model /*{ within("s") }*/
WITH t.layer AS layer, count(*) AS edges, sum(1.0 * r./*{ by }*/) AS total,
  sum(abs(1.0 * r./*{ by }*/)) AS absolute
MATCH (l:Layer) WHERE l.model = $model AND l.name = layer
WITH l, edges, total / edges AS mean, absolute / l.neurons AS mean_strength
// Deviations are those from a mean that is known, so that they are exact.
MATCH (t:Neuron)<-[r:CONNECTS_TO]-(s:Neuron)
WHERE t.model = $model AND t.layer = l.name /*{ within("s") }*/
WITH l, edges, mean, mean_strength, t, 1.0 * r./*{ by }*/ AS weight
// A mean may be NaN, which is not equal to itself, and so groups nothing: its maximum is itself. The
// difference of infinity to itself is NaN.
WITH l, edges, t, max(mean) AS mean, max(mean_strength) AS mean_strength,
  sum(abs(weight)) AS strength,
  sum((weight - mean) * (weight - mean)) AS off, sum(weight * weight) AS squares,
  min(CASE WHEN weight = weight THEN weight END) AS least,
  max(CASE WHEN weight = weight THEN weight END) AS most,
  count(CASE WHEN weight - weight = 0 THEN 1 END) AS finite,
  count(CASE WHEN weight = 0 THEN 1 END) AS zero,
  count(CASE WHEN $threshold > abs(weight) THEN 1 END) AS small
WITH l, edges, max(mean) AS mean, max(mean_strength) AS mean_strength, sum(off) AS off,
  sum(squares) AS squares, min(least) AS least, max(most) AS most, sum(finite) AS finite,
  sum(zero) AS zero, sum(small) AS small, count(t) AS fed,
  sum((strength - mean_strength) * (strength - mean_strength)) AS strength_off
RETURN l.`index` AS layer_index, l.name AS layer, l.neurons AS neurons, edges, mean,
  sqrt(off / edges) AS std, least AS min, most AS max,
  mean_strength * l.neurons / edges AS mean_absolute, edges - finite AS not_finite,
  1.0 * zero / edges AS zero_share, 1.0 * small / edges AS small_share,
  sqrt(squares) AS frobenius_norm, null AS spectral_norm,
  // A neuron that nothing feeds has no strength.
  CASE WHEN mean_strength = 0 THEN null
    ELSE sqrt((strength_off + (l.neurons - fed) * mean_strength * mean_strength) / l.neurons)
      / mean_strength END AS fluctuation
ORDER BY layer_index
