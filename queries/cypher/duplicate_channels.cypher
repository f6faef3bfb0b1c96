/*
summary = "Pairs of channels of a layer with alike incoming weights, most alike first."
definition = "cosine of the weights from the same sources into the neurons at the same places of two channels: for a dense layer of two rows of the kernel, for a convolution of two filters, each weight counted as often as it is used"
reads = "edges"
of_channels = true
not_finite = "A channel with such a weight is in no pair."
example = { neurons = "conv_1", least = 0.6 }

[parameters]
neurons = { type = "neurons", help = "layers or channels to compare; channels are compared within their layer" }
least = { type = "float", default = 0.99, least = -1, help = "smallest cosine of a pair" }
by = { shared = true }

[columns]
layer = { type = "text", help = "name of the layer" }
name = { type = "text", help = "one channel: layer[channel], which is taken where neurons are meant" }
other_name = { type = "text", help = "the other channel" }
channel = { type = "int", help = "number of the one channel" }
other_channel = { type = "int", help = "number of the other channel" }
cosine = { type = "float", help = "cosine of their incoming weights, -1 to 1" }
ratio = { type = "float", help = "norm of the other channel's incoming weights over that of the one's" }
*/
