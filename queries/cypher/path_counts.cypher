/*
summary = "The same as path_norm, for each target."
definition = "see path_norm"
reads = "edges"
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { source = "input_layer", target = "dense_1" }

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the target" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
paths = { type = "float", help = "number of paths that end there" }
absolute = { type = "float", help = "sum of the products of their absolute weights" }
signed = { type = "float", help = "sum of the products of their weights" }
*/
