/*
summary = "Neurons, filtered by layer, channel, position, bias, id or name."
theme = "stored"
order = "by id"
with_properties = true
example = { neurons = "conv_0[3]@0..5,1" }
main = ["name", "bias"]

[parameters]
neurons = { type = "neurons", help = "which neurons" }

[columns]
id = { type = "int", help = "id within the model" }
name = { type = "text", help = "layer[channel]@x,y" }
layer = { type = "text", help = "name of the layer" }
layer_index = { type = "int", help = "position of the layer" }
channel = { type = "int?", help = "channel, feature map or unit" }
x = { type = "int?", help = "position along the width" }
y = { type = "int?", help = "position along the height" }
z = { type = "int?", help = "position along the depth" }
bias = { type = "float", unit = "units of the neuron's sum", help = "added to the reduced inputs; null where the layer has none" }
slope = { type = "float", help = "factor of negative values in a PReLU; null elsewhere" }
neurons = { type = "int", help = "how many neurons it stands for; 1 in a neuron graph" }
*/
MATCH (n:Neuron)
WHERE n.model = $model /*{ where("neurons", "n") }*/
RETURN n.id AS id, n.name AS name, n.layer AS layer, n.layer_index AS layer_index,
  n.channel AS channel, n.x AS x, n.y AS y, n.z AS z, n.bias AS bias, n.slope AS slope,
  n.neurons AS neurons /*{ written("n") }*/
ORDER BY id
