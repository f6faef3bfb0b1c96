/*
summary = "The inputs that activate neurons most, or at which most of a target comes through them."
theme = "over_inputs"
order = "by id, then by rank"
reads = "edges"
definition = "activation maximization over given inputs, and relevance maximization, with attribution in place of relevance: Achtibat et al. (2022), From 'Where' to 'What': Towards Human-Understandable Explanations through Concept Relevance Propagation, arXiv 2206.03208. Of equal values the first input comes first, and NaN comes last"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "A value that is NaN, as in Keras, comes last. Attributions are not defined, and an error that names the layers."
example = { input = "samples/digits.npz:0..99", neurons = "dense_0[0..3]", k = 2 }
main = ["name", "rank", "input", "value"]

[parameters]
input = { shared = true }
neurons = { type = "neurons", help = "which neurons" }
k = { type = "int", default = 5, least = 1, unit = "inputs", help = "how many of each" }
level = { choices = ["neuron", "channel", "layer"], default = "neuron", help = "what a row is about: a neuron, or those of a channel or a layer" }
reduce = { only_with = { level = ["channel", "layer"] }, choices = ["mean", "max"], default = "mean", help = "what a channel or a layer has of its neurons" }
measure = { choices = ["activation", "attribution"], default = "activation", help = "what is to be large: what neurons put out, or what of a target comes through them, through a token id what comes through its token" }
towards = { shared = true, only_with = { measure = ["attribution"] } }
rule = { shared = true, only_with = { measure = ["attribution"] } }
products = { shared = true, only_with = { measure = ["attribution"] } }
baseline = { shared = true, only_with = { measure = ["attribution"], rule = ["rescale", "ig"] } }
steps = { shared = true, only_with = { measure = ["attribution"], rule = ["ig"] } }

[columns]
id = { type = "int", help = "id of the neuron; of a channel or a layer that of its first" }
name = { type = "text", help = "name of the neuron, the channel or the layer" }
layer = { type = "text", help = "name of the layer" }
rank = { type = "int", help = "rank among the inputs; 1 is the largest value" }
input = { type = "text", help = "which sample: its file and row, or its number" }
value = { type = "float", unit = "units of the neuron's output, or of the target", help = "what it puts out, or what of the target comes through it" }
towards = { type = "text", help = "the target at that input; null for activation" }
*/
