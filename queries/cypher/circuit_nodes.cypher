/*
summary = "The smallest part of a model that explains an answer at an input: its neurons, channels or layers."
theme = "circuit"
order = "inputs as they are given, then by id"
reads = "edges"
definition = "the nodes of circuit. What its relationships bring to a node, its bias_part and left_out add up to its attribution; of a node that is an input nothing comes to it"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7" }
main = ["name", "attribution", "bias_part", "left_out", "influence", "input"]

[parameters]
input = { shared = true }
towards = { shared = true }
level = { shared = true }
prune = { shared = true }
node_share = { shared = true }
edge_share = { shared = true }
rule = { shared = true }
products = { shared = true }
baseline = { shared = true }
steps = { shared = true }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "what the circuit leads towards" }
id = { type = "int", help = "id of the neuron; of a channel or a layer that of its first" }
name = { type = "text", help = "name of the neuron, the channel or the layer" }
layer = { type = "text", help = "name of the layer" }
layer_index = { type = "int", help = "position of the layer" }
channel = { type = "int?", help = "channel, feature map or unit; null of a layer" }
x = { type = "int?", help = "coordinate along the width, or the time; null of a channel or a layer" }
kind = { type = "text", help = "input, which a token in one is too, inner or target" }
value = { type = "float", unit = "units of the output", help = "what it puts out, an output before its activation function, or more than at the baseline; of a channel or a layer the sum of its neurons" }
attribution = { type = "float", unit = "units of what it leads towards", help = "what of the target comes through it" }
bias_part = { type = "float", unit = "units of what it leads towards", help = "what of that begins at it" }
left_out = { type = "float", unit = "units of what it leads towards", help = "what of that comes over relationships that are not in the circuit" }
influence = { type = "float", help = "share of the answer that flows through it, 0 to 1" }
*/
