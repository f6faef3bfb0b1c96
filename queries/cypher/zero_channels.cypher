/*
summary = "Channels of which all weights in, or all weights out, are zero."
definition = "strength: Barrat et al. (2004), The architecture of complex weighted networks, eq. 2, of absolute weights, added up over the neurons of a channel"
reads = "edges"
of_channels = true
not_finite = "A channel with such a weight is not zero."
example = { neurons = "dense_0", threshold = 3 }

[parameters]
neurons = { type = "neurons", help = "which neurons to take into account" }
threshold = { type = "float", default = 0, least = 0, unit = "units of the weights", help = "largest strength that counts as zero" }
by = { shared = true }

[columns]
name = { type = "text", help = "layer[channel], which is taken where neurons are meant" }
layer = { type = "text", help = "name of the layer" }
channel = { type = "int", help = "channel, feature map or unit" }
neurons = { type = "int", help = "number of neurons" }
in_strength = { type = "float", help = "absolute weights into the channel, added up; null in a layer that nothing feeds" }
out_strength = { type = "float", help = "absolute weights out of the channel, added up; null in a layer that feeds nothing" }
*/
