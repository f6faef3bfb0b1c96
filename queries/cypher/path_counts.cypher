/*
summary = "The same as path_norm, for each target."
definition = "see path_norm"
reads = "edges"
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { choices = ["weight", "l1", "l2", "largest", "edges"], default = "weight", help = "which property of the relationships weighs them; in a neuron graph there is weight alone" }

[columns]
id = { type = "int", help = "id of the target" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
paths = { type = "float", help = "number of paths that end there" }
absolute = { type = "float", help = "sum of the products of their absolute weights" }
signed = { type = "float", help = "sum of the products of their weights" }
*/
