/*
summary = "PageRank over absolute weights, exact: one pass a layer."
definition = "Page et al. (1999); networkx.pagerank: teleport and dangling neurons spread evenly"
reads = "edges"
not_finite = "Not defined, and an error that names the layers."
example = { neurons = "dense_1" }

[parameters]
neurons = { type = "neurons", help = "which neurons to return" }
alpha = { type = "float", default = 0.85, least = 0, help = "damping: the share that goes on along relationships" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
pagerank = { type = "float", help = "PageRank; that of all neurons adds up to 1" }
*/
