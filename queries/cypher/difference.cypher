/*
summary = "What an input changes against a baseline: the relationships over which most of what the target gains comes."
theme = "contrast"
order = "inputs as they are given, then largest absolute attribution first, then by source and by target"
reads = "edges"
definition = "with rescale the contributions of Shrikumar et al. (2017), DeepLIFT, sec. 3.2; with ig weight * integral of d value of the source / dt * d target / d pre-activation, of which those into a neuron are its conductance: Dhamdhere et al. (2018), How important is a neuron, eq. 2. Biases drop out: those over any cut of the model add up to total. Between channels or layers relationships are added up"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7", baseline = "samples/digits.npz:3", k = 5 }
main = ["source_name", "target_name", "attribution", "value", "baseline_value", "input"]

[parameters]
input = { shared = true }
towards = { shared = true }
baseline = { shared = true }
level = { choices = ["neuron", "channel", "layer"], default = "channel", help = "what relationships join" }
k = { type = "int", default = 10, least = 1, unit = "relationships", help = "how many of each input" }
rule = { choices = ["rescale", "ig"], default = "rescale", help = "what stands for an activation function: the line between its values at both, or such lines in steps on the way, which come close to integrated gradients" }
products = { shared = true }
steps = { shared = true }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "the target" }
source = { type = "int", help = "id of the neuron where it begins; of a channel or a layer that of its first" }
source_name = { type = "text", help = "name of that neuron, channel or layer" }
target = { type = "int", help = "id of the neuron where it ends; of a channel or a layer that of its first" }
target_name = { type = "text", help = "name of that neuron, channel or layer" }
value = { type = "float", unit = "units of the source's output", help = "what the source puts out at the input; of a channel or a layer the sum of its neurons" }
baseline_value = { type = "float", unit = "units of the source's output", help = "the same at the baseline" }
attribution = { type = "float", unit = "units of the target", help = "what of total comes over it; rows of 0 are left out" }
total = { type = "float", unit = "units of the target", help = "what the target has more at the input than at the baseline" }
*/
