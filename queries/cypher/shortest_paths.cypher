/*
summary = "From the nearest source to each target: how many hops, and how small a sum of absolute weights."
definition = "Dijkstra (1959); networkx.multi_source_dijkstra_path_length"
reads = "edges"
not_finite = "The smallest sum leaves paths over NaN out, and is infinite where every other path has an infinite weight; the fewest hops take all paths."
example = { source = "input_layer", target = "dense_1" }

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the target" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
hops = { type = "int?", help = "the fewest relationships; null without a path" }
length = { type = "float", help = "the smallest sum of absolute weights, perhaps over other neurons; null without a path" }
*/
