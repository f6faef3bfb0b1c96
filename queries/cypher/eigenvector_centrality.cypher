/*
summary = "Eigenvector centrality as NetworkX computes it; on an acyclic graph Katz centrality says more."
theme = "centrality"
order = "by id"
score = "eigenvector_centrality"
definition = "Bonacich (1972); networkx.eigenvector_centrality: the power iteration of A + I. An acyclic graph has no eigenvalue but 0, so that the iteration only goes on to where most long paths end"
reads = "edges"
not_stated = "it reads all relationships again and again until a step changes little, and Cypher has no loop that ends by a condition"
not_finite = "Not defined, and an error that names the layers, unless weights are only counted."
example = { neurons = "dense_1", weights = "absolute" }

[parameters]
neurons = { type = "neurons", help = "which neurons to return" }
max_iter = { type = "int", default = 1000, least = 1, unit = "steps", help = "most steps of the iteration" }
tol = { type = "float", default = 1e-6, least = 0, help = "it ends where a step changes a neuron by less than this on average" }
weights = { choices = ["absolute", "signed", "count"], default = "count", help = "what a relationship counts: |weight|, weight, or 1" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
eigenvector_centrality = { type = "float", help = "the centrality; the sum of the squares of all is 1" }
*/
