/*
summary = "The neurons that change most from this model to another, such as a later checkpoint."
definition = "changes lead from this model to the other; layers are matched by their order, relationships by their ends"
reads = "edges"
not_finite = "What is the same in both models, NaN or infinite, is no change; neurons of which the change is NaN are left out."
example = { other = "digits", neurons = "dense_0", k = 5 }

[parameters]
other = { type = "text", required = true, help = "name of the other model, which stands in the same graph and has the same architecture" }
neurons = { type = "neurons", help = "among which neurons to look" }
k = { type = "int", default = 10, least = 1, unit = "neurons", help = "how many" }
measure = { choices = ["weights", "strength", "bias"], default = "weights", help = "largest by weight_change, by |strength_change|, or by |bias_change|" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
weight_change = { type = "float", help = "root of the sum of the squared changes of the weights into it" }
relative_change = { type = "float", help = "the same over the root of the sum of the squared weights; null where all are 0" }
flips = { type = "int", help = "number of weights into it that change their sign" }
strength = { type = "float", help = "in-strength: absolute weights into it, added up" }
strength_change = { type = "float", help = "in-strength in the other model - in-strength" }
bias = { type = "float", help = "bias; null where the layer has none" }
bias_change = { type = "float", help = "bias in the other model - bias" }
*/
