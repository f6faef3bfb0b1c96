/*
summary = "Katz centrality, exact: one pass a layer, from the inputs on."
definition = "Katz (1953); networkx.katz_centrality, not normalized: beta + alpha * sum of weight * centrality over what feeds a neuron"
reads = "edges"
not_finite = "A sum is NaN where NaN, or both infinities, are in it, and nowhere else."
example = { neurons = "dense_1" }

[parameters]
neurons = { type = "neurons", help = "which neurons to return" }
alpha = { type = "float", default = 0.1, help = "attenuation along a relationship" }
beta = { type = "float", default = 1.0, help = "what each neuron has of its own" }
weights = { choices = ["absolute", "signed"], default = "absolute", help = "|weight|, or weight" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
katz = { type = "float", help = "Katz centrality" }
*/
