/*
summary = "The linear map between any two layers: the product of the weights along all paths."
definition = "sum over paths of the product of weights; what the layers between would compute without activations, biases and maxima"
reads = "edges"

[parameters]
source = { type = "neurons", required = true, help = "where the paths begin" }
target = { type = "neurons", required = true, help = "where the paths end" }
by = { choices = ["weight", "l1", "l2", "largest", "edges"], default = "weight", help = "which property of the relationships weighs them; in a neuron graph there is weight alone" }

[columns]
source = { type = "int", help = "id of the neuron where it begins" }
source_name = { type = "text", help = "its name" }
target = { type = "int", help = "id of the neuron where it ends" }
target_name = { type = "text", help = "its name" }
weight = { type = "float", help = "the effective weight; 0 where there is no path" }
*/
