/*
summary = "The relationships over which most of a target comes at an input, signed."
theme = "attribution"
order = "inputs as they are given, then largest absolute attribution first, then by source and by target"
reads = "edges"
definition = "value of the source * weight * gradient of the target's pre-activation: what comes into a neuron and begins there is its attribution, and so is what goes out of it"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7", towards = "dense_1[7]", k = 5 }
main = ["source_name", "target_name", "attribution", "input"]

[parameters]
input = { shared = true }
towards = { shared = true }
k = { type = "int", default = 10, least = 1, unit = "relationships", help = "how many of each input" }
rule = { shared = true }
products = { shared = true }
baseline = { shared = true }
steps = { shared = true }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "what the attribution leads towards" }
source = { type = "int", help = "id of the neuron where it begins" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of the neuron where it ends" }
target_name = { type = "text", help = "name of that neuron" }
attribution = { type = "float", unit = "units of what it leads towards", help = "what of it comes over the relationship" }
*/
