/*
summary = "How many paths there are between neurons, and what their weights come to."
definition = "Neyshabur et al. (2015), Norm-based capacity control, sec. 2, with exponent 1: sum over paths of the product of absolute weights"
reads = "edges"
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { source = "input_layer", target = "dense_1" }

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { shared = true }

[columns]
paths = { type = "float", help = "number of paths" }
absolute = { type = "float", help = "sum over paths of the product of absolute weights: the path norm" }
signed = { type = "float", help = "sum over paths of the product of weights: the sum of the effective weights" }
*/
