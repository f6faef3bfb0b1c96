/*
summary = "The neurons of a receptive or projective field, each with its path weight."
definition = "see receptive_field"
reads = "edges"
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { neurons = "conv_1[3]@1,1", among = "input_layer" }

[parameters]
neurons = { type = "neurons", required = true, help = "of which neurons" }
among = { type = "neurons", help = "of which of them to tell, such as the input layer" }
direction = { choices = ["in", "out"], default = "in", help = "what feeds them, or what they feed" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
channel = { type = "int?", help = "its channel" }
x = { type = "int?", help = "its x" }
y = { type = "int?", help = "its y" }
z = { type = "int?", help = "its z" }
weight = { type = "float", help = "sum over paths of the product of absolute weights" }
*/
