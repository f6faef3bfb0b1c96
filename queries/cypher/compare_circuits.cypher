/*
summary = "The relationships of the circuits of two inputs, or of two sets of inputs, with what comes over them at both."
theme = "many_circuits"
order = "by source, then by target"
reads = "edges"
definition = "the circuit of several inputs is what class_circuit answers: relationships in a share of their circuits, with the mean of the attributions. difference = other_attribution - attribution"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7", other_input = "samples/digits.npz:8" }
main = ["source_name", "target_name", "attribution", "other_attribution"]

[parameters]
input = { shared = true }
other_input = { type = "input", required = true, help = "one sample or several, read as those of input are" }
frequency = { type = "float", default = 0.5, least = 0, most = 1, help = "of several inputs in what share of their circuits a relationship is at least; with 0 in any of them" }
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
source = { type = "int", help = "id of the neuron where it begins; of a channel or a layer that of its first" }
source_name = { type = "text", help = "name of that node" }
target = { type = "int", help = "id of the neuron where it ends; of a channel or a layer that of its first" }
target_name = { type = "text", help = "name of that node" }
attribution = { type = "float", unit = "units of what circuits lead towards", help = "what of it comes over the relationship at input: the mean over its samples; 0 where it is in no circuit" }
other_attribution = { type = "float", unit = "units of what circuits lead towards", help = "the same at other_input" }
difference = { type = "float", unit = "units of what circuits lead towards", help = "what comes over it more at other_input" }
frequency = { type = "float", help = "share of the samples of input in whose circuit it is, 0 to 1" }
other_frequency = { type = "float", help = "the same of other_input" }
where = { type = "text", help = "both, input or other_input: in whose circuit it is" }
*/
