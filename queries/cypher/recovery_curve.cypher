/*
summary = "How much of an answer circuits of all sizes recover, and how faithful they are over all: CPR and CMD."
theme = "intervention"
order = "inputs as they are given, then by share"
reads = "edges"
definition = "recovery as circuit_scores has it, of the circuits that have the shares as node_share and edge_share; of prune=attribution as edge_share. cpr = area of recovery over size, cmd = area of |1 - recovery|, by trapezoids (Mueller et al., 2025, MIB: A Mechanistic Interpretability Benchmark, arXiv 2504.13151)"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7" }
main = ["share", "edges", "recovery", "cpr", "cmd", "input"]

[parameters]
input = { shared = true }
points = { type = "int", default = 10, least = 1, most = 10000, unit = "circuits", help = "of how many circuits beside the smallest: their shares are 1 - (1 - t)^3 for equal steps of t from 0 to 1, since few relationships hold most" }
towards = { shared = true }
level = { shared = true }
prune = { shared = true }
rule = { shared = true }
products = { shared = true }
baseline = { shared = true }
steps = { shared = true }
rest = { choices = ["zero", "mean"], default = "zero", help = "what relationships outside of the circuit carry: 0, or the mean of what their source puts out at all of the inputs" }
patch = { type = "input", help = "one sample; they carry what their source puts out at it instead" }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "what the circuits lead towards" }
share = { type = "float", help = "the share, 0 to 1" }
nodes = { type = "int", help = "nodes in the circuit" }
edges = { type = "int", help = "relationships in the circuit" }
size = { type = "float", help = "these as a share of all relationships that have to do with the target, 0 to 1; NaN where there is none" }
recovered = { type = "float", unit = "units of what it leads towards", help = "the target as the circuit says it alone" }
recovery = { type = "float", help = "recovered from empty to the target, as a share; NaN where both are the same in single precision" }
cpr = { type = "float", help = "area of recovery over size, of all circuits of the input: large is good; NaN where a recovery is" }
cmd = { type = "float", help = "area of |1 - recovery| over size: 0 is best, NaN where a recovery is" }
*/
