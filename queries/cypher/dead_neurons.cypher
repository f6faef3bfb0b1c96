/*
summary = "Neurons without any path to an output of the model, or without any from an input."
definition = "reachability, as networkx.ancestors and networkx.descendants have it; outputs are the neurons of layers that feed none, inputs those of layers that none feeds"
reads = "edges"
not_finite = "A relationship of NaN is not of at most any weight, and counts as present."
example = { neurons = "conv_1", threshold = 0.5 }

[parameters]
neurons = { type = "neurons", help = "among which neurons to look" }
threshold = { type = "float", default = 0, least = 0, bounds_weights = true, unit = "units of the weights", help = "relationships of at most this absolute weight count as absent" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
from_input = { type = "bool", help = "whether there is a path from an input to it; without one its value is constant" }
to_output = { type = "bool", help = "whether there is a path from it to an output; without one it changes nothing" }
*/
