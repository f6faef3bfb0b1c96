/*
summary = "Channels of which all weights in, or all weights out, are zero."
theme = "structure"
order = "layers as in the model, then by channel"
definition = "strength: Barrat et al. (2004), The architecture of complex weighted networks, eq. 2, of absolute weights, added up over the neurons of a channel"
reads = "edges"
of_channels = true
not_finite = "A channel with such a weight is not zero."
example = { neurons = "dense_0", threshold = 3 }
main = ["name", "in_strength", "out_strength"]

[parameters]
neurons = { type = "neurons", help = "which neurons to take into account" }
threshold = { type = "float", default = 0, least = 0, unit = "units of the weights", help = "largest strength that counts as zero" }
by = { shared = true }

[columns]
name = { type = "text", help = "layer[channel], which is taken where neurons are meant" }
layer = { type = "text", help = "name of the layer" }
channel = { type = "int", help = "channel, feature map or unit" }
neurons = { type = "int", help = "number of neurons" }
in_strength = { type = "float", unit = "units of the weights", help = "absolute weights into the channel, added up; null in a layer that nothing feeds" }
out_strength = { type = "float", unit = "units of the weights", help = "absolute weights out of the channel, added up; null in a layer that feeds nothing" }
*/
MATCH (l:Layer)
WHERE l.model = $model
OPTIONAL MATCH (before:Layer)-[:NEXT]->(l)
WHERE before.model = $model
WITH l, count(before) AS before
OPTIONAL MATCH (l)-[:NEXT]->(after:Layer)
WHERE after.model = $model
WITH l.name AS layer, before, count(after) AS after
MATCH (n:Neuron)
WHERE n.model = $model AND n.layer = layer /*{ where("neurons", "n") }*/
OPTIONAL MATCH (n)-[r:CONNECTS_TO]-(other:Neuron)
//% if store == "neo4j"
WHERE other.model = $model
//% endif
// Ids rise from layer to layer. No sum is grouped by: to LadybugDB no NaN is like another.
WITH n, before, after, sum(CASE WHEN other.id < n.id THEN abs(r./*{ by }*/) END) AS sum_in,
  sum(CASE WHEN other.id > n.id THEN abs(r./*{ by }*/) END) AS sum_out
WITH n.layer AS layer, n.layer_index AS layer_index, n.channel AS channel, before, after,
  sum(n.neurons) AS neurons, sum(coalesce(sum_in, 0.0)) AS sum_in,
  sum(coalesce(sum_out, 0.0)) AS sum_out
WITH layer, layer_index, channel, neurons, CASE WHEN before > 0 THEN sum_in END AS in_strength,
  CASE WHEN after > 0 THEN sum_out END AS out_strength
// To LadybugDB NaN is at most any number, but no number is at least NaN.
WHERE $threshold >= in_strength OR $threshold >= out_strength
//% if store == "neo4j"
RETURN layer + '[' + channel + ']' AS name, layer, channel, neurons, in_strength, out_strength
//% else
RETURN layer + '[' + string(channel) + ']' AS name, layer, channel, neurons, in_strength,
  out_strength
//% endif
ORDER BY layer_index, channel
