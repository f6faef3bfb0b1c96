/*
summary = "The path whose weakest relationship is strongest: its bottleneck."
definition = "Pollack (1960), The maximum capacity through a network"
reads = "edges"
not_finite = "Paths over NaN are left out; an infinite weight is wider than any other."
example = { source = "input_layer", target = "dense_1" }

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { shared = true }

[columns]
hop = { type = "int", help = "position in the path, from 0" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
weight = { type = "float", help = "weight of the relationship into this neuron; null at hop 0" }
weakest = { type = "float", help = "the smallest absolute weight of the whole path" }
*/
