/*
summary = "What relationships pass on at an input: what made neurons put out what they did."
theme = "attribution"
order = "inputs as they are given, then by target, largest absolute contribution first, then by source"
reads = "edges"
definition = "contribution = slope of the target * weight * value of the source. Those into a neuron, the slope times its bias, and a residual add up to its value. Outputs, and neurons of a softmax, count before their activation function, with the slope 1"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7", neurons = "dense_1[7]" }
main = ["source_name", "target_name", "contribution", "input"]

[parameters]
input = { shared = true }
neurons = { type = "neurons", required = true, help = "which neurons" }
direction = { choices = ["in", "out"], default = "in", help = "relationships into or out of a neuron" }
slope = { shared = true }
products = { shared = true }
baseline = { shared = true, help = "one sample that rescale compares with; by default zeros" }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
source = { type = "int", help = "id of the neuron where it begins" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of the neuron where it ends" }
target_name = { type = "text", help = "name of that neuron" }
weight = { type = "float", unit = "units of the weights", help = "weight; into a maximum that of the winner alone, into a product times the other factors, as they are shared out" }
value = { type = "float", unit = "units of the neuron's output", help = "what the source puts out, or more than at the baseline" }
contribution = { type = "float", unit = "units of the target's output", help = "what it passes on; rows of 0 are left out" }
*/
