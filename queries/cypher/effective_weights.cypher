/*
summary = "What neurons pass on to others over all layers between, as one linear map and its bias."
definition = "the sum over all paths of the product of the weights along a path, A + A^2 + A^3 + ... of the adjacency matrix A, and what the biases along them add up to. Activations are ignored, and a maximum or product of inputs counts as their weighted sum: it is what the model computes where both are absent. Paths through another source do not count, whose value stands for what feeds it. In channel and layer graphs biases are means"
reads = "edges"
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { source = "conv_1", target = "dense_1" }

[parameters]
source = { type = "neurons", required = true, help = "where paths begin, such as a layer" }
target = { type = "neurons", required = true, help = "where they end" }
by = { shared = true }

[columns]
source = { type = "int", help = "id of the neuron where the paths begin" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of the neuron where they end" }
target_name = { type = "text", help = "name of that neuron" }
weight = { type = "float", help = "effective weight; pairs of 0 are left out" }
bias = { type = "float", help = "effective bias of the target: its value where all sources and all inputs are 0" }
*/
