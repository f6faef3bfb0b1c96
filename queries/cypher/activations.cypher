/*
summary = "What neurons put out at an input, and what their activation function is applied to."
theme = "at_input"
order = "inputs as they are given, then by id"
reads = "edges"
definition = "value = activation(pre_activation), and pre_activation = reduce(weight * value of the source) + bias, layer by layer from the inputs on, in the precision in which Keras computes. A neuron of an input has its number as both"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "What they feed is NaN or infinite, as in Keras."
example = { input = "samples/digits.npz:7", neurons = "dense_1" }
main = ["name", "value", "pre_activation", "input"]

[parameters]
input = { shared = true }
neurons = { type = "neurons", help = "which neurons, also those whose value is 0" }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
value = { type = "float", unit = "units of the neuron's output", help = "what the neuron puts out" }
pre_activation = { type = "float", unit = "units of the neuron's sum", help = "what its activation function is applied to: its inputs, joined, and its bias" }
*/
