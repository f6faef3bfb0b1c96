/*
summary = "The weights that change most from this model to another, such as a later checkpoint."
definition = "changes lead from this model to the other; layers are matched by their order, relationships by their ends"
reads = "edges"
not_finite = "What is the same in both models, NaN or infinite, is no change; changes from or to NaN are left out."
example = { other = "digits", source = "dense_0", target = "dense_1", k = 5 }

[parameters]
other = { type = "text", required = true, help = "name of the other model, which stands in the same graph and has the same architecture" }
source = { type = "neurons", help = "where relationships begin" }
target = { type = "neurons", help = "where they end" }
k = { type = "int", default = 10, least = 1, unit = "relationships", help = "how many" }
measure = { choices = ["absolute", "relative", "flips"], default = "absolute", help = "largest by |change|, by |change| / |weight|, or by |change| among those that change their sign" }
by = { shared = true }

[columns]
source = { type = "int", help = "id of the neuron where it begins" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of the neuron where it ends" }
target_name = { type = "text", help = "name of that neuron" }
weight = { type = "float", help = "weight, or the property that by names" }
other_weight = { type = "float", help = "the same in the other model" }
change = { type = "float", help = "other weight - weight" }
relative_change = { type = "float", help = "|change| / |weight|; null where the weight is 0" }
flips = { type = "bool", help = "whether it changes its sign" }
*/
