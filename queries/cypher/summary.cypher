/*
summary = "One row about a model: counts, density, and the range of its weights."
definition = "density: relationships / (neurons * (neurons - 1)), as networkx.density has it"

[columns]
layers = { type = "int", help = "number of layers that have neurons" }
neurons = { type = "int", help = "number of neurons" }
edges = { type = "int", help = "number of relationships" }
density = { type = "float", help = "relationships in a share of all possible ones" }
min_weight = { type = "float", help = "smallest weight" }
max_weight = { type = "float", help = "largest weight" }
mean_weight = { type = "float", help = "mean weight" }
mean_absolute_weight = { type = "float", help = "mean absolute weight" }
zero_weights = { type = "int", help = "number of relationships of weight 0" }
*/
MATCH (m:Model)
WHERE m.key = $model
OPTIONAL MATCH (t:Neuron)<-[r:CONNECTS_TO]-()
WHERE t.model = $model
WITH m, count(r) AS edges, min(r.weight) AS min_weight, max(r.weight) AS max_weight,
  avg(r.weight) AS mean_weight, avg(abs(r.weight)) AS mean_absolute_weight,
  sum(CASE WHEN r.weight = 0 THEN 1 ELSE 0 END) AS zero_weights
RETURN m.layers AS layers, m.neurons AS neurons, edges,
  CASE WHEN m.neurons < 2 THEN 0.0
    ELSE 1.0 * edges / (1.0 * m.neurons * (m.neurons - 1)) END AS density,
  min_weight, max_weight, mean_weight, mean_absolute_weight, zero_weights
