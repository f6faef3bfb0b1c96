/*
summary = "Where two stored circuits meet: the channels that are in both."
theme = "records"
order = "layers as in the model, then by channel"
reads = "edges"
example = { first = "five", second = "eight" }
main = ["layer", "channel", "shared_nodes", "first_attribution", "second_attribution"]

[parameters]
first = { record = "Circuit", required = true, help = "name of the one circuit" }
second = { record = "Circuit", required = true, help = "name of the other circuit" }

[columns]
layer = { type = "text", help = "name of the layer" }
channel = { type = "int?", help = "channel, feature map or unit; null of a layer" }
first_nodes = { type = "int", help = "nodes of the channel in the first circuit" }
second_nodes = { type = "int", help = "nodes of the channel in the second circuit" }
shared_nodes = { type = "int", help = "how many of them are in both" }
first_attribution = { type = "float", unit = "units of what the first leads towards", help = "the sum of the attributions of the nodes of the first" }
second_attribution = { type = "float", unit = "units of what the second leads towards", help = "that of the nodes of the second" }
*/
MATCH (a:Active)
WHERE a.model = $model AND a.circuit IN [$first, $second]
WITH a.layer AS layer, a.channel AS channel,
  sum(CASE WHEN a.circuit = $first THEN 1 ELSE 0 END) AS first_nodes,
  sum(CASE WHEN a.circuit = $second THEN 1 ELSE 0 END) AS second_nodes,
  count(DISTINCT a.id) AS nodes,
  sum(CASE WHEN a.circuit = $first THEN a.attribution ELSE 0.0 END) AS first_attribution,
  sum(CASE WHEN a.circuit = $second THEN a.attribution ELSE 0.0 END) AS second_attribution
WHERE first_nodes > 0 AND second_nodes > 0
MATCH (l:Layer)
WHERE l.model = $model AND l.name = layer
RETURN layer, channel, first_nodes, second_nodes, first_nodes + second_nodes - nodes AS shared_nodes,
  first_attribution, second_attribution
ORDER BY l.`index`, channel
