/*
summary = "One row about a model: counts, density, and the range of its weights."
theme = "stored"
order = "one row"
definition = "density: relationships / (neurons * (neurons - 1)), as networkx.density has it"
not_finite = "The smallest and the largest weight leave NaN out; a mean is NaN where NaN is among the weights."

[columns]
layers = { type = "int", help = "number of layers that have neurons" }
neurons = { type = "int", help = "number of neurons" }
edges = { type = "int", help = "number of relationships" }
density = { type = "float", help = "number of relationships as a share of all possible ones, 0 to 1" }
min_weight = { type = "float", unit = "units of the weights", help = "smallest weight" }
max_weight = { type = "float", unit = "units of the weights", help = "largest weight" }
mean_weight = { type = "float", unit = "units of the weights", help = "mean weight" }
mean_absolute_weight = { type = "float", unit = "units of the weights", help = "mean absolute weight" }
zero_weights = { type = "int", help = "number of relationships of weight 0" }
not_finite = { type = "int", help = "number of relationships of a weight that is NaN or infinite" }
*/
MATCH (m:Model)
WHERE m.key = $model
OPTIONAL MATCH (t:Neuron)<-[r:CONNECTS_TO]-(s:Neuron)
WHERE t.model = $model /*{ within("s") }*/
// NaN is not equal to itself, and the difference of infinity to itself is NaN. A mean that the store
// takes step by step would be NaN where one weight is infinite.
WITH m, count(r) AS edges, min(CASE WHEN r.weight = r.weight THEN r.weight END) AS min_weight,
  max(CASE WHEN r.weight = r.weight THEN r.weight END) AS max_weight,
  sum(1.0 * r.weight) AS total, sum(1.0 * abs(r.weight)) AS absolute,
  sum(CASE WHEN r.weight = 0 THEN 1 ELSE 0 END) AS zero_weights,
  count(CASE WHEN r.weight - r.weight = 0 THEN 1 END) AS finite
RETURN m.layers AS layers, m.neurons AS neurons, edges,
  CASE WHEN m.neurons < 2 THEN 0.0
    ELSE 1.0 * edges / (1.0 * m.neurons * (m.neurons - 1)) END AS density,
  min_weight, max_weight,
  CASE WHEN edges > 0 THEN total / edges END AS mean_weight,
  CASE WHEN edges > 0 THEN absolute / edges END AS mean_absolute_weight,
  zero_weights, edges - finite AS not_finite
