/*
summary = "The share of all path weight, from inputs to outputs, that runs through each neuron."
definition = "sum over all paths through a neuron of the product of absolute weights, by the same sum over all paths; the path norm of Neyshabur et al. (2015), sec. 2, with exponent 1"
reads = "edges"
not_finite = "Not defined, and an error that names the layers."
example = { neurons = "dense_0" }

[parameters]
neurons = { type = "neurons", help = "which neurons to return" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
path_centrality = { type = "float", help = "the share, from 0 to 1; that of the neurons of a layer that all paths cross adds up to 1" }
*/
