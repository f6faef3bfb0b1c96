/*
summary = "Whether attributions add up at an input, layer by layer."
theme = "attribution"
order = "inputs as they are given, then layers as in the model"
reads = "edges"
definition = "local: a pre-activation is what is passed on to its neuron, and its bias. flow: what comes into a neuron and begins there is its attribution, and so is what goes out of it and ends there. cut: what crosses from the layer and those before it, and begins behind it, is the target. Each is an error as a share, rounded to twelve decimals, of which none is left where the law holds"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7" }
main = ["layer", "local", "flow", "cut", "input"]

[parameters]
input = { shared = true }
towards = { shared = true }
slope = { shared = true }
products = { shared = true }
baseline = { shared = true, help = "one sample that rescale compares with; by default zeros" }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "what attributions lead towards" }
layer = { type = "text", help = "name of the layer" }
local = { type = "float", help = "largest error of a pre-activation in the layer, as a share of the largest pre-activation there" }
flow = { type = "float", help = "largest error of a neuron's attribution in the layer, as a share of the model's largest" }
cut = { type = "float", help = "error of the target across the layer, as a share of the absolute sum of all that begins" }
id = { type = "int", help = "id of the neuron with the largest error in the layer" }
name = { type = "text", help = "name of that neuron" }
*/
