/*
summary = "The smallest part of a model that explains an answer at an input: its relationships."
theme = "circuit"
order = "inputs as they are given, then by source, then by target"
reads = "edges"
definition = "what of the target flows along a relationship is its attribution. Of a node, the share of each contribution among all absolute contributions to it, its own bias among them, is followed back from the target: influence, as circuit-tracer has it (Ameisen et al., 2025, Circuit Tracing, section Graph pruning). Nodes are kept to node_share of it, then relationships between them to edge_share, and what leads nowhere goes"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7" }
main = ["source_name", "target_name", "attribution", "influence", "input"]

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
source = { type = "int", help = "id of the neuron where it begins; of a channel or a layer that of its first" }
source_name = { type = "text", help = "name of that node" }
target = { type = "int", help = "id of the neuron where it ends; of a channel or a layer that of its first" }
target_name = { type = "text", help = "name of that node" }
contribution = { type = "float", unit = "units of the output of the node where it ends", help = "what it passes on; NaN for ig" }
attribution = { type = "float", unit = "units of what it leads towards", help = "what of the target comes over it" }
influence = { type = "float", help = "share of the answer that flows over it, 0 to 1" }
*/
