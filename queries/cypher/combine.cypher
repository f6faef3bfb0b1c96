/*
summary = "Two layers as one: the linear map through the first onto the second, and its bias."
definition = "W1 W2 and b1 W2 + b2, of weights W (rows are sources) and biases b: the sum over all paths through the first of the product of their weights. Layers between, such as pooling, are passed as in effective_weights, and activations are ignored; paths around the first do not count. In channel and layer graphs biases are means"
reads = "edges"
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { first = "conv_1", second = "dense_0" }

[parameters]
first = { type = "neurons", required = true, help = "the first layer, or some of its neurons; what feeds it are the sources" }
second = { type = "neurons", required = true, help = "the second layer, or some of its neurons" }
by = { shared = true }

[columns]
source = { type = "int", help = "id of a neuron that feeds the first layer" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of a neuron of the second layer" }
target_name = { type = "text", help = "name of that neuron" }
weight = { type = "float", help = "combined weight; pairs of 0 are left out" }
bias = { type = "float", help = "combined bias of the target: its value where nothing feeds the first layer, and all inputs are 0" }
*/
