/*
summary = "The k strongest paths of an answer at an input, signed; exact."
theme = "attribution"
order = "inputs as they are given, then by path, then by hop"
reads = "edges"
definition = "a path begins with the value of an input, or with what a neuron has of its own: its bias, and what its slope leaves. Its attribution is that times slope * weight of each relationship along it; of the target the slope is 1. All paths add up to the target, those from inputs to inputs times the gradient. Through a softmax within the model a path goes from one neuron to another, or on, by the Jacobian. Between channels or layers a path begins with what of the target begins at one, and each of them passes on what flows through it (edge_attribution, summed) by shares: what flows over a relationship, of all that flows out. These paths add up to the target as well, and are what ig has, which has no one slope of a neuron"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7", k = 3 }
main = ["path", "name", "weight", "attribution", "share", "mass_share"]

[parameters]
input = { shared = true }
source = { type = "neurons", help = "where the paths begin: neurons of inputs, or such as have a bias" }
towards = { shared = true }
k = { type = "int", default = 10, least = 1, unit = "paths", help = "how many paths of each input" }
level = { choices = ["neuron", "channel", "layer"], default = "neuron", help = "between what the paths go. Between neurons of a convolution they are many, and a few explain little: see share and mass_share" }
rule = { shared = true }
products = { shared = true }
baseline = { shared = true }
steps = { shared = true }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "the target" }
path = { type = "int", help = "rank of the path by absolute attribution, from 1; of equal ones that of the smallest ids comes first" }
attribution = { type = "float", unit = "units of the target", help = "what of the target comes over the path" }
share = { type = "float", help = "of the target, or of what it has more than at the baseline; NaN where that is 0" }
mass_share = { type = "float", help = "share of the absolute attribution in mass, 0 to 1" }
mass = { type = "float", unit = "units of the target", help = "sum of the absolute attributions of all paths to the target" }
paths = { type = "float", unit = "paths", help = "how many these are" }
begin = { type = "text", help = "where the path begins: input, or bias for what a neuron has of its own; balance at a channel or layer through which as much comes as goes, over which no path goes on" }
value = { type = "float", unit = "units of the neuron's output", help = "what begins there; of a channel or layer in units of the target" }
hop = { type = "int", help = "position in the path, from 0" }
id = { type = "int", help = "id of the neuron; of a channel or a layer that of its first" }
name = { type = "text", help = "name of the neuron, the channel or the layer" }
layer = { type = "text", help = "name of the layer" }
weight = { type = "float", unit = "units of the output, each unit of the source's", help = "what a unit more of the one before adds; between channels or layers the share; null at hop 0. value times all weights of a path is its attribution" }
*/
