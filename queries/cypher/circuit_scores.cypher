/*
summary = "How much of an answer a circuit explains, and what it computes without the rest of the model."
theme = "circuit"
order = "inputs as they are given"
reads = "edges"
definition = "kept = the sum of the absolute attributions of its relationships as a share of that of all. replacement and completeness are those of circuit-tracer: the share of the influence that begins at inputs, and of what comes to nodes from nodes; biases and what is left out are errors, which completeness counts as nodes that are wholly explained, as circuit-tracer has it. recovered is the target where relationships outside of the circuit carry 0, or what rest and patch say, and all layers are computed anew; empty is the same of no relationship at all; recovery = (recovered - empty) / (target - empty). recovery_curve has it of circuits of all sizes, and the areas"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7" }
main = ["nodes", "edges", "kept", "completeness", "recovery", "input"]

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
rest = { choices = ["zero", "mean"], default = "zero", help = "what relationships outside of the circuit carry: 0, or the mean of what their source puts out at all of the inputs" }
patch = { type = "input", help = "one sample; they carry what their source puts out at it instead" }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "what the circuit leads towards" }
nodes = { type = "int", help = "nodes in the circuit" }
nodes_of = { type = "int", help = "nodes that have to do with the target" }
edges = { type = "int", help = "relationships in the circuit" }
edges_of = { type = "int", help = "relationships that have to do with the target" }
kept = { type = "float", help = "share of the absolute attributions of all relationships, 0 to 1; NaN where nothing flows" }
replacement = { type = "float", help = "influence of inputs as a share of that of inputs, biases and what is left out, 0 to 1; NaN where nothing flows" }
completeness = { type = "float", help = "share of what comes to nodes that comes from nodes, weighed by influence, 0 to 1; errors themselves count as wholly explained" }
target = { type = "float", unit = "units of what it leads towards", help = "the target as the model says it" }
bias_part = { type = "float", unit = "units of what it leads towards", help = "what of the target begins at nodes of the circuit that are no inputs" }
empty = { type = "float", unit = "units of what it leads towards", help = "the target where no relationship carries its source" }
recovered = { type = "float", unit = "units of what it leads towards", help = "the target as the circuit says it alone" }
recovery = { type = "float", help = "recovered from empty to the target, as a share; NaN where both are the same in single precision" }
*/
