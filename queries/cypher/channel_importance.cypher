/*
summary = "The most and the least important channels of each layer, by what reaches the outputs."
theme = "structure"
order = "layers as in the model, then by rank"
definition = "score propagation of NISP (Yu et al., 2018, Pruning Networks using Neuron Importance Score Propagation): importance = sum of |weight| * importance over what a neuron feeds; a channel has the sum of its neurons"
reads = "edges"
of_channels = true
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "Channels of which the importance is NaN are left out, of the ranks and of the sum that makes the shares."
example = { k = 2 }
main = ["name", "importance", "rank", "share"]

[parameters]
target = { type = "neurons", otherwise = "outputs", help = "neurons of importance 1; the outputs are the neurons of layers that feed none" }
k = { type = "int", default = 5, least = 1, unit = "channels", help = "how many of the most and how many of the least important channels of each layer" }
by = { shared = true }

[columns]
name = { type = "text", help = "layer[channel], which is taken where neurons are meant" }
layer = { type = "text", help = "name of the layer" }
channel = { type = "int", help = "channel, feature map or unit" }
neurons = { type = "int", help = "number of neurons" }
rank = { type = "int", help = "rank in the layer; 1 is the most important" }
importance = { type = "float", unit = "products of weights", help = "importance of the channel: that of its neurons added up" }
share = { type = "float", help = "importance as a share of the layer's, 0 to 1" }
*/
// What reaches the targets is kept in a property until all is there.
//% if target
MATCH (n:Neuron) WHERE n.model = $model /*{ where("target", "n") }*/
//% else
MATCH (l:Layer) WHERE l.model = $model
  AND NOT EXISTS { (l)-[:NEXT]->(after:Layer) WHERE after.model = $model }
MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
//% endif
SET n._importance = 1.0
WITH count(*) AS targets
MATCH (l:Layer) WHERE l.model = $model
WITH l ORDER BY l.index DESC
CALL (l) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = l.name AND t._importance IS NOT NULL
  MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
  WITH s, sum(abs(r./*{ by }*/) * t._importance) AS more
  SET s._importance = coalesce(s._importance, 0.0) + more
}
WITH count(*) AS layers
MATCH (l:Layer) WHERE l.model = $model
MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
WITH l, n, coalesce(n._importance, 0.0) AS importance
REMOVE n._importance
WITH l, n.channel AS channel, sum(n.neurons) AS neurons, sum(importance) AS importance
// NaN is not equal to itself.
WHERE importance = importance
WITH l, channel, neurons, importance
ORDER BY importance DESC, channel
WITH l, sum(importance) AS total, collect([channel, neurons, importance]) AS ranked
WHERE total > 0
UNWIND range(1, size(ranked)) AS rank
WITH l, total, ranked, rank
WHERE rank <= $k OR rank > size(ranked) - $k
WITH l, total, rank, ranked[rank - 1] AS one
RETURN l.name + '[' + one[0] + ']' AS name, l.name AS layer, one[0] AS channel,
  one[1] AS neurons, rank, one[2] AS importance, one[2] / total AS share
ORDER BY l.index, rank
