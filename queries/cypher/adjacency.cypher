/*
summary = "The adjacency matrix between layers or any neurons, one row for each two that are joined."
theme = "matrix"
order = "by source, then by target"
definition = "networkx.adjacency_matrix: rows are sources, columns are targets"
reads = "edges"
not_finite = "A sum is NaN where NaN, or both infinities, are in it, and nowhere else."
example = { source = "dense_0", target = "dense_1" }
main = ["source_name", "target_name", "weight"]

[parameters]
source = { type = "neurons", help = "which neurons are rows" }
target = { type = "neurons", help = "which neurons are columns" }
by = { shared = true }

[columns]
source = { type = "int", help = "id of the neuron where it begins" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of the neuron where it ends" }
target_name = { type = "text", help = "name of that neuron" }
weight = { type = "float", unit = "units of the weights", help = "the weight; of neurons that are joined more than once the sum" }
*/
MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron)
WHERE s.model = $model /*{ within("t") }*/ /*{ where("source", "s") }*/ /*{ where("target", "t") }*/
WITH s, t, sum(1.0 * r./*{ by }*/) AS weight
RETURN s.id AS source, s.name AS source_name, t.id AS target, t.name AS target_name, weight
ORDER BY source, target
