/*
summary = "From the nearest source to each target: how many hops, and how small a sum of absolute weights."
definition = "Dijkstra (1959); networkx.multi_source_dijkstra_path_length"
reads = "edges"
not_finite = "The smallest sum leaves paths over NaN out, and is infinite where every other path has an infinite weight; the fewest hops take all paths."

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { choices = ["weight", "l1", "l2", "largest", "edges"], default = "weight", help = "which property of the relationships weighs them; in a neuron graph there is weight alone" }

[columns]
id = { type = "int", help = "id of the target" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
hops = { type = "int?", help = "the fewest relationships; null without a path" }
length = { type = "float", help = "the smallest sum of absolute weights, perhaps over other neurons; null without a path" }
*/
