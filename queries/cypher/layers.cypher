/*
summary = "The layers of a model, inputs first."
theme = "stored"
order = "inputs first, by index"
main = ["name", "neurons", "edges", "class_name", "shape", "activation"]

[columns]
index = { type = "int", help = "position among the layers that have neurons" }
name = { type = "text", help = "name of the layer" }
class_name = { type = "text", help = "class of Keras, or operation of ONNX" }
shape = { type = "ints", help = "shape of the output, without the batch" }
axes = { type = "text", help = "which coordinate each axis of the shape is, and what it counts where that is known, such as channel: head, y: query, x: key" }
activation = { type = "text", help = "activation function; null for the identity" }
neurons = { type = "int", help = "number of neurons" }
edges = { type = "int", help = "number of relationships into the layer" }
parameters = { type = "int", help = "number of parameters of the layer" }
kernel = { type = "ints", help = "size of its kernel, or of the window that it pools, y before x; null where it has none" }
stride = { type = "ints", help = "step of the kernel along the same axes" }
padding = { type = "text", help = "what is put around the input: valid for nothing, same or causal" }
dilation = { type = "ints", help = "distance of neighbours within the kernel along the same axes" }
groups = { type = "int?", help = "into how many groups its channels are split" }
moved_by = { type = "text", help = "layers that only move its values on, such as flatten (Flatten); null for none" }
reduce = { type = "text", help = "what a neuron does with its weighted inputs: sum, max, min or product" }
activation_config = { type = "text", help = "arguments of the activation function, as JSON" }
first = { type = "int", help = "id of the first neuron" }
last = { type = "int", help = "id of the last neuron" }
left_out_edges = { type = "int", help = "number of relationships that were too weak to be loaded" }
left_out_weight = { type = "float", unit = "units of the weights", help = "sum of the weights of those" }
left_out_absolute = { type = "float", unit = "units of the weights", help = "sum of the absolute weights of those" }
not_finite_weights = { type = "int", help = "number of relationships into the layer whose weight is NaN or infinite" }
not_finite_biases = { type = "int", help = "number of its neurons whose bias or slope is NaN or infinite" }
checksum = { type = "text", help = "checksum of the relationships into the layer, whatever their order" }
neuron_checksum = { type = "text", help = "checksum of the neurons of the layer" }
inputs = { type = "ints", help = "indices of the layers that feed it" }
*/
MATCH (l:Layer)
WHERE l.model = $model
OPTIONAL MATCH (before:Layer)-[:NEXT]->(l)
WHERE before.model = $model
//% if store == "neo4j"
WITH l, before.`index` AS input
ORDER BY input
WITH l, collect(input) AS inputs
//% else
WITH l, list_sort(collect(before.`index`)) AS inputs
//% endif
RETURN l.`index` AS `index`, l.name AS name, l.class_name AS class_name, l.shape AS shape,
  l.axes AS axes,
  l.activation AS activation, l.neurons AS neurons, l.edges AS edges, l.parameters AS parameters,
  l.kernel AS kernel, l.stride AS stride, l.padding AS padding, l.dilation AS dilation,
  l.groups AS groups, l.moved_by AS moved_by, l.reduce AS reduce,
  l.activation_config AS activation_config, l.first AS first, l.last AS last,
  l.left_out_edges AS left_out_edges, l.left_out_weight AS left_out_weight,
  l.left_out_absolute AS left_out_absolute, l.not_finite_weights AS not_finite_weights,
  l.not_finite_biases AS not_finite_biases, l.checksum AS checksum,
  l.neuron_checksum AS neuron_checksum, inputs
ORDER BY `index`
