/*
summary = "The most and the least important channels of each layer, by what reaches the outputs."
definition = "score propagation of NISP (Yu et al., 2018, Pruning Networks using Neuron Importance Score Propagation): importance = sum of |weight| * importance over what a neuron feeds; a channel has the sum of its neurons"
reads = "edges"
of_channels = true
not_finite = "Channels of which the importance is NaN are left out, of the ranks and of the sum that makes the shares."
example = { k = 2 }

[parameters]
target = { type = "neurons", otherwise = "outputs", help = "neurons of importance 1; the outputs are the neurons of layers that feed none" }
k = { type = "int", default = 5, least = 1, unit = "channels", help = "how many of the most and how many of the least important channels of each layer" }
by = { shared = true }

[columns]
name = { type = "text", help = "layer[channel], which is taken where neurons are meant" }
layer = { type = "text", help = "name of the layer" }
channel = { type = "int", help = "channel, feature map or unit" }
neurons = { type = "int", help = "number of neurons" }
rank = { type = "int", help = "rank in the layer; 1 is the most important" }
importance = { type = "float", help = "importance of the channel" }
share = { type = "float", help = "the same as a share of the layer's" }
*/
