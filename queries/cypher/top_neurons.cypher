/*
summary = "The k neurons of each layer that a measure of centrality puts first."
reads = "edges"
not_finite = "Neurons of which the measure is NaN are left out; an infinite one comes first. PageRank and path centrality are not defined."
example = { measure = "path_centrality", k = 2 }

[parameters]
neurons = { type = "neurons", help = "among which neurons" }
measure = { choices = ["katz", "pagerank", "path_centrality", "in_strength", "out_strength", "in_degree", "out_degree"], default = "katz", help = "by what; each with its usual parameters" }
k = { type = "int", default = 5, least = 1, unit = "neurons", help = "how many a layer" }
by = { shared = true }

[columns]
layer_index = { type = "int", help = "position of the layer" }
layer = { type = "text", help = "name of the layer" }
rank = { type = "int", help = "rank within the layer, from 1" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
value = { type = "float", help = "the measure" }
*/
