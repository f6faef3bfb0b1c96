/*
summary = "The nodes of a stored circuit, with their attributions."
theme = "records"
order = "by id"
reads = "edges"
example = { circuit = "five" }
main = ["name", "attribution", "bias_part", "left_out"]

[parameters]
circuit = { record = "Circuit", required = true, help = "name of a stored circuit" }

[columns]
id = { type = "int", help = "id of the neuron; of a channel or a layer that of its first" }
name = { type = "text", help = "name of the neuron, the channel or the layer" }
layer = { type = "text", help = "name of the layer" }
channel = { type = "int?", help = "channel, feature map or unit; null of a layer" }
value = { type = "float", unit = "units of the output", help = "what it puts out, an output before its activation function; of a channel or a layer the sum of its neurons" }
attribution = { type = "float", unit = "units of what it leads towards", help = "what of the target comes through it" }
bias_part = { type = "float", unit = "units of what it leads towards", help = "what of that begins at it" }
left_out = { type = "float", unit = "units of what it leads towards", help = "what of that comes over relationships that are not in the circuit; null of an input" }
influence = { type = "float", help = "share of the answer that flows through it, 0 to 1" }
*/
MATCH (a:Active)
WHERE a.model = $model AND a.circuit = $circuit AND a.id IS NOT NULL
RETURN a.id AS id, a.name AS name, a.layer AS layer, a.channel AS channel, a.value AS value,
  a.attribution AS attribution, a.bias AS bias_part, a.left_out AS left_out,
  a.influence AS influence
ORDER BY id
