/*
summary = "The share of an answer that flows through each neuron at an input."
theme = "circuit"
order = "inputs as they are given, then by id"
reads = "edges"
definition = "influence I of a neuron = sum over what it feeds of A * (I + answer), where A is the share of its contribution among all absolute contributions to the neuron that it feeds, the bias of that among them; as circuit-tracer has it (Ameisen et al., 2025, Circuit Tracing, section Graph pruning). That of all inputs and biases adds up to 1"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7", neurons = "dense_0", towards = "dense_1[7]" }
main = ["name", "influence", "input"]

[parameters]
input = { shared = true }
neurons = { type = "neurons", help = "which neurons to return" }
towards = { shared = true }
slope = { shared = true }
products = { shared = true }
baseline = { shared = true, help = "one sample that rescale compares with; by default zeros" }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "what the influence leads towards" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
influence = { type = "float", help = "share of the answer that flows through it, 0 to 1" }
*/
