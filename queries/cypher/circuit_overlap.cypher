/*
summary = "How much the circuits of two inputs, or of two sets of inputs, have in common."
theme = "many_circuits"
order = "layers as in the model"
reads = "edges"
definition = "over the relationships that compare_circuits answers, a and b their attributions at input and at other_input: jaccard = sum of min(|a|, |b|) / sum of max(|a|, |b|) (Ruzicka, 1958), cosine = sum of a * b / (root of the sum of a^2 * root of the sum of b^2)"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7", other_input = "samples/digits.npz:8" }
main = ["part", "shared", "only_input", "only_other", "jaccard", "cosine"]

[parameters]
input = { shared = true }
other_input = { type = "input", required = true, help = "one sample or several, read as those of input are" }
per = { choices = ["model", "layer"], default = "model", help = "one row of all relationships, or one of those into each layer" }
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
layer_index = { type = "int?", help = "position of the layer; null of the model" }
part = { type = "text", help = "name of the model, or of the layer that relationships lead into; layers without any are left out" }
shared = { type = "int", help = "relationships in both circuits" }
only_input = { type = "int", help = "relationships in that of input alone" }
only_other = { type = "int", help = "relationships in that of other_input alone" }
jaccard = { type = "float", help = "weighted Jaccard index, 0 to 1: 1 where both are the same; NaN where nothing flows" }
cosine = { type = "float", help = "cosine similarity, -1 to 1; NaN where nothing flows at one of both" }
*/
