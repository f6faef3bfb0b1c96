/*
summary = "How much of a target comes through each neuron at an input; of the input layer: the saliency map."
theme = "attribution"
order = "inputs as they are given, then by id"
reads = "edges"
definition = "gradient g = sum over what a neuron feeds of weight * slope * gradient of the target, from the target back; attribution = value * gradient. Those of the inputs and all bias parts add up to the target: the full gradient of Srinivas and Fleuret (2019), eq. 3; with rescale the contributions of Shrikumar et al. (2017), DeepLIFT, sec. 3.2; with ig the conductance of Dhamdhere et al. (2018), eq. 2. A softmax within the model has its Jacobian"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7", neurons = "dense_0", towards = "dense_1[7]" }
main = ["name", "attribution", "gradient", "input"]

[parameters]
input = { shared = true }
neurons = { type = "neurons", help = "which neurons to return" }
towards = { shared = true }
rule = { shared = true }
products = { shared = true }
baseline = { shared = true }
steps = { shared = true }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "the target" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
value = { type = "float", unit = "units of the neuron's output", help = "what the neuron puts out, or more than at the baseline" }
gradient = { type = "float", unit = "units of the target, each unit of the neuron's output", help = "what the target gains by a unit more of it; 1 of the target itself" }
attribution = { type = "float", unit = "units of the target", help = "what of the target comes through the neuron; of the target itself its pre-activation" }
bias_part = { type = "float", unit = "units of the target", help = "what of the target begins at the neuron: its bias, and what its slope leaves; in a softmax also what its other neurons move to it" }
*/
