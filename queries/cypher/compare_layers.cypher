/*
summary = "How the weights into each layer change from this model to another, most changed first."
definition = "changes lead from this model to the other; layers are matched by their order, relationships by their ends"
reads = "edges"
not_finite = "What is the same in both models, NaN or infinite, is no change; the largest change leaves NaN out, and sums are NaN where NaN is in them."
example = { other = "digits" }

[parameters]
other = { type = "text", required = true, help = "name of the other model, which stands in the same graph and has the same architecture" }
by = { shared = true }

[columns]
layer_index = { type = "int", help = "position of the layer" }
layer = { type = "text", help = "name of the layer" }
edges = { type = "int", help = "number of relationships into the layer" }
changed = { type = "int", help = "number of weights that differ" }
flips = { type = "int", help = "number of weights that change their sign" }
mean_change = { type = "float", help = "mean absolute change of a weight" }
largest_change = { type = "float", help = "largest absolute change of a weight" }
relative_change = { type = "float", help = "root of the sum of the squared changes over that of the squared weights; null where all weights are 0" }
cosine = { type = "float", help = "cosine of the weights and those of the other model; null where all of either are 0" }
correlation = { type = "float", help = "Pearson correlation of the same; null where all of either are equal" }
bias_change = { type = "float", help = "root of the sum of the squared changes of the biases; null where there are none" }
*/
