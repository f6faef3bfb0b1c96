/*
summary = "Pairs of channels of a layer with alike incoming weights, most alike first."
theme = "structure"
order = "largest cosine first, then layers as in the model, by channel and by other_channel"
definition = "cosine of the weights from the same sources into the neurons at the same places of two channels: for a dense layer of two rows of the kernel, for a convolution of two filters, each weight counted as often as it is used"
reads = "edges"
of_channels = true
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "A channel with such a weight is in no pair."
example = { neurons = "conv_1", least = 0.6 }
main = ["name", "other_name", "cosine", "ratio"]

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
// A channel is its neurons, and the norm of the weights into them. Weights of neurons that are joined
// twice add up.
MATCH (l:Layer) WHERE l.model = $model
CALL (l) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = l.name /*{ where("neurons", "t") }*/
  CALL (t) {
    MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
    WITH s, sum(r./*{ by }*/) AS weight
    RETURN sum(1.0 * weight * weight) AS squares
  }
  WITH t.channel AS channel, collect(t) AS neurons, sqrt(sum(squares)) AS norm
  WHERE norm > 0 AND norm < Infinity
  WITH channel, neurons, norm ORDER BY channel
  RETURN collect({number: channel, norm: norm, neurons: neurons}) AS channels
}
CALL (channels) {
  UNWIND range(0, size(channels) - 1) AS channel
  UNWIND channels[channel].neurons AS t
  WITH t.x AS x, t.y AS y, t.z AS z, collect([channel, t]) AS place
  // Of the neurons at one place, sources that feed the same channels are a matrix each.
  CALL (place) {
    UNWIND place AS each
    WITH each[0] AS channel, each[1] AS t
    MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
    WITH s, channel, sum(r./*{ by }*/) AS weight
    ORDER BY channel
    WITH s, collect(channel) AS fed, collect(weight) AS weights
    WITH fed, collect(weights) AS matrix
    UNWIND range(0, size(fed) - 2) AS i
    UNWIND range(i + 1, size(fed) - 1) AS j
    RETURN fed[i] AS one, fed[j] AS other,
      reduce(total = 0.0, row IN matrix | total + row[i] * row[j]) AS product
  }
  RETURN one, other, product
//% if least <= 0
  UNION ALL
  // Channels that have no source in common are alike by 0.
  UNWIND range(0, size(channels) - 2) AS one
  UNWIND range(one + 1, size(channels) - 1) AS other
  RETURN one, other, 0.0 AS product
//% endif
}
WITH l, channels[one].number AS channel, channels[one].norm AS norm,
  channels[other].number AS other_channel, channels[other].norm AS other_norm, product
WITH l, channel, norm, other_channel, other_norm, sum(product) / (norm * other_norm) AS cosine
WHERE cosine >= $least
RETURN l.name AS layer, l.name + '[' + channel + ']' AS name,
  l.name + '[' + other_channel + ']' AS other_name, channel, other_channel, cosine,
  other_norm / norm AS ratio
ORDER BY cosine DESC, l.index, channel, other_channel
