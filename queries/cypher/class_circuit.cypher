/*
summary = "What the circuits of many inputs have in common: the relationships that are in most of them."
theme = "many_circuits"
order = "by source, then by target"
reads = "edges"
definition = "each input has its circuit, as the query circuit answers; without towards it leads to the largest output of that input. A relationship that is not in a circuit has the attribution 0 there"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:0..99", towards = "dense_1[7]" }
main = ["source_name", "target_name", "attribution", "std", "frequency"]

[parameters]
input = { shared = true }
frequency = { type = "float", default = 0.5, least = 0, most = 1, help = "in what share of the circuits a relationship is at least; with 0 in any of them" }
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
attribution = { type = "float", unit = "units of what circuits lead towards", help = "what of it comes over the relationship: the mean over all inputs" }
std = { type = "float", unit = "units of what circuits lead towards", help = "the standard deviation of that over the inputs" }
frequency = { type = "float", help = "share of the inputs in whose circuit it is, 0 to 1" }
*/
