/*
summary = "How what neurons put out is spread over inputs: mean, deviation, range, how often they are active, and which never are."
theme = "over_inputs"
order = "by id"
reads = "edges"
definition = "of the values that activations has, in one pass over batches of inputs. A neuron is active at an input where its value is not 0, and dead where it is 0 at all of them. Of a channel or a layer the values of its neurons at all inputs are taken together. Batches are joined by Chan, Golub and LeVeque (1983), Algorithms for computing the sample variance, in double precision"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "What they feed is NaN or infinite, as in Keras: mean, std, min and max are NaN where a value is; NaN counts as active, and not as above 0."
example = { input = "samples/digits.npz:0..99", neurons = "dense_0" }
main = ["name", "mean", "std", "max", "active_share", "dead"]

[parameters]
input = { shared = true }
neurons = { type = "neurons", help = "which neurons" }
level = { choices = ["neuron", "channel", "layer"], default = "neuron", help = "what a row is about: a neuron, or those of a channel or a layer" }

[columns]
id = { type = "int", help = "id of the neuron; of a channel or a layer that of its first" }
name = { type = "text", help = "name of the neuron, the channel or the layer" }
layer = { type = "text", help = "name of the layer" }
neurons = { type = "int", help = "how many of its neurons are meant" }
inputs = { type = "int", help = "how many inputs there are" }
mean = { type = "float", unit = "units of the neuron's output", help = "mean value" }
std = { type = "float", unit = "units of the neuron's output", help = "standard deviation of the values, over all of them" }
min = { type = "float", unit = "units of the neuron's output", help = "smallest value" }
max = { type = "float", unit = "units of the neuron's output", help = "largest value" }
active_share = { type = "float", help = "share of the values that are not 0, 0 to 1" }
positive_share = { type = "float", help = "share of the values that are above 0, 0 to 1" }
dead = { type = "int", help = "how many of its neurons are 0 at all inputs" }
*/
