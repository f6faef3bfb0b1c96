/*
summary = "Where two stored circuits meet: the channels that are in both."
theme = "records"
order = "layers as in the model, others last and by name, then by channel"
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
shared_nodes = { type = "int", help = "how many of them are in both, by their names; 0 where the circuits are of two levels" }
first_attribution = { type = "float", unit = "units of what the first leads towards", help = "the sum of the attributions of the nodes of the first; null where none is stored" }
second_attribution = { type = "float", unit = "units of what the second leads towards", help = "that of the nodes of the second" }
*/
MATCH (c:Circuit)
WHERE c.model = $model AND c.name IN [$first, $second]
WITH count(DISTINCT coalesce(c.level, '')) AS levels
MATCH (a:Active)
WHERE a.model = $model AND a.circuit IN [$first, $second] AND a.id IS NOT NULL
WITH levels, a.layer AS layer, a.channel AS channel,
  sum(CASE WHEN a.circuit = $first THEN 1 ELSE 0 END) AS first_nodes,
  sum(CASE WHEN a.circuit = $second THEN 1 ELSE 0 END) AS second_nodes,
  count(DISTINCT a.name) AS nodes,
  count(CASE WHEN a.circuit = $first THEN a.attribution END) AS first_known,
  sum(CASE WHEN a.circuit = $first THEN a.attribution ELSE 0.0 END) AS first_sum,
  count(CASE WHEN a.circuit = $second THEN a.attribution END) AS second_known,
  sum(CASE WHEN a.circuit = $second THEN a.attribution ELSE 0.0 END) AS second_sum
WHERE first_nodes > 0 AND second_nodes > 0
OPTIONAL MATCH (l:Layer)
WHERE l.model = $model AND l.name = layer
RETURN layer, channel, first_nodes, second_nodes,
  CASE WHEN levels > 1 THEN 0 ELSE first_nodes + second_nodes - nodes END AS shared_nodes,
  CASE WHEN first_known > 0 THEN first_sum END AS first_attribution,
  CASE WHEN second_known > 0 THEN second_sum END AS second_attribution
ORDER BY l.`index` IS NULL, l.`index`, layer, channel IS NULL, channel
