/*
summary = "The k strongest paths between neurons, by the product of absolute weights; exact."
definition = "best completion from each neuron by one pass a layer, then best-first search with it as the bound"
reads = "edges"
not_finite = "Paths over NaN are left out. Infinite strengths come first: those of more infinite weights, then by the product of the other weights."
example = { source = "input_layer", target = "dense_1", k = 5 }

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
k = { type = "int", default = 10, least = 1, unit = "paths", help = "how many paths" }
by = { shared = true }

[columns]
path = { type = "int", help = "rank of the path, from 1" }
strength = { type = "float", help = "product of the absolute weights along the path" }
sign = { type = "int", help = "sign of the product of the weights: 1 or -1" }
hop = { type = "int", help = "position in the path, from 0" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
weight = { type = "float", help = "weight of the relationship into this neuron; null at hop 0" }
*/
