/*
summary = "A histogram of the weights into each layer; bins of equal width, empty ones left out."
theme = "stored"
order = "layers as in the model, then by bin, a row without one last"
not_finite = "They are in no bin: a row without bin, low and high counts those of a layer."
main = ["layer", "low", "high", "edges", "share"]

[parameters]
neurons = { type = "neurons", help = "where the relationships end" }
bins = { type = "int", default = 20, least = 1, most = 1000000, unit = "bins", help = "bins a layer" }
by = { shared = true }

[columns]
layer_index = { type = "int", help = "position of the layer" }
layer = { type = "text", help = "name of the layer" }
bin = { type = "int?", help = "number of the bin, from 0; null for weights that are NaN or infinite" }
low = { type = "float", unit = "units of the weights", help = "lower end of the bin; null without a bin" }
high = { type = "float", unit = "units of the weights", help = "upper end of the bin; null without a bin" }
edges = { type = "int", help = "number of relationships in the bin" }
share = { type = "float", help = "edges as a share of the layer's, 0 to 1" }
*/
MATCH (t:Neuron)<-[r:CONNECTS_TO]-(s:Neuron)
WHERE t.model = $model /*{ within("s") }*/ /*{ where("neurons", "t") }*/
// The difference of NaN, or of infinity, to itself is not 0.
//% if store == "neo4j"
WITH t.layer AS layer, t.layer_index AS layer_index, r./*{ by }*/ AS weight, count(*) AS uses
WITH layer, layer_index, weight, uses, CASE WHEN weight - weight = 0 THEN weight END AS finite
WITH layer, layer_index, min(finite) AS least, (1.0 * max(finite) - min(finite)) / $bins AS width,
  sum(uses) AS total, collect(weight) AS weights, collect(uses) AS counts
UNWIND range(0, size(weights) - 1) AS i
WITH layer, layer_index, least, width, total, weights[i] AS weight, counts[i] AS uses
//% else
WITH t, r./*{ by }*/ AS weight
WITH t, CASE WHEN weight - weight = 0 THEN weight END AS finite
WITH t, min(finite) AS low, max(finite) AS high, count(*) AS edges
WITH t.layer AS layer, t.layer_index AS layer_index, 1.0 * min(low) AS least,
  (1.0 * max(high) - min(low)) / $bins AS width, sum(edges) AS total
MATCH (t:Neuron)<-[r:CONNECTS_TO]-()
WHERE t.model = $model AND t.layer = layer /*{ where("neurons", "t") }*/
WITH layer, layer_index, least, width, total, r./*{ by }*/ AS weight, 1 AS uses
//% endif
WITH layer, layer_index, least, width, total, uses,
  CASE WHEN weight - weight = 0 THEN
    CASE WHEN width = 0 THEN 0.0 ELSE floor((weight - least) / width) END END AS position
WITH layer, layer_index, least, width, total, uses,
  CASE WHEN position >= $bins THEN $bins - 1.0 ELSE position END AS bin
WITH layer, layer_index, least, width, total, bin, sum(uses) AS edges
RETURN layer_index, layer, bin, least + bin * width AS low, least + (bin + 1) * width AS high,
  edges, 1.0 * edges / total AS share
ORDER BY layer_index, coalesce(bin, $bins)
