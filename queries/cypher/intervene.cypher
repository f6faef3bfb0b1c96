/*
summary = "What a target becomes where neurons or relationships are changed at an input: ablation and activation patching."
theme = "intervention"
order = "inputs as they are given, then by id, or by source, then by target"
reads = "edges"
definition = "after is the target where what the neurons put out, or what the relationships carry of their source, is replaced, and all that follows is computed anew, in double precision; total_effect = after - before, direct_effect the same of the affine map that the model is at the input: gradient times change, as in attribution patching (Syed et al., 2023, arXiv 2310.10348). Where several layers are changed at once, what is changed first counts in what comes later as far as the change keeps it"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7", neurons = "conv_1", each = "channel" }
main = ["name", "total_effect", "direct_effect", "flipped", "input"]

[parameters]
input = { shared = true }
neurons = { type = "neurons", otherwise = "none", help = "which neurons are changed; this, source or target is needed" }
source = { type = "neurons", otherwise = "all, where target is given", help = "relationships are changed instead: where they begin" }
target = { type = "neurons", otherwise = "all, where source is given", help = "where these end" }
how = { choices = ["zero", "mean", "scale", "set", "add"], default = "zero", help = "what is done to what a neuron puts out: it becomes 0, the mean over all of the inputs, amount times what it is, or amount, or amount is added" }
amount = { type = "float", only_with = { how = ["scale", "set", "add"] }, help = "what scale, set and add take" }
patch = { type = "input", help = "one sample; it becomes what the neuron puts out at it instead" }
each = { choices = ["all", "layer", "channel", "neuron"], default = "all", help = "what is changed at once: all, or a layer, a channel or a neuron of them after the other; of relationships those between two such" }
towards = { shared = true }
slope = { shared = true }
products = { shared = true }
baseline = { shared = true, help = "one sample that rescale compares with; by default zeros" }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "the target" }
id = { type = "int?", help = "id of the neuron that is changed; of a channel or a layer that of its first; null of relationships, and of all" }
name = { type = "text", help = "the neuron, channel or layer that is changed, or in which all that is changed stands; of relationships both ends" }
source = { type = "int?", help = "id of the neuron where the relationship begins, as id; null of neurons, and of all" }
target = { type = "int?", help = "id of the neuron where the relationship ends" }
changed = { type = "int", help = "how many neurons or relationships are changed" }
before = { type = "float", unit = "units of the target", help = "the target as the model says it" }
after = { type = "float", unit = "units of the target", help = "the target after the change" }
total_effect = { type = "float", unit = "units of the target", help = "after less before" }
direct_effect = { type = "float", unit = "units of the target", help = "the effect where all slopes, winners and gates stay as they are" }
predicted = { type = "text", help = "the largest output after the change, before its activation function; one of each layer of outputs" }
flipped = { type = "bool", help = "whether that is another one than before; of a single output with a sigmoid whether it has crossed one half" }
*/
