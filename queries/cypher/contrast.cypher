/*
summary = "Why one class and not another at an input: the relationships over which more of one target comes than of the other."
theme = "contrast"
order = "inputs as they are given, then largest absolute difference first, then by source and by target"
reads = "edges"
definition = "edge_attribution of both, and their difference, which is that of the target towards-against, by one model at the input. Between channels or layers relationships are added up. Biases come beside them, as bias_part of attribution"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7", towards = "dense_1[5]", against = "dense_1[3]", k = 5 }
main = ["source_name", "target_name", "difference", "attribution", "against_attribution", "input"]

[parameters]
input = { shared = true }
towards = { shared = true }
against = { help = "what it is set against, named alike; by default the largest output beside towards. Where only this is named, towards is the largest output beside it" }
level = { choices = ["neuron", "channel", "layer"], default = "channel", help = "what relationships join" }
k = { type = "int", default = 10, least = 1, unit = "relationships", help = "how many of each input" }
rule = { shared = true }
products = { shared = true }
baseline = { shared = true }
steps = { shared = true }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "the target" }
against = { type = "text", help = "the target that it is set against" }
source = { type = "int", help = "id of the neuron where it begins; of a channel or a layer that of its first" }
source_name = { type = "text", help = "name of that neuron, channel or layer" }
target = { type = "int", help = "id of the neuron where it ends; of a channel or a layer that of its first" }
target_name = { type = "text", help = "name of that neuron, channel or layer" }
attribution = { type = "float", unit = "units of the targets", help = "what of towards comes over it" }
against_attribution = { type = "float", unit = "units of the targets", help = "what of against comes over it" }
difference = { type = "float", unit = "units of the targets", help = "how much more of towards; rows of 0 are left out" }
*/
