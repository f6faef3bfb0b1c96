/*
summary = "The path of the largest sum of weights; it may begin and end anywhere."
definition = "networkx.dag_longest_path"
reads = "edges"
not_finite = "Paths over NaN, or over minus infinity, are left out; an infinite sum is longer than any other."

[parameters]
weights = { choices = ["absolute", "signed"], default = "signed", help = "what is added up: |weight|, or weight" }
by = { shared = true }

[columns]
hop = { type = "int", help = "position in the path, from 0" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
weight = { type = "float", help = "weight of the relationship into this neuron; null at hop 0" }
length = { type = "float", help = "the sum up to here" }
*/
